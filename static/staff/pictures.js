// A window of pictures before the list of words: search, arrow keys, and what the step's name suggests meanwhile.
// The list keeps what was chosen, so the form is sent as it would be without this script.
(function () {
    "use strict";

    var PAUSE = 400, BY_NAME = "by-name";
    var timers = new WeakMap();
    var box = null, asking = null;

    function selectOf(pk) { return pk.querySelector("select"); }

    function show(pk, word, src) {
        var thumb = pk.querySelector(".pk-thumb");
        thumb.replaceChildren();
        if (src) {
            var image = new Image(40, 40);
            image.src = src;
            image.alt = "";
            thumb.append(image);
        }
        pk.querySelector(".pk-word").textContent = word;
    }

    // --- What the name suggests, until somebody chooses by hand

    function suggest(pk) {
        var title = document.getElementById(selectOf(pk).id.replace(/-picture$/, "-title"));
        var token = document.querySelector("[name=csrfmiddlewaretoken]");
        var body = new FormData();
        body.append("title", title ? title.value : "");
        fetch(pk.dataset.byTitle, {
            method: "POST", body: body, credentials: "same-origin",
            headers: { "X-CSRFToken": token ? token.value : "" },
        }).then(function (answer) {
            if (answer.redirected || !answer.ok) throw new Error("no answer");
            return answer.json();
        }).then(function (found) {
            if (selectOf(pk).value !== BY_NAME) return;
            show(pk, found.word ? found.word + ", from the name" : "From the name", found.src);
        }).catch(function () {
            // Saving finds the picture all the same.
            if (selectOf(pk).value === BY_NAME) show(pk, "From the name");
        });
    }

    function typed(event) {
        if (!/-title$/.test(event.target.id || "")) return;
        var select = document.getElementById(event.target.id.replace(/-title$/, "-picture"));
        var pk = select && select.closest(".pk");
        if (!pk || select.value !== BY_NAME) return;
        clearTimeout(timers.get(pk));
        timers.set(pk, setTimeout(suggest, PAUSE, pk));
    }

    // --- The window

    function pictures() {
        return Array.from(box.querySelectorAll(".pk-picture")).filter(function (one) { return !one.hidden; });
    }

    function find() {
        var words = box.querySelector("input").value.toLowerCase().split(/\s+/).filter(Boolean);
        box.querySelectorAll(".pk-picture").forEach(function (one) {
            one.hidden = !words.every(function (word) { return one.dataset.finds.includes(word); });
        });
        box.querySelectorAll(".pk-group").forEach(function (group) {
            group.hidden = !group.querySelector(".pk-picture:not([hidden])");
        });
        var count = pictures().length;
        var said = count === 1 ? "1 picture" : count ? count + " pictures" : "No picture for this. Try another word.";
        box.querySelector("[data-found]").textContent = words.length ? said : "";
    }

    function choose(button) {
        var select = selectOf(asking), image = button.querySelector("img");
        select.value = button.dataset.key;
        select.dispatchEvent(new Event("change", { bubbles: true }));
        show(asking, button.dataset.word, image ? image.src : "");
        if (select.value === BY_NAME) suggest(asking);
        box.close();
    }

    function pressed(event) {
        var button = event.target.closest("button");
        if (event.target === box || (button && "close" in button.dataset)) box.close();
        else if (button && "key" in button.dataset) choose(button);
    }

    // Left and right by one, up and down by a row, from the search field into the pictures.
    function moved(event) {
        var all = pictures(), at = all.indexOf(document.activeElement);
        if (event.target.matches("input") && (event.key === "Enter" || event.key === "ArrowDown") && all.length) {
            event.preventDefault();
            all[0].focus();
            return;
        }
        var steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -perRow(all[at]), ArrowDown: perRow(all[at]) };
        if (at < 0 || !(event.key in steps)) return;
        event.preventDefault();
        var next = all[at + steps[event.key]];
        if (next) next.focus();
    }

    function perRow(one) {
        if (!one) return 1;
        return getComputedStyle(one.parentElement).gridTemplateColumns.split(" ").length;
    }

    function makeBox(html) {
        box = document.createElement("dialog");
        box.className = "pk-window";
        box.setAttribute("aria-labelledby", "pk-title");
        box.innerHTML = html;
        box.addEventListener("click", pressed);
        box.addEventListener("keydown", moved);
        box.addEventListener("close", function () { asking.querySelector(".pk-open").focus(); });
        box.querySelector("input").addEventListener("input", find);
        document.body.append(box);
    }

    function openFor(pk) {
        asking = pk;
        box.querySelectorAll("[data-key]").forEach(function (one) {
            one.setAttribute("aria-pressed", String(one.dataset.key === selectOf(pk).value));
        });
        box.querySelector("input").value = "";
        find();
        box.showModal();
        box.querySelector("input").focus();
    }

    function open(pk) {
        if (box) return openFor(pk);
        fetch(pk.dataset.window, { credentials: "same-origin" }).then(function (answer) {
            if (answer.redirected || !answer.ok) throw new Error("no answer");
            return answer.text();
        }).then(function (html) {
            if (!box) makeBox(html);
            openFor(pk);
        }).catch(function () {
            // The list of words is always there.
            document.documentElement.classList.remove("pk-on");
        });
    }

    document.documentElement.classList.add("pk-on");
    // On the document, so that lines which are added later are heard too.
    document.addEventListener("input", typed);
    document.addEventListener("click", function (event) {
        var button = event.target.closest(".pk-open");
        if (button) open(button.closest(".pk"));
    });
})();
