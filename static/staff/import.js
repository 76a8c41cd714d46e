// Unfold writes the chosen file's name into a field of its own widget, which the plain file field of the
// import does not have: keep that handler away from it. The browser itself shows the name.
document.addEventListener("change", function (event) {
    if (event.target.matches("input[type=file].im-file")) event.stopPropagation();
}, true);

// More rows than the server takes are not even sent, so that they stay in the field.
document.addEventListener("submit", function (event) {
    const said = event.target.querySelector("[data-paste-too-much]");
    if (!said) return;
    const size = new Blob([event.target.elements.rows.value]).size;
    const isTooMuch = size > Number(said.dataset.pasteTooMuch);
    said.textContent = isTooMuch ? said.dataset.said : "";
    said.hidden = !isTooMuch;
    if (isTooMuch) event.preventDefault();
});
