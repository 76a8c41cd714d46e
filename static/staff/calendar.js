// Every view of the calendar. It stands in the head, so that a wide screen gets its week before the agenda is drawn.
(function () {
    "use strict";
    var query = new URLSearchParams(location.search);
    if (!query.has("view") && window.matchMedia("(min-width: 900px)").matches) {
        query.set("view", "week");
        location.replace("?" + query);
        return;
    }
    // FullCalendar writes its styles into this element. Among them is a font in a data: address, which our policy
    // refuses and whose symbols we do not draw: an empty rule takes its place.
    var style = document.createElement("style");
    style.dataset.fullcalendar = "";
    document.head.append(style);
    var sheet = style.sheet, insert = sheet.insertRule.bind(sheet);
    sheet.insertRule = function (rule, index) {
        return insert(rule.includes("@font-face") ? ".fc-icon {}" : rule, index);
    };

    document.addEventListener("DOMContentLoaded", function () {
        var print = document.getElementById("cal-print");
        print.hidden = false;
        print.addEventListener("click", function () { window.print(); });
    });
})();
