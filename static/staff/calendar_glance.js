// A session in short, in a dialog, and the form in it that moves the session.
(function () {
    "use strict";

    var shared = window.calendarMoving, say = shared.say, element = shared.element;

    function $(id) { return document.getElementById(id); }

    function look(id, proposed, undone, errors) {
        var dialog = $("cal-dialog"), query = proposed ? "?" + new URLSearchParams(proposed) : "";
        dialog.undone = undone;
        dialog.session = id;
        fetch(shared.addressOf(id, query))
            .then(function (answer) {
                if (!answer.ok || answer.redirected) throw new Error(answer.status);
                return answer.text();
            })
            .then(function (html) {
                dialog.innerHTML = html;
                listen(dialog);
                if (!dialog.open) dialog.showModal();
                $("cal-glance-title").focus();
                if (errors) showErrors(dialog.querySelector("form"), errors);
            })
            .catch(function () {
                if (undone) undone();
                say("This session could not be read. Look at your connection, then try again.");
            });
    }

    function listen(dialog) {
        dialog.querySelectorAll("[data-cal-close]").forEach(function (button) {
            button.addEventListener("click", function () { dialog.close(); });
        });
        var form = dialog.querySelector("form"), opens = dialog.querySelector("[data-cal-move]");
        if (!form) return;
        if (opens) opens.addEventListener("click", function () {
            form.hidden = !form.hidden;
            opens.setAttribute("aria-expanded", String(!form.hidden));
            if (!form.hidden) form.elements.day.focus();
        });
        form.addEventListener("change", function (event) { if (event.target.name !== "anyway") checkForm(form); });
        form.addEventListener("submit", function (event) { event.preventDefault(); submit(dialog, form); });
        if (!form.hidden) checkForm(form);
    }

    // Answers may come in another order than they were asked for: only the last one counts.
    function checkForm(form) {
        var fields = form.elements, asked = form.asked = (form.asked || 0) + 1;
        var query = new URLSearchParams({ day: fields.day.value, starts: fields.starts.value, ends: fields.ends.value });
        fetch(form.dataset.check + "?" + query)
            .then(function (answer) { return answer.ok ? answer.json() : null; })
            .then(function (found) { if (found && asked === form.asked) showFound(form, found); })
            .catch(function () { return null; });
    }

    function showFound(form, found) {
        showErrors(form, found.errors);
        var list = form.querySelector("[data-cal-hinders]");
        list.replaceChildren.apply(list, found.hinders.map(function (one) {
            return element("li", one.refuses ? "cal-hinder--no" : "cal-hinder", one.says);
        }));
        var refused = found.hinders.some(function (one) { return one.refuses; });
        form.querySelector("[data-cal-anyway]").hidden = !found.hinders.length || refused;
    }

    function showErrors(form, errors) {
        form.querySelectorAll(".st-errors").forEach(function (old) { old.remove(); });
        Object.keys(errors).forEach(function (name) {
            var field = form.elements[name], sentences = errors[name].map(function (says) {
                var said = element("p", "st-errors", says);
                said.setAttribute("role", "alert");
                return said;
            });
            if (field) field.before.apply(field, sentences);
            else form.querySelector("h3").after.apply(form.querySelector("h3"), sentences);
        });
    }

    function submit(dialog, form) {
        var button = form.querySelector("[type=submit]"), fields = Object.fromEntries(new FormData(form));
        if (button.disabled) return;
        button.disabled = true;
        shared.send(form.action, fields).then(function (answer) {
            button.disabled = false;
            if (!answer.ok) { checkThenSay(form, answer.said.errors); return; }
            dialog.undone = null;
            dialog.close();
            say(answer.said.said);
            shared.refetch();
        });
    }

    function checkThenSay(form, errors) {
        var hinders = Array.from(form.querySelectorAll("[data-cal-hinders] li"), function (one) { return one.textContent; });
        var fresh = {};
        Object.keys(errors).forEach(function (name) {
            var left = errors[name].filter(function (says) { return !hinders.includes(says); });
            if (left.length) fresh[name] = left;
        });
        showErrors(form, fresh);
        var tick = form.querySelector("[data-cal-anyway]");
        if (!tick.hidden) tick.querySelector("input").focus();
    }

    function closed() {
        var dialog = $("cal-dialog"), id = dialog.session;
        if (dialog.undone) dialog.undone();
        dialog.undone = null;
        var session = document.querySelector('[data-session="' + id + '"]');
        if (session) session.focus();
    }

    shared.look = look;
    document.addEventListener("DOMContentLoaded", function () { $("cal-dialog").addEventListener("close", closed); });
})();
