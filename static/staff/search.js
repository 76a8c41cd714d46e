// The search: results while one types, its box over any page (Ctrl+K or /), arrow keys through the results.
// Without this script the link leads to the search page, and the form there works by itself.
(function () {
    "use strict";

    var PAUSE = 250;

    // What is typed goes in the body, so that no server on the way writes names into its log.
    function ask(form, signal) {
        return fetch(form.action, {
            method: "POST", body: new FormData(form), headers: { "X-Part": "results" }, credentials: "same-origin", signal: signal,
        }).then(function (answer) {
            if (!answer.ok || answer.redirected) throw new Error("signed out");
            return answer.text();
        });
    }

    function keepInStep(form) {
        var field = form.elements.q;
        var results = document.getElementById(form.dataset.liveSearch);
        var shown = field.value.trim();
        var timer = null;
        var running = null;

        function show() {
            var typed = field.value.trim();
            if (typed === shown) return;
            shown = typed;
            if (running) running.abort();
            running = new AbortController();
            ask(form, running.signal).then(function (page) {
                if (field.value.trim() !== typed) return;
                // Whoever has gone on into older results stays in the results.
                var within = results.contains(document.activeElement);
                results.innerHTML = page;
                if (within) (results.querySelector("a") || field).focus();
            }).catch(function (trouble) {
                if (trouble.name === "AbortError") return;
                shown = null;
                results.innerHTML = '<p class="st-empty">The search did not answer. Press Search to try again.</p>';
            });
        }

        field.addEventListener("input", function () {
            clearTimeout(timer);
            timer = setTimeout(show, PAUSE);
        });
        form.parentElement.addEventListener("keydown", function (event) {
            walk(event, field, results);
        });
    }

    function walk(event, field, results) {
        if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
        var stops = [field].concat(Array.from(results.querySelectorAll("a")));
        var here = stops.indexOf(document.activeElement);
        var next = stops[here + (event.key === "ArrowDown" ? 1 : -1)];
        if (here < 0 || !next) return;
        event.preventDefault();
        next.focus();
    }

    // A field in a box that has just been closed may keep the focus for a moment, but nobody types there.
    function isTyping(element) {
        return element.matches("input, textarea, select, [contenteditable]") && element.getClientRects().length > 0;
    }

    function open(box) {
        if (box.open || document.querySelector("dialog[open]")) return;
        box.showModal();
        box.querySelector("[name=q]").select();
    }

    document.addEventListener("DOMContentLoaded", function () {
        document.querySelectorAll("form[data-live-search]").forEach(keepInStep);
        var box = document.getElementById("search-box");
        if (!box) return;
        var page = document.getElementById("page-words");
        // Pages stay hidden until Unfold's script is there, so that `autofocus` would come too early.
        if (page) window.addEventListener("load", function () { page.focus(); });
        function start() {
            if (page) page.focus();
            else open(box);
        }
        document.querySelectorAll("[data-opens-search]").forEach(function (link) {
            link.addEventListener("click", function (event) {
                if (event.ctrlKey || event.metaKey || event.shiftKey) return;
                event.preventDefault();
                start();
            });
        });
        document.addEventListener("keydown", function (event) {
            var palette = event.key === "k" && (event.ctrlKey || event.metaKey);
            // On a list, "/" belongs to the list's own search field.
            var slash = event.key === "/" && !isTyping(document.activeElement) && !document.getElementById("searchbar");
            if (!palette && !slash) return;
            event.preventDefault();
            start();
        });
    });
})();
