// Moving a session by keyboard: M takes up the one that is focused, arrow keys move it, Shift with up and down moves
// its end, Enter puts it there, Escape leaves it. What hinders is said on the way, as for a drag.
(function () {
    "use strict";

    // In minutes, as for a drag.
    var STEP = 15, END_STEP = 5, DAY = 24 * 60;
    var shared = window.calendarMoving, calendar, held = null;

    function plus(time, minutes) { return new Date(Date.parse(time + "Z") + minutes * 6e4).toISOString().slice(0, 16); }

    function clock(time) {
        var hour = Number(time.slice(11, 13));
        return (hour % 12 || 12) + time.slice(13, 16) + (hour < 12 ? "am" : "pm");
    }

    function said(start, end) {
        var day = new Intl.DateTimeFormat("en-GB", { weekday: "long", day: "numeric", month: "long", timeZone: "UTC" });
        return day.format(new Date(start + "Z")) + ", " + clock(start) + " to " + clock(end);
    }

    function takeUp(id) {
        var event = calendar.getEventById(id);
        if (!event || !event.extendedProps.editable) return;
        held = { event: event, start: shared.wall(event.startStr), end: shared.wall(event.endStr) };
        held.before = { startStr: held.start, endStr: held.end };
        shared.takeUp(event, show);
        shared.taken().dragged = true;
        show();
    }

    function show() {
        if (!held) return;
        var box = document.getElementById("cal-hint");
        box.classList.add("cal-hint--still");
        box.removeAttribute("style");
        shared.shade();
        shared.hint(shared.hinders(held.start, held.end), said(held.start, held.end));
    }

    // How far an arrow leads: minutes for the start, and for the end.
    function wayOf(press) {
        var inMonth = calendar.view.type === "dayGridMonth", down = press.key === "ArrowDown";
        if (press.key === "ArrowLeft" || press.key === "ArrowRight") {
            var days = press.key === "ArrowLeft" ? -DAY : DAY;
            return press.shiftKey ? null : [days, days];
        }
        if (press.key !== "ArrowUp" && !down) return null;
        if (press.shiftKey) return inMonth ? null : [0, down ? END_STEP : -END_STEP];
        var by = (inMonth ? 7 * DAY : STEP) * (down ? 1 : -1);
        return [by, by];
    }

    // Within the days and hours that are shown, as for a drag; and no session ends before it starts.
    function fits(start, end) {
        var first = calendar.view.activeStart.toISOString().slice(0, 10), after = calendar.view.activeEnd.toISOString().slice(0, 10);
        if (start >= end || start.slice(0, 10) < first || start.slice(0, 10) >= after) return false;
        if (calendar.view.type === "dayGridMonth") return true;
        var day = start.slice(0, 10), opens = day + "T" + calendar.getOption("slotMinTime");
        return start >= opens.slice(0, 16) && end <= plus(day + "T00:00", 60 * parseInt(calendar.getOption("slotMaxTime"), 10));
    }

    function move(way) {
        var start = plus(held.start, way[0]), end = plus(held.end, way[1]);
        if (!fits(start, end)) return;
        held.start = start;
        held.end = end;
        held.event.setDates(start, end);
        show();
    }

    function leave() {
        putBack(held);
        held = null;
        shared.letGo();
        shared.say("Left where it was.");
    }

    function putBack(what) { what.event.setDates(what.before.startStr, what.before.endStr); }

    function putDown() {
        var mine = held, found = shared.hinders(held.start, held.end);
        if (held.start === held.before.startStr && held.end === held.before.endStr) { leave(); return; }
        if (found.some(function (one) { return one.refuses; })) return;
        held = null;
        shared.settle(mine.event, mine.before, function () { putBack(mine); });
        shared.letGo();
    }

    function pressed(press) {
        if (press.ctrlKey || press.metaKey || press.altKey) return;
        if (!held) {
            var session = press.target.closest("[data-session]");
            if (session && press.key.toLowerCase() === "m") { press.preventDefault(); takeUp(session.dataset.session); }
            return;
        }
        if (press.key === "Tab") { leave(); return; }
        var way = wayOf(press);
        if (way) move(way);
        else if (press.key === "Enter") putDown();
        else if (press.key === "Escape") leave();
        else if (press.key !== "Shift") return;
        press.preventDefault();
        press.stopPropagation();
    }

    shared.keys = function (drawn) {
        calendar = drawn;
        document.addEventListener("keydown", pressed, true);
        document.addEventListener("pointerdown", function () { if (held) leave(); }, true);
    };
})();
