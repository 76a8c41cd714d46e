"""The part of a series' form that says when it repeats, and on which of those days it takes place."""

from datetime import date, timedelta
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from sessions_app.admin.times import DayField
from sessions_app.models import Series
from sessions_app.series import rules
from sessions_app.series.days import counted_days_on, days_off
from whippersnappers import dates

WEEKLY, FORTNIGHTLY, MONTHLY, DAILY, OWN = "weekly", "fortnightly", "monthly", "daily", "own"
REPEATS = [
    (WEEKLY, "Every week"),
    (FORTNIGHTLY, "Every second week"),
    (MONTHLY, "Every month, on the weekday of the first day"),
    (DAILY, "Every day"),
    (OWN, "By a rule of its own"),
]
# Written by the page: the days that it showed, and those of them that are ticked.
SHOWN, TICKED = "shown", "takes_place"


class RepeatForm(forms.Form):
    """When a series repeats. After `clean`, `rule`, `first_day`, `last_day`, `days` and `skipped` are there."""

    repeats = forms.ChoiceField(label="It takes place", choices=REPEATS, widget=UnfoldAdminSelectWidget())
    weekdays = forms.TypedMultipleChoiceField(
        label="On these days",
        choices=list(enumerate(rules.WEEKDAYS)),
        coerce=int,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget(),
        help_text="None ticked: on the weekday of the first day that you give below.",
    )
    rule = forms.CharField(
        label="Rule of its own",
        required=False,
        max_length=200,
        widget=UnfoldAdminTextInputWidget(),
        help_text="As calendars write it, for example FREQ=MONTHLY;BYDAY=1SA,3SA.",
    )
    first_day = DayField(label="First day", required=False, help_text="Leave empty: from the beginning of the term.")
    last_day = DayField(label="Last day", required=False, help_text="Leave empty: to the end of the term.")
    count = forms.IntegerField(
        label="Or how many sessions",
        required=False,
        min_value=1,
        widget=UnfoldAdminIntegerFieldWidget(),
        help_text="Days off do not count.",
        error_messages={"min_value": "Write 1 or more, or leave it empty.", "invalid": "Write a whole number."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.days: tuple[date, ...] = ()
        self.skipped: dict[date, str] = {}

    def take_days(self, series: Series) -> None:
        """Work out the rule and the days for the series; a mistake is said at its field."""
        self._fill_from_term()
        if {"first_day", "last_day", "count", "repeats", "weekdays", "rule"} & set(self.errors):
            return
        try:
            series.rule = self._rule()
            days = self._days(series.rule)
        except ValidationError as mistake:
            said = mistake.error_dict if hasattr(mistake, "error_dict") else {"rule": mistake}
            for name, messages in said.items():
                self.add_error(name, messages)
            return
        # The model form writes what is cleaned onto the series once more.
        self.cleaned_data |= {"rule": series.rule, "first_day": days[0]}
        self.cleaned_data["last_day"] = self.cleaned_data.get("last_day") or days[-1]
        self.skipped = self._skipped(series, days)
        self.days = tuple(day for day in days if day not in self.skipped)

    def _fill_from_term(self) -> None:
        """First and last day, where they were left out, are those of the term."""
        typed, term = self.cleaned_data, self.cleaned_data.get("term")
        if typed.get("first_day") is None and "first_day" not in self.errors:
            tomorrow = dates.local(timezone.now()).date() + timedelta(days=1)
            typed["first_day"] = max(term.first_day, tomorrow) if term else None
            if term is None:
                self.add_error("first_day", "Say on which day it begins, or choose a term.")
            elif typed.get("repeats") in (WEEKLY, FORTNIGHTLY) and not typed.get("weekdays"):
                self.add_error("weekdays", "Tick the day of the week, or say the first day.")
        if typed.get("last_day") and typed.get("count"):
            self.add_error("count", "Say either the last day or how many sessions, not both.")
        elif not typed.get("last_day") and not typed.get("count") and not {"last_day", "count"} & set(self.errors):
            typed["last_day"] = term.last_day if term else None
            if term is None:
                self.add_error("last_day", "Say when it ends: a last day, how many sessions, or a term.")
        first, last = typed.get("first_day"), typed.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", "The last day must not be before the first.")

    def _rule(self) -> str:
        first, weekdays = self.cleaned_data["first_day"], self.cleaned_data["weekdays"]
        match self.cleaned_data["repeats"]:
            case "weekly":
                return rules.weekly(weekdays or [first.weekday()])
            case "fortnightly":
                return rules.weekly(weekdays or [first.weekday()], every=2)
            case "monthly":
                return rules.monthly(first)
            case "daily":
                return "FREQ=DAILY"
        rule = self.cleaned_data["rule"].strip().upper()
        rules.check(rule)
        return str(rule)

    def _days(self, rule: str) -> list[date]:
        first, count = self.cleaned_data["first_day"], self.cleaned_data.get("count")
        if not count:
            return rules.days_until(rule, first, self.cleaned_data["last_day"])
        return rules.days_until(rule, first, counted_days_on(rule, first, count)[-1])

    def _skipped(self, series: Series, days: list[date]) -> dict[date, str]:
        """The days that are not ticked; of those that the person has not seen yet, the days off."""
        is_new = series._state.adding
        stored = {} if is_new else {skip.day: skip.reason for skip in series.skipped_days.all()}
        has_session = set() if is_new else set(series.sessions.values_list("series_day", flat=True))
        off = days_off(days)
        data = cast(QueryDict, self.data)
        shown, ticked = set(data.getlist(SHOWN)), set(data.getlist(TICKED))
        skipped = {}
        for day in days:
            reason = stored.get(day) or off.get(day, "")
            unseen = day in stored or (day in off and day not in has_session)
            if (str(day) not in ticked) if str(day) in shown else unseen:
                skipped[day] = reason
        return skipped


def repeats_of(series: Series) -> dict[str, Any]:
    """What the fields show for a stored series."""
    shown = {"repeats": OWN, "rule": series.rule, "first_day": series.first_day, "last_day": series.last_day}
    parts = dict(part.split("=", 1) for part in series.rule.split(";"))
    codes = parts.get("BYDAY", "").split(",")
    if parts["FREQ"] == "WEEKLY" and set(codes) <= set(rules.CODES) and parts.get("INTERVAL", "1") in ("1", "2"):
        often = WEEKLY if parts.get("INTERVAL", "1") == "1" else FORTNIGHTLY
        return shown | {"repeats": often, "rule": "", "weekdays": [rules.CODES.index(code) for code in codes]}
    if series.rule == rules.monthly(series.first_day):
        return shown | {"repeats": MONTHLY, "rule": ""}
    return shown | ({"repeats": DAILY, "rule": ""} if series.rule == "FREQ=DAILY" else {})
