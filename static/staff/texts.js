// The reading age beside a field, kept in step with what is typed. What is typed goes in the body, to our own
// server only, which keeps nothing of it. Without this script the advice is that of the text the page came with.
(function () {
    "use strict";

    var PAUSE = 500;
    var timers = new WeakMap();
    var running = new WeakMap();
    var speaker = null;

    function ask(field, signal) {
        var token = document.querySelector("[name=csrfmiddlewaretoken]");
        var body = new FormData();
        body.append("text", field.value);
        return fetch(field.dataset.advice, {
            method: "POST", body: body, credentials: "same-origin", signal: signal,
            headers: { "X-CSRFToken": token ? token.value : "" },
        }).then(function (answer) {
            if (answer.redirected || (!answer.ok && answer.status !== 413)) throw new Error("no answer");
            return answer.text();
        });
    }

    function stateOf(box) {
        var said = box.querySelector("[data-state]");
        return said ? said.dataset.state : "easy";
    }

    function nameOf(field) {
        var label = field.labels && field.labels[0];
        return field.getAttribute("aria-label") || (label ? label.textContent.replace(/\*/g, "").trim() : "Text");
    }

    // The line changes with every few words: it is read out only when a text becomes hard, easy or refused.
    function tell(field, box, before) {
        if (stateOf(box) === before) return;
        var said = box.querySelector("[data-state]");
        speaker.textContent = nameOf(field) + ": " + (said ? said.textContent.trim() : "Easy to read");
    }

    function show(field) {
        var box = document.getElementById(field.id + "_advice");
        if (!box) return;
        if (running.has(field)) running.get(field).abort();
        var asked = new AbortController();
        running.set(field, asked);
        ask(field, asked.signal).then(function (part) {
            var before = stateOf(box);
            box.innerHTML = part;
            tell(field, box, before);
        }).catch(function (trouble) {
            // Old advice beside new words would mislead; saving shows it again.
            if (trouble.name !== "AbortError") box.textContent = "";
        });
    }

    // On the document, so that lines which are added later are heard too.
    document.addEventListener("input", function (event) {
        var field = event.target;
        if (!field.matches("[data-advice]")) return;
        clearTimeout(timers.get(field));
        timers.set(field, setTimeout(show, PAUSE, field));
    });

    document.addEventListener("DOMContentLoaded", function () {
        speaker = document.createElement("p");
        speaker.className = "st-unseen";
        speaker.setAttribute("role", "status");
        speaker.setAttribute("aria-live", "polite");
        document.body.append(speaker);
    });
})();
