"""Who attended: one page, filled in from who was there, corrected in one pass."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from sessions_app.admin.steps import say_at_fields
from sessions_app.console.visiting import Visit, console_view
from sessions_app.live import attending, beginning
from sessions_app.live.attending import Proposal
from sessions_app.models import Booking, Session
from whippersnappers import dates


class AttendanceForm(forms.Form):
    """One question for each child, with an answer already there."""

    def __init__(self, data: Any, proposed: list[Proposal]) -> None:
        super().__init__(data)
        for one in proposed:
            self.fields[str(one.booking.pk)] = forms.ChoiceField(
                label=str(one.booking.child),
                help_text=_why(one),
                choices=Booking.Attendance.choices,
                initial=one.answer,
                widget=forms.RadioSelect,
                error_messages={"required": "Say whether this child attended."},
            )


def _why(one: Proposal) -> str:
    if one.minutes is None:
        there = "Nobody saw them come"
    else:
        there = f"There for {dates.counted(one.minutes, 'minute') if one.minutes else 'less than a minute'}"
    said = ", and had said that they do not come" if one.booking.state == Booking.State.NOT_COMING else ""
    return f"{there}{said}."


@console_view("GET", "HEAD", "POST")
def attendance(visit: Visit) -> HttpResponse:
    """Keep who attended. With the button that ends a session by Zoom, that as well."""
    proposed = attending.proposals(visit.session, visit.now)
    form = AttendanceForm(visit.request.POST if visit.request.method == "POST" else None, proposed)
    if form.is_bound and form.is_valid():
        try:
            _keep(visit, form)
        except ValidationError as refused:
            say_at_fields(form, refused)
        else:
            messages.success(visit.request, "Thank you: it is kept who attended.")
            return HttpResponseRedirect(reverse("live_console", args=[visit.session.pk]))
    context = {"session": visit.session, "visit": visit, "form": form, "proposed": proposed}
    return render(visit.request, "console/attendance.html", context, status=422 if form.is_bound else 200)


def _keep(visit: Visit, form: AttendanceForm) -> None:
    said = {UUID(name): answer for name, answer in form.cleaned_data.items()}
    with transaction.atomic():
        session = attending.say(visit.session.pk, said, by=visit.user, now=visit.now)
        if "end" in visit.request.POST and session.state == Session.State.LIVE and visit.delivers:
            beginning.finish(session.pk, by=visit.user, now=visit.now)
