// Unfold writes the chosen file's name into a field of its own widget, which the plain file field of the
// import does not have: keep that handler away from it. The browser itself shows the name.
document.addEventListener("change", function (event) {
    if (event.target.matches("input[type=file].im-file")) event.stopPropagation();
}, true);
