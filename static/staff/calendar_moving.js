// Moving a session by drag or by form. What hinders it is asked once when it is taken up, so that it is seen before
// it is dropped; the server asks itself again when it is dropped.
(function () {
    "use strict";

    var calendar, root, taken = null, focused = "";

    function $(id) { return document.getElementById(id); }

    function addressOf(id, tail) { return root.dataset.address + id + "/" + tail; }

    function wall(text) { return text.slice(0, 16); }

    function asFields(start, end) {
        return { day: start.slice(0, 10), starts: start.slice(11, 16), ends: end.slice(11, 16) };
    }

    function element(name, className, text) {
        var made = document.createElement(name);
        made.className = className;
        made.textContent = text;
        return made;
    }

    // --- What is said below, with one thing to do about it

    function say(sentence, offer) {
        var said = $("cal-said");
        said.replaceChildren(element("p", "cal-said__words", sentence));
        if (offer) {
            var button = element("button", "st-button", offer.word);
            button.type = "button";
            button.addEventListener("click", function () { said.replaceChildren(); offer.act(); });
            said.append(button);
        }
        var close = element("button", "cal-said__close", "×");
        close.type = "button";
        close.setAttribute("aria-label", "Hide this message");
        close.addEventListener("click", function () { said.replaceChildren(); });
        said.append(close);
    }

    // --- While it is dragged

    function takeUp(event) {
        if (taken && taken.id === event.id) return;
        taken = { id: event.id, event: event, found: null, ground: null, dragged: false, given: false, says: "" };
        var mine = taken, query = new URLSearchParams({
            start: calendar.view.activeStart.toISOString().slice(0, 10), end: calendar.view.activeEnd.toISOString().slice(0, 10),
        });
        fetch(addressOf(event.id, "hindrances/?" + query))
            .then(function (answer) { return answer.ok ? answer.json() : null; })
            .then(function (found) {
                mine.found = found;
                if (mine === taken && mine.dragged) shade();
            })
            .catch(function () { mine.found = null; });
    }

    function meets(start, end) {
        return function (stretch) { return start < stretch.end && end > stretch.start; };
    }

    function hinders(start, end) {
        var found = taken && taken.found;
        if (!found) return [];
        var here = found.stretches.filter(meets(start, end));
        var busy = found.hosts && found.hosts.every(function (host) { return host.some(meets(start, end)); });
        return busy ? here.concat([found.no_host]) : here;
    }

    function shade() {
        if (!taken || !taken.found || taken.ground) return;
        var month = calendar.view.type === "dayGridMonth";
        taken.ground = calendar.addEventSource({ display: "background", events: month ? wholeDays() : hours() });
    }

    function hours() {
        return taken.found.stretches.map(function (stretch) {
            return { start: stretch.start, end: stretch.end, classNames: [stretch.refuses ? "cal-no" : "cal-warn"] };
        });
    }

    // In the month a session keeps its time of day: a day is shaded when that time will not do.
    function wholeDays() {
        var days = [], from = wall(taken.event.startStr).slice(10), to = wall(taken.event.endStr).slice(10);
        for (var day = calendar.view.activeStart; day < calendar.view.activeEnd; day = new Date(day.getTime() + 864e5)) {
            var text = day.toISOString().slice(0, 10), found = hinders(text + from, text + to);
            if (!found.length) continue;
            var refused = found.some(function (one) { return one.refuses; });
            days.push({ start: text, allDay: true, classNames: [refused ? "cal-no" : "cal-warn"] });
        }
        return days;
    }

    function hint(found) {
        var box = $("cal-hint");
        box.hidden = !found.length;
        box.replaceChildren.apply(box, Array.from(new Set(found.map(function (one) { return one.says; })), function (says) {
            return element("p", "", says);
        }));
        box.classList.toggle("cal-hint--no", found.some(function (one) { return one.refuses; }));
    }

    function mayBeAt(drop, event) {
        if (!taken || taken.id !== event.id) return true;
        var found = taken.given ? [] : hinders(wall(drop.startStr), wall(drop.endStr));
        var refused = found.filter(function (one) { return one.refuses; });
        taken.says = refused.length ? refused[0].says : "";
        hint(found);
        return !refused.length;
    }

    function dragBegins(info) {
        takeUp(info.event);
        taken.dragged = true;
        shade();
    }

    function dragEnds() {
        hint([]);
        if (taken.ground) taken.ground.remove();
        if (taken.says && !taken.given) say("Not moved. " + taken.says);
        var mine = taken;
        // What follows the drop still wants to know whether it was given up.
        setTimeout(function () { if (taken === mine) taken = null; });
    }

    // Escape gives up: the drag ends where the pointer is, and what is dropped goes back.
    function giveUp(event) {
        if (event.key !== "Escape" || !taken || !taken.dragged) return;
        taken.given = true;
        document.dispatchEvent(new MouseEvent("mouseup", { bubbles: true }));
    }

    function followPointer(event) {
        var box = $("cal-hint");
        if (box.hidden) return;
        box.style.left = Math.min(event.clientX + 16, window.innerWidth - box.offsetWidth - 8) + "px";
        box.style.top = Math.min(event.clientY + 16, window.innerHeight - box.offsetHeight - 8) + "px";
    }

    // --- When it is dropped

    function dropped(info) {
        if (taken && taken.given) { info.revert(); say("Left where it was."); return; }
        var start = wall(info.event.startStr), end = wall(info.event.endStr), session = info.event.extendedProps;
        var fields = asFields(start, end), warned = hinders(start, end).length > 0;
        if (session.told || warned) { look(info.event.id, fields, info.revert); return; }
        send(addressOf(info.event.id, "move/"), Object.assign({ seen: session.mark }, fields)).then(function (answer) {
            if (!answer.ok) { look(info.event.id, fields, info.revert, answer.said.errors); return; }
            var back = asFields(wall(info.oldEvent.startStr), wall(info.oldEvent.endStr));
            offerUndo(info.event.id, answer.said, back);
            calendar.refetchEvents();
        });
    }

    function offerUndo(id, done, back) {
        say(done.said, {
            word: "Undo",
            act: function () {
                send(addressOf(id, "move/"), Object.assign({ seen: done.mark, anyway: "on" }, back)).then(function (answer) {
                    if (answer.ok) say("Moved back.");
                    else look(id, back, null, answer.said.errors);
                    calendar.refetchEvents();
                });
            },
        });
    }

    function send(address, fields) {
        var body = new FormData($("cal-post"));
        Object.keys(fields).forEach(function (name) { body.set(name, fields[name]); });
        return fetch(address, { method: "POST", body: body })
            .then(function (answer) {
                return answer.json().then(function (said) { return { ok: answer.ok, said: said }; });
            })
            .catch(function () {
                return { ok: false, said: { errors: { __all__: ["That did not reach the portal. Look at your connection, then try again."] } } };
            });
    }

    // --- A session in short, and the form

    function look(id, proposed, undone, errors) {
        var dialog = $("cal-dialog"), query = proposed ? "?" + new URLSearchParams(proposed) : "";
        dialog.undone = undone;
        dialog.session = id;
        fetch(addressOf(id, query))
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
        send(form.action, fields).then(function (answer) {
            button.disabled = false;
            if (!answer.ok) { checkThenSay(form, answer.said.errors); return; }
            dialog.undone = null;
            dialog.close();
            say(answer.said.said);
            calendar.refetchEvents();
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

    // --- What the calendar is told

    function mounted(info) {
        var session = info.event.extendedProps;
        if (!session.mark) return;
        info.el.dataset.session = session.id;
        info.el.setAttribute("aria-label", session.name);
        // What was focused is drawn anew when the sessions are read again.
        if (session.id === focused && document.activeElement === document.body) info.el.focus();
        if (!session.editable) return;
        info.el.addEventListener("pointerdown", function () { takeUp(info.event); });
    }

    window.calendarMoving = {
        say: say,
        options: {
            eventDidMount: mounted, eventAllow: mayBeAt, eventDragStart: dragBegins, eventDragStop: dragEnds,
            eventResizeStart: dragBegins, eventResizeStop: dragEnds, eventDrop: dropped, eventResize: dropped,
            eventClick: function (info) {
                if (info.jsEvent.ctrlKey || info.jsEvent.metaKey || info.jsEvent.shiftKey) return;
                info.jsEvent.preventDefault();
                look(info.event.id);
            },
        },
        start: function (drawn, page) {
            calendar = drawn;
            root = page;
            $("cal-dialog").addEventListener("close", closed);
            document.addEventListener("focusin", function (event) {
                var session = event.target.closest("[data-session]");
                focused = session ? session.dataset.session : "";
            });
            document.addEventListener("keydown", giveUp);
            document.addEventListener("pointermove", followPointer);
            document.addEventListener("mousemove", followPointer);
        },
    };
})();
