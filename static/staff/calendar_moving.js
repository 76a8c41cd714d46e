// Moving a session, or its end, by mouse, pen or finger. What hinders it is asked once when it is taken up, so that it
// is seen before it is dropped; the server asks itself again when it is dropped. calendar_keys.js does it by keyboard.
(function () {
    "use strict";

    // Minutes that a drag steps by: whole sessions by the quarter of an hour, ends as finely as the form.
    var STEP = "00:15:00", END_STEP = "00:05:00";
    var calendar, root, taken = null, focused = "", letGoAt = 0;

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

    // `told` is called once it is known what hinders.
    function takeUp(event, told) {
        if (taken && taken.id === event.id) return;
        taken = { id: event.id, event: event, found: null, ground: null, dragged: false, given: false, says: "" };
        var mine = taken, query = new URLSearchParams({
            start: calendar.view.activeStart.toISOString().slice(0, 10), end: calendar.view.activeEnd.toISOString().slice(0, 10),
        });
        fetch(addressOf(event.id, "hindrances/?" + query))
            .then(function (answer) { return answer.ok ? answer.json() : null; })
            .then(function (found) {
                mine.found = found;
                if (mine !== taken || !mine.dragged) return;
                shade();
                if (told) told();
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

    // `first` is said above what hinders; by keyboard, that is the time.
    function hint(found, first) {
        var box = $("cal-hint"), sentences = new Set(found.map(function (one) { return one.says; }));
        box.hidden = !found.length && !first;
        box.replaceChildren.apply(box, Array.from(sentences, function (says) { return element("p", "", says); }));
        if (first) box.prepend(element("p", "cal-hint__first", first));
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
        if (taken.says && !taken.given) say("Not moved. " + taken.says);
        var mine = taken;
        letGoAt = performance.now();
        putAway();
        calendar.setOption("snapDuration", STEP);
        // What follows the drop still wants to know whether it was given up.
        setTimeout(function () { if (taken === mine) taken = null; });
    }

    // A finger that lets go of what it held is no press, whatever lies below it: sessions are links.
    function noPress(click) {
        var isHeld = taken && taken.dragged || performance.now() - letGoAt < 400;
        if (!click.target.closest(".fc-event") || !isHeld) return;
        click.preventDefault();
        click.stopPropagation();
    }

    function putAway() {
        hint([]);
        if (taken && taken.ground) taken.ground.remove();
    }

    // Let go of what was taken up by keyboard.
    function letGo() {
        putAway();
        taken = null;
    }

    // Escape gives up: the drag ends where the pointer is, and what is dropped goes back.
    function giveUp(event) {
        if (event.key !== "Escape" || !taken || !taken.dragged) return;
        taken.given = true;
        document.dispatchEvent(new MouseEvent("mouseup", { bubbles: true }));
    }

    // A finger covers what is below it: what is said to it stands still on top.
    function followPointer(event) {
        var box = $("cal-hint"), still = event.pointerType === "touch";
        box.classList.toggle("cal-hint--still", still);
        if (box.hidden) return;
        if (still) { box.removeAttribute("style"); return; }
        box.style.left = Math.min(event.clientX + 16, window.innerWidth - box.offsetWidth - 8) + "px";
        box.style.top = Math.min(event.clientY + 16, window.innerHeight - box.offsetHeight - 8) + "px";
    }

    // --- When it is dropped

    function dropped(info) {
        if (taken && taken.given) { info.revert(); say("Left where it was."); return; }
        settle(info.event, info.oldEvent, info.revert);
    }

    // Asks first where families know of it or something hinders; `undo` puts it back where `before` has it.
    function settle(event, before, undo) {
        var start = wall(event.startStr), end = wall(event.endStr), session = event.extendedProps;
        var fields = asFields(start, end), back = asFields(wall(before.startStr), wall(before.endStr));
        if (session.told || hinders(start, end).length) { shared.look(event.id, fields, undo); return; }
        send(addressOf(event.id, "move/"), Object.assign({ seen: session.mark }, fields)).then(function (answer) {
            if (!answer.ok) { shared.look(event.id, fields, undo, answer.said.errors); return; }
            offerUndo(event.id, answer.said, back);
            calendar.refetchEvents();
        });
    }

    function offerUndo(id, done, back) {
        say(done.said, {
            word: "Undo",
            act: function () {
                send(addressOf(id, "move/"), Object.assign({ seen: done.mark, anyway: "on" }, back)).then(function (answer) {
                    if (answer.ok) say("It is as it was.");
                    else shared.look(id, back, null, answer.said.errors);
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

    // --- What the calendar is told

    function mounted(info) {
        var session = info.event.extendedProps;
        if (!session.mark) return;
        info.el.dataset.session = session.id;
        info.el.setAttribute("aria-label", session.name);
        // What was focused is drawn anew when the sessions are read again.
        if (session.id === focused && document.activeElement === document.body) info.el.focus();
        if (!session.editable) return;
        info.el.setAttribute("aria-keyshortcuts", "M");
        info.el.addEventListener("pointerdown", function (press) { pressed(press, info.event); });
    }

    // A finger that comes down may want to scroll: it takes up nothing before it has stayed for a moment.
    function pressed(press, event) {
        calendar.setOption("snapDuration", press.target.closest(".fc-event-resizer") ? END_STEP : STEP);
        if (press.pointerType !== "touch") takeUp(event);
    }

    var shared = window.calendarMoving = {
        say: say, send: send, addressOf: addressOf, element: element, wall: wall,
        takeUp: takeUp, shade: shade, hinders: hinders, hint: hint, settle: settle, letGo: letGo,
        taken: function () { return taken; },
        refetch: function () { calendar.refetchEvents(); },
        // What the calendar calls; it is drawn before the dialog and the keys are there.
        options: {
            eventDidMount: mounted, eventAllow: mayBeAt, eventDragStart: dragBegins, eventDragStop: dragEnds,
            eventResizeStart: dragBegins, eventResizeStop: dragEnds, eventDrop: dropped, eventResize: dropped,
            snapDuration: STEP, longPressDelay: 500,
            eventClick: function (info) {
                if (info.jsEvent.ctrlKey || info.jsEvent.metaKey || info.jsEvent.shiftKey) return;
                info.jsEvent.preventDefault();
                shared.look(info.event.id);
            },
        },
        start: function (drawn, page) {
            calendar = drawn;
            root = page;
            shared.keys(drawn);
            document.addEventListener("focusin", function (event) {
                var session = event.target.closest("[data-session]");
                focused = session ? session.dataset.session : "";
            });
            $("cal-grid").addEventListener("click", noPress, true);
            document.addEventListener("keydown", giveUp);
            document.addEventListener("pointerdown", followPointer);
            document.addEventListener("pointermove", followPointer);
        },
    };
})();
