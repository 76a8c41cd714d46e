"""The recording on the console: the run of a group, and of all others that nothing is recorded (N3, X1, X2)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from sessions_app.console.visiting import Visit, console_view
from sessions_app.models import Booking, RecordingFile, RecordingRun, RunStep, Session
from sessions_app.recordings import running
from sessions_app.recordings.group_run import GroupRun, Stage, why_not

# So long Zoom may take before it is said that it takes long.
SLOW: Final = timedelta(seconds=20)


@dataclass(frozen=True)
class Stray:
    """A recording that must not be, and its file once Zoom has one."""

    recording: RecordingRun
    file: RecordingFile | None


@dataclass(frozen=True)
class Panel:
    """What the console shows of recording. `stage` is None where nothing is recorded; `strays` of any session."""

    run: GroupRun
    stage: Stage | None
    without_yes: tuple[Booking, ...]
    strays: tuple[Stray, ...]
    # Zoom takes long to do what it is told.
    is_slow: bool


def panel_of(session: Session, now: datetime) -> Panel:
    """The panel of one session by Zoom at `now`: five queries for a group that is recorded, four for all others."""
    run = running.current_run(session)
    files = list(RecordingFile.objects.filter(session=session).exclude(not_allowed=""))
    is_slow = run.order is not None and now - run.order.at > SLOW
    strays = tuple(Stray(one, _file_of(one, files)) for one in run.recordings if _must_not_be(session, run, one, now))
    if not session.is_recorded:
        return Panel(run, None, (), strays, is_slow)
    return Panel(run, run.stage, tuple(running.without_yes(session)), strays, is_slow)


def _must_not_be(session: Session, run: GroupRun, one: RecordingRun, now: datetime) -> bool:
    return bool(why_not(session, run.steps, one.started_at, one.stopped_at or now))


def _file_of(one: RecordingRun, files: Iterable[RecordingFile]) -> RecordingFile | None:
    """The file of a recording, by its time: Zoom’s messages of the two have no name in common."""
    until = one.stopped_at
    overlapping = (
        file for file in files if file.stopped_at >= one.started_at and (not until or file.started_at <= until)
    )
    return next(overlapping, None)


@console_view("POST")
def pressed(visit: Visit) -> HttpResponse:
    """One step of the run, by one press. A recording before which children are named has a page of its own."""
    step = visit.request.POST.get("step", "")
    try:
        running.take(visit.session.pk, step, by=visit.user, now=visit.now)
    except ValidationError as refused:
        for sentence in refused.messages:
            messages.error(visit.request, sentence)
    return _to_console(visit)


class NamedForm(forms.Form):
    """Those who may not be recorded have been looked at."""

    named = forms.MultipleChoiceField(widget=forms.MultipleHiddenInput, required=False)
    none_here = forms.BooleanField(
        label="None of these children is in the session.",
        error_messages={"required": "A child who may not be recorded cannot be there: ask the family, then tick this."},
    )

    def __init__(self, data: Any, places: Iterable[Booking]) -> None:
        keys = [str(place.pk) for place in places]
        super().__init__(data, initial={"named": keys})
        # What was named when the page was drawn: the service says whether it still holds.
        sent = data.getlist("named") if data else keys
        self.fields["named"].choices = [(key, key) for key in sent]  # type: ignore[attr-defined]
        if not keys:
            del self.fields["none_here"]


@console_view("GET", "HEAD", "POST")
def start(visit: Visit) -> HttpResponse:
    """Before a recording starts: the children who may not be in it, by name (X1)."""
    places = list(running.without_yes(visit.session))
    form = NamedForm(visit.request.POST if visit.request.method == "POST" else None, places)
    if form.is_bound and form.is_valid():
        named = form.cleaned_data["named"]
        try:
            running.take(visit.session.pk, RunStep.Step.RECORD, named=named, by=visit.user, now=visit.now)
        except ValidationError as refused:
            # The names are drawn anew, and the tick is theirs to set once more.
            for sentence in refused.messages:
                messages.error(visit.request, sentence)
            return HttpResponseRedirect(visit.request.path)
        return _to_console(visit)
    context = {"session": visit.session, "visit": visit, "form": form, "places": places}
    return render(visit.request, "console/record.html", context, status=422 if form.is_bound else 200)


def _to_console(visit: Visit) -> HttpResponse:
    return HttpResponseRedirect(reverse("live_console", args=[visit.session.pk]))
