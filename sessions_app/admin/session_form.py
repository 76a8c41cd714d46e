"""The form of a session, and how two people who edit the same one do not undo each other's work."""

import hashlib
import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from sessions_app.admin.family_texts import read_by_families
from sessions_app.admin.times import ClockField, DayField, initial_times, period_of
from sessions_app.models import Session, Skill
from whippersnappers.plain_fields import ChosenRows

_FACTS = ("title", "kind", "delivery", "state", "starts_at", "ends_at", "capacity", "place_id", "summary")
_ANSWERS = ("nothing_needed", "pre_session_hours")
MEANWHILE = (
    "Somebody else changed this session while you had it open. Nothing of yours is lost: your entries stand "
    "below. Save again to keep yours."
)


def mark_of(session: Session) -> str:
    """A mark of all that the session's page can edit, as stored now: it changes when any of it does."""
    facts = [str(getattr(session, name)) for name in _FACTS + _ANSWERS]
    facts += [f"{s.pk}:{s.position}:{s.title}:{s.detail}:{s.picture}" for s in session.steps.all()]
    facts += [f"{i.pk}:{i.position}:{i.name}:{i.needed}:{i.note}" for i in session.items.all()]
    facts += [f"{a.pk}:{a.role}:{a.withdrawn_at}" for a in session.assignments.order_by("pk")]
    facts += sorted(str(pk) for pk in session.wanted_skills.values_list("pk", flat=True))
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:20]


def wanted_skills_field() -> ChosenRows:
    """What helps at a session; staff are suggested by it, nobody has to have it."""
    return ChosenRows(
        label="Skills that help",
        queryset=Skill.objects.all(),
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget(),
        help_text="For suggestions of staff. The list is kept under Skills.",
    )


class SessionForm(forms.ModelForm):
    """One session as a coordinator plans it. The time of a confirmed one is moved on a page of its own."""

    day = DayField(label="Day")
    starts = ClockField(label="From")
    ends = ClockField(label="To")
    # It stands above the list of props, and so outside the fieldsets.
    nothing_needed = forms.BooleanField(required=False, label="Nothing needed")

    wanted_skills = wanted_skills_field()

    class Meta:
        model = Session
        fields = ["title", "kind", "delivery", "place", "capacity", "summary", "pre_session_hours", "wanted_skills"]

    # Under which field a service's complaint is shown.
    said_at = {"starts_at": "starts", "ends_at": "ends"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_new = self.instance._state.adding
        read_by_families(self, "title", "summary")
        self.initial["nothing_needed"] = self.instance.nothing_needed
        if not self.is_new:
            self.initial.update(initial_times(self.instance.starts_at, self.instance.ends_at))
        self.stored_mark = "" if self.is_new else mark_of(self.instance)
        self.met_another = False
        if self.instance.state == Session.State.CONFIRMED:
            for name in ("day", "starts", "ends"):
                del self.fields[name]

    @property
    def mark(self) -> str:
        """The mark that the page carries: of what the person has seen, warnings about others included."""
        if not self.is_bound or self.met_another:
            return self.stored_mark
        return str(self.data.get("mark", ""))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        self.instance.nothing_needed = bool(cleaned.get("nothing_needed"))
        period = period_of(self) if "day" in self.fields else None
        if period is not None:
            self.instance.starts_at, self.instance.ends_at = period
        if not self.is_new and self.data.get("mark", "") != self.stored_mark:
            self.met_another = True
            raise ValidationError([MEANWHILE, *self._differences()])
        return cleaned

    def _differences(self) -> list[str]:
        """What is stored now where it differs from what was typed."""
        return [
            f"{self[name].label}: stored is “{_readable(self.fields[name], self[name].initial)}”."
            for name in self.changed_data
            if name in self.fields
        ]


def _readable(field: Any, value: Any) -> str:
    """A stored value as the page shows it: the words of a choice, yes or no, a time of day."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value in (None, ""):
        return "nothing"
    said = {str(key): str(label) for key, label in getattr(field, "choices", [])}.get(str(value), str(value))
    return f"{value:%H:%M}" if hasattr(value, "minute") and not hasattr(value, "year") else said
