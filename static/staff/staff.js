// What Unfold leaves unsaid to screen readers: names for controls that it draws without words. And printing.
(function () {
    "use strict";

    var WRONG = {
        date: "There is no such day, or a part of it is missing: write it like 24/11/2026.",
        time: "There is no such time, or a part of it is missing: write it like 16:00.",
        number: "Write a whole number.",
    };

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

    // A list with nothing chosen is named by its empty text: it takes the list's label too.
    function nameChosen(root) {
        root.querySelectorAll(".select2-selection__rendered:not([aria-label])").forEach(function (chosen) {
            var box = chosen.closest(".select2-container");
            var select = box && box.previousElementSibling;
            var label = select && select.id && document.querySelector('label[for="' + select.id + '"]');
            var said = (label && label.textContent.trim()) || (select && select.getAttribute("aria-label")) || "Choose";
            chosen.setAttribute("aria-label", said);
        });
    }

    // Every box that scrolls calls itself a landmark of the same name: it is only a group.
    function calmLandmarks(root) {
        root.querySelectorAll('.simplebar-content-wrapper[role="region"]').forEach(function (box) {
            box.setAttribute("role", "group");
        });
    }

    // The column with the bins has a head without a word.
    function nameColumns(root) {
        root.querySelectorAll("table.formset thead th").forEach(function (head) {
            if (head.textContent.trim()) return;
            var word = document.createElement("span");
            word.className = "st-unseen";
            word.textContent = "Remove";
            head.append(word);
        });
    }

    // On a phone each cell of a list has its column's name, which begins small where a model says nothing else.
    function capitals(root) {
        root.querySelectorAll("[data-label]").forEach(function (cell) {
            var label = cell.dataset.label, begun = label.charAt(0).toUpperCase() + label.slice(1);
            if (label !== begun) cell.dataset.label = begun;
        });
    }

    function nameAll() {
        capitals(document);
        nameColumns(document);
        calmLandmarks(document);
        nameSymbols(document);
        nameSearchFields(document);
        nameChosen(document);
    }

    function offerPrinting() {
        document.querySelectorAll("[data-print]").forEach(function (button) {
            button.addEventListener("click", function () { window.print(); });
        });
    }

    // A browser sends nothing of a day that does not exist, such as 30 February: what was typed would be lost, and the
    // answer would be that it is missing. So it is said here, and nothing is sent.
    function refuseNoDays(submit) {
        var wrong = Array.from(submit.target.elements).filter(function (field) { return field.validity && field.validity.badInput; });
        submit.target.querySelectorAll("[data-no-such]").forEach(function (old) { old.remove(); });
        if (!wrong.length || (submit.submitter && submit.submitter.formNoValidate)) return;
        submit.preventDefault();
        submit.stopPropagation();
        wrong.forEach(function (field) {
            var said = document.createElement("p");
            said.className = "st-errors";
            said.dataset.noSuch = "";
            said.setAttribute("role", "alert");
            said.textContent = WRONG[field.type] || "Write this another way.";
            field.before(said);
        });
        wrong[0].focus();
    }

    // Once all is loaded: Django's own script begins at the first field, though the answer stands further down.
    window.addEventListener("load", function () {
        var answer = document.querySelector("[data-begin-here]");
        if (!answer) return;
        answer.focus({ preventScroll: true });
        answer.scrollIntoView({ block: "start" });
    });

    document.addEventListener("DOMContentLoaded", function () {
        offerPrinting();
        document.addEventListener("submit", refuseNoDays, true);
        nameAll();
        new MutationObserver(nameAll).observe(document.body, { childList: true, subtree: true });
    });
})();
