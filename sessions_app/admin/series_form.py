"""The form of a series: its facts, who is in it, and from which day a change of it holds."""

import hashlib
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelectMultiple
from django.core.exceptions import ValidationError
from django.utils import timezone
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminSelectWidget

from families.models import Child, Group
from sessions_app import terms
from sessions_app.admin.family_texts import FamilyTextInput, read_by_families
from sessions_app.admin.naming import NamesField, TakesNames
from sessions_app.admin.repeating import RepeatForm, repeats_of
from sessions_app.admin.session_form import MEANWHILE, wanted_skills_field
from sessions_app.admin.times import ClockField
from sessions_app.models import Booking, Series, Session
from sessions_app.series.plans import Plan, plan_of
from whippersnappers import dates
from whippersnappers.plain_fields import ChosenRows
from whippersnappers.secret_requests import refuse_secret_requests

ALL = "all"
USUAL_LENGTH = timedelta(minutes=45)
# What may be left out of a new series, and what it is then.
LEFT_OUT = {
    "title": "Leave empty: the name of the group.",
    "ends": "Leave empty: 45 minutes later.",
    "capacity": "Leave empty: one for each child.",
}


def mark_of(series: Series) -> str:
    """A mark of all that the series' page can edit, as stored now: it changes when any of it does."""
    plan = plan_of(series)
    facts = [str(getattr(series, field.attname)) for field in Series._meta.concrete_fields]
    facts += [str(part) for part in (plan.steps, plan.items, sorted(map(str, plan.staff.items())))]
    facts += [str(sorted(map(str, plan.skills)))]
    facts += [str(sorted(child.pk for child in plan.children)), str(sorted(plan.skipped))]
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()[:20]


class SeriesForm(TakesNames, RepeatForm, forms.ModelForm):
    """A run of sessions as a coordinator plans it, on London's clock."""

    starts = ClockField(label="From")
    ends = ClockField(label="To")
    nothing_needed = forms.BooleanField(required=False, label="Nothing needed")
    child = ChosenRows(
        label="Children",
        queryset=Child.objects.none(),
        required=False,
        help_text="They have a place in every session. Type a name to find a child.",
    )
    names = NamesField()
    groups = ChosenRows(
        label="Groups",
        queryset=Group.objects.order_by("name"),
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget(),
        help_text="Everybody in the group gets a place in every session.",
    )
    wanted_skills = wanted_skills_field()
    holds = forms.ChoiceField(label="What you change holds", widget=UnfoldAdminSelectWidget())
    reason = forms.CharField(
        label="If sessions are called off that families know: why?",
        required=False,
        max_length=300,
        widget=FamilyTextInput(),
        validators=[refuse_secret_requests],
        help_text="Families read this. For example: “The hall is being painted.”",
    )

    class Meta:
        model = Series
        fields = [
            "title",
            "kind",
            "delivery",
            "place",
            "capacity",
            "summary",
            "pre_session_hours",
            "wanted_skills",
            "term",
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_new = self.instance._state.adding
        read_by_families(self, "title", "summary")
        chooser = AutocompleteSelectMultiple(Booking._meta.get_field("child"), admin.site)
        chooser.is_required = True  # no cross that empties the whole list with one slip
        self.fields["child"].widget = chooser
        self.fields["child"].queryset = Child.objects.filter(archived_at=None)  # type: ignore[attr-defined]
        self.initial["nothing_needed"] = self.instance.nothing_needed
        self.stored_mark = ""
        if self.is_new:
            self._suggest()
        else:
            self._show_stored()
        self.look_names_up()

    def _suggest(self) -> None:
        """What is usual stands there already, or may be left out."""
        del self.fields["holds"], self.fields["reason"]
        for name, left_out in LEFT_OUT.items():
            self.fields[name].required = False
            self.fields[name].help_text = left_out
        self.initial.setdefault("kind", Session.Kind.SMALL_GROUP)
        self.initial["capacity"] = None
        self.initial.setdefault("term", terms.to_plan(dates.local(timezone.now()).date()))

    def _show_stored(self) -> None:
        series = self.instance
        self.stored_mark = mark_of(series)
        self.initial.update(repeats_of(series), starts=series.starts, ends=series.ends)
        self.initial["holds"] = ALL
        self.initial["child"] = [place.child_id for place in series.children.all()]
        del self.fields["count"], self.fields["groups"]
        ahead = series.sessions.filter(starts_at__gt=timezone.now()).exclude(state=Session.State.CANCELLED)
        days = [day for day in ahead.order_by("series_day").values_list("series_day", flat=True) if day is not None]
        now = timezone.now()
        later = [(str(day), f"from {dates.calendar_day(day, now=now)} on") for day in days[1:]]
        self.fields["holds"].choices = [(ALL, "for every session still to come"), *later]  # type: ignore[attr-defined]

    @property
    def mark(self) -> str:
        """The mark of what the person has seen, the warning about somebody else's change included."""
        return self.stored_mark if not self.is_bound or self.met_another else str(self.data.get("mark", ""))

    met_another = False

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.is_new and self.data.get("mark", "") != self.stored_mark:
            self.met_another = True
            raise ValidationError(MEANWHILE)
        if self.is_new:
            self._fill_in(cleaned)
        series = self.instance
        series.starts = cleaned.get("starts") or series.starts
        series.ends = cleaned.get("ends") or series.ends
        series.nothing_needed = bool(cleaned.get("nothing_needed"))
        if cleaned.get("starts") and cleaned.get("ends") and cleaned["ends"] <= cleaned["starts"]:
            self.add_error("ends", "The sessions must end after they start.")
        self.take_days(series)
        return cleaned

    def _fill_in(self, cleaned: dict[str, Any]) -> None:
        """Give what was left out its usual value."""
        groups = cleaned.get("groups") or []
        if not cleaned.get("title") and "title" not in self.errors:
            cleaned["title"] = groups[0].name if groups else ""
            if not groups:
                self.add_error("title", "Give it a title, or tick a group.")
        if cleaned.get("capacity") is None and "capacity" not in self.errors:
            cleaned["capacity"] = max(len(self.children), 1)
        if cleaned.get("starts") and cleaned.get("ends") is None and "ends" not in self.errors:
            ends = datetime.combine(date.min, cleaned["starts"]) + USUAL_LENGTH
            cleaned["ends"] = ends.time()

    @property
    def children(self) -> tuple[Child, ...]:
        """Everybody chosen by name or by group, once."""
        grouped = Child.objects.filter(groups__in=self.cleaned_data.get("groups") or [], archived_at=None)
        return tuple({child.pk: child for child in [*(self.cleaned_data.get("child") or []), *grouped]}.values())

    @property
    def from_day(self) -> date | None:
        """The day from which a change holds, or None for all sessions to come."""
        holds = self.cleaned_data["holds"]
        return None if holds == ALL else date.fromisoformat(holds)

    def plan(self, *, steps: Any, items: Any, staff: Any) -> Plan:
        """The whole plan; lines and staff come from the tables below the form."""
        skills = frozenset(skill.pk for skill in self.cleaned_data["wanted_skills"])
        return Plan(self.instance, steps, items, skills, staff, self.children, days=self.days, skipped=self.skipped)
