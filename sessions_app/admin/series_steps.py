"""The steps of a series that are taken on pages of their own: extend, pause, take up again, end."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse

from sessions_app.admin.family_texts import FamilyTextInput
from sessions_app.admin.series_words import days_that_change, outcome_said, rhythm_said, skipped_said, untouched_said
from sessions_app.admin.series_work import ByWorker, press_change, show_again
from sessions_app.admin.steps import say_at_fields
from sessions_app.admin.times import DayField
from sessions_app.models import Series
from sessions_app.series import lasting
from sessions_app.series.plans import Plan
from sessions_app.series.rehearsing import Rehearsal
from whippersnappers.secret_requests import refuse_secret_requests


class ReasonForm(forms.Form):
    """Why sessions are called off that families know."""

    reason = forms.CharField(
        label="If sessions are called off that families know: why?",
        required=False,
        max_length=300,
        widget=FamilyTextInput(),
        validators=[refuse_secret_requests],
        help_text="Families read this. For example: “Maya is on holiday.”",
    )


class ExtendForm(forms.Form):
    last_day = DayField(label="New last day")

    def plan(self, series: Series, now: datetime) -> Plan:
        return lasting.extended(series, self.cleaned_data["last_day"])


class EndForm(ReasonForm):
    last_day = DayField(label="Last day that still takes place")
    field_order = ["last_day", "reason"]

    def plan(self, series: Series, now: datetime) -> Plan:
        return lasting.ended(series, self.cleaned_data["last_day"])


class PauseForm(ReasonForm):
    from_day = DayField(label="First day left out")
    until = DayField(label="Last day left out", required=False, help_text="Leave empty: until you take it up again.")
    field_order = ["from_day", "until", "reason"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("from_day"), cleaned.get("until")
        if first and last and last < first:
            self.add_error("until", "The last day must not be before the first.")
        return cleaned

    def plan(self, series: Series, now: datetime) -> Plan:
        return lasting.paused(series, self.cleaned_data["from_day"], self.cleaned_data["until"], now)


class ResumeForm(forms.Form):
    from_day = DayField(label="First day that takes place again")

    def plan(self, series: Series, now: datetime) -> Plan:
        return lasting.resumed(series, self.cleaned_data["from_day"])


@dataclass(frozen=True)
class SeriesStep:
    """One step of a series: what it is called, what it asks, and what its button says."""

    name: str
    title: str
    button: str
    form_class: type[Any]
    is_danger: bool = False

    def fits(self, series: Series, today: date) -> bool:
        """Whether it can be taken now."""
        if self.form_class is ResumeForm:
            return series.skipped_days.filter(reason=lasting.PAUSED, day__gt=today).exists()
        return self.form_class is ExtendForm or series.last_day > today


STEPS = (
    SeriesStep("extend", "Extend", "Extend the series", ExtendForm),
    SeriesStep("pause", "Pause", "Pause the series", PauseForm),
    SeriesStep("resume", "Take up again", "Take the series up again", ResumeForm),
    SeriesStep("end", "End early", "End the series", EndForm, is_danger=True),
)


def respond(step: SeriesStep, request: HttpRequest, series: Series, site: Any, now: datetime) -> HttpResponse:
    """Ask, show what would change, and once that was seen and pressed, do it and go back to the series."""
    show_again(request, series.pk, step.name)
    form = step.form_class(request.POST or None)
    context = {**site.each_context(request), "title": step.title, "step": step, "series": series, "form": form}
    # Said before the form writes what is wanted onto the series.
    context |= {"media": form.media, "rhythm": rhythm_said(series), "until": series.last_day}
    context["untouched"] = untouched_said(series.sessions.all(), now)
    if request.method == "POST" and form.is_valid():
        try:
            plan = form.plan(series, now)
            rehearsal, is_done = _press(step, form, plan, request)
            if is_done:
                messages.success(request, outcome_said(rehearsal.outcome))
                return redirect(reverse("admin:sessions_app_series_change", args=[series.pk]))
            context |= {"rehearsal": rehearsal, "said": outcome_said(rehearsal.outcome)}
            context["days"] = days_that_change(rehearsal, now)
            new = {day: why for day, why in plan.skipped.items() if day > context["until"]}
            context["left_out"] = skipped_said(new, now)
        except ByWorker as too_long:
            return too_long.respond()
        except ValidationError as refused:
            say_at_fields(form, refused)
    return TemplateResponse(request, "staff/series_step.html", context)


def _press(step: SeriesStep, form: Any, plan: Plan, request: HttpRequest) -> tuple[Rehearsal, bool]:
    reason, seen = form.cleaned_data.get("reason", ""), request.POST.get("seen")
    return press_change(request, plan, from_day=None, reason=reason, page=step.name, seen=seen)
