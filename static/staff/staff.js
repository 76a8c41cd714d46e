// What Unfold leaves unsaid to screen readers: names for controls that it draws without words.
(function () {
    "use strict";

    function nameSymbols(root) {
        root.querySelectorAll(".material-symbols-outlined:not([aria-hidden])").forEach(function (symbol) {
            symbol.setAttribute("aria-hidden", "true");
            var control = symbol.closest("a, button");
            if (!control || control.hasAttribute("aria-label")) return;
            if (control.textContent.trim() === symbol.textContent.trim()) {
                control.setAttribute("aria-label", control.title || symbol.textContent.trim().replace(/_/g, " "));
            }
        });
    }

    // select2 puts a search field beside the list that it hides; it takes the list's label.
    function nameSearchFields(root) {
        root.querySelectorAll(".select2-search__field:not([aria-label])").forEach(function (field) {
            var box = field.closest(".select2-container");
            var select = box && box.previousElementSibling;
            var label = select && select.id && document.querySelector('label[for="' + select.id + '"]');
            var said = (label && label.textContent.trim()) || (select && select.getAttribute("aria-label"));
            field.setAttribute("aria-label", said || "Search");
        });
    }

    function nameAll() {
        nameSymbols(document);
        nameSearchFields(document);
    }

    document.addEventListener("DOMContentLoaded", function () {
        nameAll();
        new MutationObserver(nameAll).observe(document.body, { childList: true, subtree: true });
    });
})();
