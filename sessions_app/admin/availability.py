"""When somebody can work and when they are away: entered by themselves, or by a coordinator for them."""

from collections.abc import Callable
from datetime import datetime, time
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from unfold.widgets import UnfoldAdminSelectWidget

from sessions_app import absences
from sessions_app.absences import DayHours, whole_days
from sessions_app.admin.pressing import PLANS, only_with, own_profile
from sessions_app.admin.steps import say_at_fields
from sessions_app.admin.times import ClockField, DayField
from sessions_app.london_times import london_time
from sessions_app.models import Absence, StaffProfile, WorkingHours
from whippersnappers import dates
from whippersnappers.accounts.access import signed_in
from whippersnappers.admin_site import staff_site


class HoursForm(forms.Form):
    """A week: from when until when on each day. Nothing at all means any time."""

    def __init__(self, data: Any, staff: StaffProfile) -> None:
        super().__init__(data)
        stored = {one.weekday: one for one in staff.working_hours.all()}
        for number, name in WorkingHours.Weekday.choices:
            one = stored.get(number)
            self.fields[f"from_{number}"] = ClockField(
                label=f"{name}, from", required=False, initial=one and one.starts
            )
            self.fields[f"to_{number}"] = ClockField(label=f"{name}, to", required=False, initial=one and one.ends)

    @property
    def days(self) -> list[tuple[str, Any, Any]]:
        """Each weekday with its two fields."""
        return [(name, self[f"from_{n}"], self[f"to_{n}"]) for n, name in WorkingHours.Weekday.choices]

    def clean(self) -> dict[str, Any]:
        for number, name in WorkingHours.Weekday.choices:
            start, end = self.cleaned_data.get(f"from_{number}"), self.cleaned_data.get(f"to_{number}")
            if (start is None) != (end is None) and not {f"from_{number}", f"to_{number}"} & set(self.errors):
                missing = "to" if end is None else "from"
                self.add_error(f"{missing}_{number}", f"Fill in both times for {name}, or neither.")
            elif start is not None and end is not None and end <= start and end != time(0):
                self.add_error(f"to_{number}", "It must end after it begins.")
        return self.cleaned_data

    def hours(self) -> list[DayHours]:
        """The days that were filled in."""
        said = self.cleaned_data
        return [
            DayHours(n, said[f"from_{n}"], said[f"to_{n}"])
            for n in WorkingHours.Weekday.values
            if said[f"from_{n}"] is not None
        ]


class AbsenceForm(forms.Form):
    """Days away, or a part of one day. There is no room for a reason: none is needed (W8)."""

    kind = forms.ChoiceField(label="Why", choices=Absence.Kind.choices, widget=UnfoldAdminSelectWidget())
    first_day = DayField(label="First day")
    last_day = DayField(label="Last day", required=False, help_text="Leave it empty for one day.")
    from_time = ClockField(label="From", required=False, help_text="Only for a part of one day.")
    to_time = ClockField(label="To", required=False)
    period: tuple[datetime, datetime] | None = None

    def clean(self) -> dict[str, Any]:
        said = self.cleaned_data
        first, last = said.get("first_day"), said.get("last_day") or said.get("first_day")
        start, end = said.get("from_time"), said.get("to_time")
        if self.errors or first is None or last is None:
            return said
        if last < first:
            self.add_error("last_day", "The last day must not be before the first.")
        elif start is None and end is None:
            self.period = whole_days(first, last)
        elif start is None or end is None:
            self.add_error("from_time" if start is None else "to_time", "Fill in both times, or neither.")
        elif last != first:
            self.add_error("last_day", "Times are for a part of one day: leave the last day empty, or the times.")
        else:
            self._part_of(first, start, end)
        return said

    def _part_of(self, day: Any, start: time, end: time) -> None:
        for name, at in (("from_time", start), ("to_time", end)):
            try:
                london_time(day, at)
            except ValidationError as mistake:
                self.add_error(name, mistake)
        if not self.errors and end <= start:
            self.add_error("to_time", "It must end after it begins.")
        if not self.errors:
            self.period = (london_time(day, start), london_time(day, end))


class Entering:
    """The page for one person, and what each of its buttons does. `what` names the button that was pressed."""

    def __init__(self, request: HttpRequest, staff: StaffProfile, now: datetime) -> None:
        self.request, self.staff, self.now = request, staff, now
        self.by = signed_in(request)
        what = request.POST.get("what", "") if request.method == "POST" else ""
        self.hours = HoursForm(request.POST if what == "hours" else None, staff)
        self.absence = AbsenceForm(request.POST if what == "absence" else None)
        actions: dict[str, Callable[[], str]] = {
            "hours": self._set_hours,
            "absence": self._enter,
            "ill": self._ill_today,
            "take_back": self._take_back,
        }
        self.act = actions.get(what)

    def _set_hours(self) -> str:
        if not self.hours.is_valid():
            return ""
        absences.set_working_hours(self.staff, self.hours.hours(), by=self.by, now=self.now)
        return "The hours are stored."

    def _enter(self) -> str:
        if not self.absence.is_valid() or self.absence.period is None:
            return ""
        kind, period = self.absence.cleaned_data["kind"], self.absence.period
        try:
            absences.enter_absence(self.staff, kind, *period, by=self.by, now=self.now)
        except ValidationError as refused:
            say_at_fields(self.absence, refused)
            return ""
        return "Noted. Sessions in that time need somebody else now; the office is told."

    def _ill_today(self) -> str:
        today = dates.local(self.now).date()
        absences.enter_absence(self.staff, Absence.Kind.SICKNESS, *whole_days(today, today), by=self.by, now=self.now)
        return "Noted for today. Get well soon. The office looks for somebody else where one is needed."

    def _take_back(self) -> str:
        pk = self.request.POST.get("absence", "")
        mine = {str(one): one for one in self.staff.absences.values_list("pk", flat=True)}
        if pk not in mine:
            raise Http404
        absences.take_back_absence(mine[pk], by=self.by, now=self.now)
        return "Taken back."


def _respond(request: HttpRequest, staff: StaffProfile, back: str, *, own: bool) -> HttpResponse:
    page = Entering(request, staff, timezone.now())
    said = page.act() if page.act else ""
    if said:
        messages.success(request, said)
        return redirect(request.path)
    context = staff_site().each_context(request) | {
        "title": "When I can work" if own else f"When {staff} can work",
        "own": own,
        "staff": staff,
        "hours": page.hours,
        "absence": page.absence,
        "absences": staff.absences.filter(period__endswith__gt=page.now),
        "now": page.now,
        "back": back,
    }
    return TemplateResponse(request, "staff/availability.html", context)


def my_availability(request: HttpRequest) -> HttpResponse:
    """One's own hours and absences."""
    me = own_profile(request)
    if me is None:
        raise Http404
    return _respond(request, me, reverse("admin:my_rota"), own=True)


def availability_of(request: HttpRequest, pk: Any) -> HttpResponse:
    """Somebody's hours and absences, for a coordinator."""
    only_with(request, PLANS)
    staff = get_object_or_404(StaffProfile.objects.select_related("user"), pk=pk)
    return _respond(request, staff, reverse("admin:sessions_app_staffprofile_change", args=[pk]), own=False)


staff_site().register_page("my-rota/availability/", my_availability, "my_rota_availability")
staff_site().register_page("rota/staff/<uuid:pk>/", availability_of, "rota_availability")
