// Month, week and day: draws what the server says of each session. Times are London's wall clock, wherever one sits.
(function () {
    "use strict";

    var TYPES = { month: "dayGridMonth", week: "timeGridWeek", day: "timeGridDay" };
    // In the month; on paper a day shows all.
    var MOST_A_DAY = 4;
    var root, calendar, form, inHistory = false, shown = [];

    function wall(time) { return time.slice(0, 16); }

    function $(id) { return document.getElementById(id); }

    function symbol(name, more) {
        var drawn = document.createElement("span");
        drawn.className = "material-symbols-outlined " + (more || "");
        drawn.setAttribute("aria-hidden", "true");
        drawn.textContent = name;
        return drawn;
    }

    function line(className, parts) {
        var drawn = document.createElement("span");
        drawn.className = className;
        drawn.append.apply(drawn, parts);
        return drawn;
    }

    function nameOf(type) {
        return Object.keys(TYPES).find(function (name) { return TYPES[name] === type; });
    }

    // --- What is shown

    function filtersChosen() {
        var chosen = new URLSearchParams();
        new FormData(form).forEach(function (value, name) {
            if (value && name !== "view" && name !== "on") chosen.set(name, value);
        });
        return chosen;
    }

    function load(info, done, failed) {
        var query = filtersChosen();
        query.set("start", info.startStr.slice(0, 10));
        query.set("end", info.endStr.slice(0, 10));
        fetch(root.dataset.feed + "?" + query, { headers: { Accept: "application/json" } })
            .then(function (answer) {
                if (!answer.ok || answer.redirected) throw new Error(answer.status);
                return answer.json();
            })
            .then(function (found) {
                shown = found.sessions;
                done(found.sessions.map(asEvent).concat(found.off.flatMap(asGround)));
                $("cal-count").textContent = shown.length === 1 ? "1 session" : shown.length + " sessions";
            })
            .catch(function (trouble) {
                window.calendarMoving.say("The calendar could not be loaded. Look at your connection.", {
                    word: "Try again", act: function () { calendar.refetchEvents(); },
                });
                failed(trouble);
            });
    }

    // Whether an end can be moved is for the view to say, where the session may be moved at all.
    function asEvent(session) {
        return Object.assign({
            id: session.id, title: session.title, start: session.start, end: session.end, url: session.url,
            startEditable: session.editable, extendedProps: session,
            classNames: ["cal-event", "cal-event--" + session.kind, "cal-event--" + session.state]
                .concat(session.to_mend ? ["cal-event--to-mend"] : []),
        }, session.editable ? {} : { durationEditable: false });
    }

    // Once for the month, whose days are whole, and once for the hours of week and day.
    function asGround(off) {
        var end = new Date(off.last + "T00:00:00Z");
        end.setUTCDate(end.getUTCDate() + 1);
        var after = end.toISOString().slice(0, 10), ground = { title: off.name, display: "background", classNames: ["cal-off"] };
        return [
            Object.assign({ start: off.first, end: after, allDay: true }, ground),
            Object.assign({ start: off.first + "T00:00:00", end: after + "T00:00:00" }, ground),
        ];
    }

    function draw(info) {
        var session = info.event.extendedProps;
        if (!session.mark) return true;
        var isThere = wall(info.event.startStr) === wall(session.start) && wall(info.event.endStr) === wall(session.end);
        var time = isThere ? session.clock : info.timeText;
        var top = [symbol(session.kind_symbol), line("cal-event__time", [time]), symbol(session.state_symbol, "cal-event__state")];
        if (session.to_mend) top.push(symbol("warning", "cal-mend"));
        var lines = [line("cal-event__top", top), line("cal-event__title", [session.title])];
        if (info.view.type !== "dayGridMonth") {
            lines.push(line("cal-event__more", [[session.state_said, session.to_mend].filter(Boolean).join(" · ")]));
            lines.push(line("cal-event__more", [session.staff + " · " + session.where]));
        }
        return { domNodes: lines };
    }

    // Nothing is hidden by the hours that are shown: they grow with what is planned outside ours.
    function showHours() {
        var first = root.dataset.opens, last = root.dataset.closes;
        shown.forEach(function (session) {
            var start = session.start.slice(11, 16), end = session.end.slice(11, 16);
            if (start < first) first = start;
            if (end > last) last = end;
            if (session.end.slice(0, 10) > session.start.slice(0, 10)) last = "24:00";
        });
        var from = Math.max(0, parseInt(first, 10) - 1), to = Math.min(24, parseInt(last, 10) + 1);
        calendar.setOption("slotMinTime", String(from).padStart(2, "0") + ":00");
        calendar.setOption("slotMaxTime", String(to).padStart(2, "0") + ":00");
    }

    // A phone shows three days of a week: today's are those that somebody looks for.
    function showToday() {
        var today = root.querySelector(".fc-timegrid-col.fc-day-today"), sheet = root.querySelector(".cal-sheet");
        if (today) sheet.scrollLeft += today.getBoundingClientRect().left - sheet.getBoundingClientRect().left - 48;
    }

    // --- The address, so that back, reload and sharing work

    function addressOf(view, on) {
        var query = new URLSearchParams({ view: view });
        if (on) query.set("on", on);
        filtersChosen().forEach(function (value, name) { query.set(name, value); });
        return "?" + query;
    }

    function dayShown() { return calendar.getDate().toISOString().slice(0, 10); }

    function beside(view, on, by) {
        var day = new Date(on + "T00:00:00Z");
        if (view === "month") day.setUTCMonth(day.getUTCMonth() + by, 1);
        else day.setUTCDate(day.getUTCDate() + by * (view === "week" ? 7 : 1));
        return day.toISOString().slice(0, 10);
    }

    function note(push) {
        var view = nameOf(calendar.view.type), on = dayShown();
        form.elements.view.value = view;
        form.elements.on.value = on;
        $("cal-title").textContent = calendar.view.title;
        document.title = document.title.replace(/^[^|]*/, calendar.view.title + " ");
        $("cal-previous").href = addressOf(view, beside(view, on, -1));
        $("cal-next").href = addressOf(view, beside(view, on, 1));
        $("cal-today").href = addressOf(view, "");
        $("cal-all").href = "?" + new URLSearchParams({ view: view, on: on });
        document.querySelectorAll("[data-cal-view]").forEach(function (tab) {
            tab.href = addressOf(tab.dataset.calView, on);
            if (tab.dataset.calView === view) tab.setAttribute("aria-current", "page");
            else tab.removeAttribute("aria-current");
        });
        var address = addressOf(view, on);
        if (address === location.search) return;
        if (push) history.pushState(null, "", address);
        else history.replaceState(null, "", address);
    }

    function onPlainClick(element, act) {
        element.addEventListener("click", function (event) {
            if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
            event.preventDefault();
            act();
        });
    }

    function goBack() {
        var query = new URLSearchParams(location.search);
        if (!TYPES[query.get("view")]) { location.reload(); return; }
        inHistory = true;
        Array.from(form.elements).forEach(function (field) {
            if (field.name && field.type !== "hidden") field.value = query.get(field.name) || "";
        });
        calendar.changeView(TYPES[query.get("view")], query.get("on"));
        calendar.refetchEvents();
        inHistory = false;
    }

    function turn(by) { calendar.gotoDate(beside(nameOf(calendar.view.type), dayShown(), by)); }

    function listen() {
        onPlainClick($("cal-previous"), function () { turn(-1); });
        onPlainClick($("cal-next"), function () { turn(1); });
        onPlainClick($("cal-today"), function () { calendar.today(); });
        document.querySelectorAll("[data-cal-view]").forEach(function (tab) {
            if (TYPES[tab.dataset.calView]) onPlainClick(tab, function () { calendar.changeView(TYPES[tab.dataset.calView]); });
        });
        $("cal-filter").hidden = true;
        // What the list of children says comes by way of jQuery only.
        window.django.jQuery(form).on("change", function () { note(true); calendar.refetchEvents(); });
        window.addEventListener("popstate", goBack);
    }

    // A sheet cannot be pressed for more, and sessions stand where they were measured: it
    // takes its size before FullCalendar measures it for printing.
    function onPaper(is) {
        root.classList.toggle("cal--paper", is);
        calendar.setOption("dayMaxEvents", is ? false : MOST_A_DAY);
        calendar.updateSize();
    }

    function now() {
        return new Date(Date.parse(root.dataset.now + "Z") + performance.now()).toISOString().slice(0, 19);
    }

    function options() {
        var hours = { startTime: root.dataset.opens, endTime: root.dataset.closes, daysOfWeek: [0, 1, 2, 3, 4, 5, 6] };
        var clock = { hour: "numeric", minute: "2-digit", omitZeroMinute: true, hour12: true };
        var view = { dayHeaderFormat: { weekday: "short", day: "numeric", month: "short" } };
        return Object.assign({
            initialView: TYPES[root.dataset.view], initialDate: root.dataset.on, timeZone: "Europe/London", now: now,
            locale: "en-GB", firstDay: 1, headerToolbar: false, allDaySlot: false, nowIndicator: true, navLinks: true,
            height: "auto", fixedWeekCount: false, dayMaxEvents: MOST_A_DAY, slotEventOverlap: false, eventMinHeight: 36,
            slotDuration: "00:15:00", slotLabelInterval: "01:00:00", eventTimeFormat: clock, slotLabelFormat: clock,
            titleFormat: { year: "numeric", month: "short", day: "numeric" }, eventDisplay: "block", businessHours: hours,
            views: {
                // In the month only days can be seen, not when something ends.
                dayGridMonth: { titleFormat: { year: "numeric", month: "long" }, eventDurationEditable: false },
                timeGridWeek: view,
                timeGridDay: { titleFormat: { weekday: "long", year: "numeric", month: "long", day: "numeric" } },
            },
            eventDurationEditable: true, events: load, eventContent: draw, eventsSet: function () { showHours(); },
            datesSet: function () { note(!inHistory); requestAnimationFrame(showToday); },
        }, window.calendarMoving.options);
    }

    document.addEventListener("DOMContentLoaded", function () {
        root = $("cal");
        form = $("cal-filters");
        calendar = new window.FullCalendar.Calendar($("cal-grid"), options());
        window.calendarMoving.start(calendar, root);
        window.addEventListener("beforeprint", function () { onPaper(true); });
        inHistory = true;
        calendar.render();
        window.addEventListener("afterprint", function () { onPaper(false); });
        inHistory = false;
        listen();
    });
})();
