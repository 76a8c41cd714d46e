"""Days and times as a coordinator types them, on London's clock.

The day, the start and the end are three native fields, so that phones show their own pickers; what does
not exist, or exists twice when the clocks change, is said at the field.
"""

from datetime import UTC, date, datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from unfold.widgets import BASE_INPUT_CLASSES

from sessions_app.london_times import london_time
from whippersnappers.dates import local

_CLASSES = " ".join([*BASE_INPUT_CLASSES, "st-when"])
_DAYS = ["%Y-%m-%d", "%d/%m/%Y", "%d/%m/%y", "%d.%m.%Y", "%d %B %Y", "%d %b %Y"]


class DayField(forms.DateField):
    """A day. Understands 24/11/2026, 2026-11-24 and 24 November 2026."""

    default_error_messages = {
        "invalid": "There is no such day: write it like 24/11/2026.",
        "required": "Say on which day.",
    }

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": _CLASSES})
        super().__init__(widget=widget, input_formats=_DAYS, **kwargs)


class ClockField(forms.TimeField):
    """A time of day on London's clock. Understands 16:00."""

    default_error_messages = {
        "invalid": "There is no such time: write it like 16:00.",
        "required": "Say at what time.",
    }

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TimeInput(format="%H:%M", attrs={"type": "time", "step": "300", "class": _CLASSES})
        super().__init__(widget=widget, **kwargs)


def period_of(form: forms.BaseForm) -> tuple[datetime, datetime] | None:
    """The two times that a form's `day`, `starts` and `ends` mean; a mistake is said at its field."""
    day, starts, ends = (form.cleaned_data.get(name) for name in ("day", "starts", "ends"))
    if day is None or starts is None or ends is None:
        return None
    start, end = _at(form, "starts", day, starts), _at(form, "ends", day, ends)
    if start is None or end is None:
        return None
    if end.astimezone(UTC) <= start.astimezone(UTC):
        form.add_error("ends", "The session must end after it starts.")
        return None
    return start, end


def _at(form: forms.BaseForm, field: str, day: date, at: time) -> datetime | None:
    try:
        return london_time(day, at)
    except ValidationError as mistake:
        form.add_error(field, mistake)
        return None


def initial_times(starts_at: datetime, ends_at: datetime) -> dict[str, date | time]:
    """What the three fields show for a stored session."""
    start, end = local(starts_at), local(ends_at)
    return {"day": start.date(), "starts": start.time(), "ends": end.time()}
