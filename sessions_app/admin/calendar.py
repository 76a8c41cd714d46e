"""The calendar of the staff pages: its page, what the script asks for, and the move that a drag asks for.

The page is complete without a script: the agenda is a list, and the filters are a form.
"""

import uuid
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from sessions_app import moving
from sessions_app.admin.calendar_blocks import (
    KIND_SYMBOL,
    STATE_SYMBOL,
    as_sentences,
    as_stretches,
    block,
    day_off,
)
from sessions_app.admin.calendar_filters import FilterForm
from sessions_app.admin.cards import SessionCard, card, cards
from sessions_app.admin.home import Day
from sessions_app.admin.session_steps import Reschedule
from sessions_app.admin.steps import say_at_fields
from sessions_app.admin.times import initial_times
from sessions_app.calendar import MOST_DAYS, Span, View, midnight, sessions_between, span_of
from sessions_app.models import Holiday, Session
from sessions_app.readiness import gate_facts
from whippersnappers import dates
from whippersnappers.accounts.models import User
from whippersnappers.admin_site import staff_site
from whippersnappers.organisation import organisation


def person(request: HttpRequest) -> User:
    """Who looks at the calendar. Refuses those who see no sessions."""
    assert isinstance(request.user, User)  # the site lets in nobody else
    if not request.user.has_perm("sessions_app.view_session"):
        raise PermissionDenied
    return request.user


def page(request: HttpRequest) -> HttpResponse:
    """The calendar: month, week, day, or the agenda as a list."""
    user, now = person(request), timezone.now()
    span, filters = asked_span(request, now), FilterForm(request.GET, user)
    agenda = _agenda(user, span, filters, now) if span.view == View.AGENDA else None
    context = {
        **staff_site().each_context(request),
        "title": "Calendar",
        "span": span,
        "chosen_view": request.GET.get("view", "") in View.values,
        "tabs": [(view.label, _address(request, view, span.on), view == span.view, view.value) for view in View],
        "previous": _address(request, span.view, span.previous),
        "next": _address(request, span.view, span.end),
        "today": _address(request, span.view, None),
        "filters": filters,
        "agenda": agenda,
        "off": Holiday.objects.all().meeting(span.first, span.last) if agenda is not None else [],
        "organisation": organisation(),
        "legend": [
            [(Session.Kind(kind).label, symbol, kind) for kind, symbol in KIND_SYMBOL.items()],
            [(Session.State(state).label, symbol, state) for state, symbol in STATE_SYMBOL.items()],
        ],
        "now": now,
        "local_now": dates.local(now),
        "media": filters.media,
    }
    return TemplateResponse(request, "staff/calendar.html", context)


def asked_span(request: HttpRequest, now: datetime) -> Span:
    """The days that the address asks for; what is not understood means the agenda from today."""
    view, on = request.GET.get("view", ""), day_in(request.GET.get("on", ""))
    return span_of(View(view) if view in View.values else View.AGENDA, on or dates.local(now).date())


def day_in(text: str) -> date | None:
    """The day that stands in an address, within reason; None for anything else."""
    try:
        day = date.fromisoformat(text[:10])
    except ValueError:
        return None
    return day if 2000 <= day.year <= 2100 else None


def _address(request: HttpRequest, view: View, on: date | None) -> str:
    """This calendar on another day or in another view, with the same filters."""
    kept = {name: value for name, value in request.GET.items() if value and name not in ("view", "on")}
    day = {"on": str(on)} if on else {}
    return f"?{urlencode({'view': view.value, **day, **kept})}"


def found(user: User, first: date, end: date, filters: FilterForm, now: datetime) -> list[SessionCard]:
    """The sessions of the days that pass the filters, by time."""
    lines = cards(sessions_between(user, first, end, filters.wanted()), now)
    return [line for line in lines if line.mends or not filters.only_to_mend]


def _agenda(user: User, span: Span, filters: FilterForm, now: datetime) -> list[Day]:
    lines = found(user, span.first, span.end, filters, now)
    by_day = groupby(lines, key=lambda line: dates.near_day(line.session.starts_at, now=now))
    return [Day(name, list(rows)) for name, rows in by_day]


@require_GET
def feed(request: HttpRequest) -> JsonResponse:
    """The sessions and days off from `start` to before `end`, for the script."""
    user, now = person(request), timezone.now()
    first, end = (day_in(request.GET.get(name, "")) for name in ("start", "end"))
    if first is None or end is None or not timedelta(0) < end - first <= timedelta(days=MOST_DAYS):
        return JsonResponse(
            {"errors": {"": [f"Ask for at most {MOST_DAYS} days, from a day to a later one."]}}, status=400
        )
    may_plan = user.has_perm("sessions_app.change_session")
    lines = found(user, first, end, FilterForm(request.GET, user), now)
    off = Holiday.objects.all().meeting(first, end - timedelta(days=1))
    return JsonResponse(
        {
            "sessions": [block(line, may_plan=may_plan, now=now) for line in lines],
            "off": [day_off(holiday) for holiday in off],
        }
    )


def _seen(request: HttpRequest, pk: uuid.UUID) -> Session:
    """The session, if this person may see it; 404 otherwise."""
    session = Session.objects.visible_to(person(request)).filter(pk=pk).first()
    if session is None:
        raise Http404
    return session


def _planned(request: HttpRequest, pk: uuid.UUID) -> Session:
    """The session, for somebody who plans."""
    session = _seen(request, pk)
    if not request.user.has_perm("sessions_app.change_session"):
        raise PermissionDenied
    return session


@require_GET
def glance(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """A session in short, and the form that moves it; with a time in the address, that time is proposed."""
    session, now = _seen(request, pk), timezone.now()
    step = Reschedule(request, session, now)
    may_move = request.user.has_perm("sessions_app.change_session") and moving.is_movable(session, now)
    proposed = {name: request.GET[name] for name in ("day", "starts", "ends") if name in request.GET}
    form = step.form()
    form.initial = initial_times(session.starts_at, session.ends_at) | proposed
    context = {
        "card": card(gate_facts(Session.objects.filter(pk=pk)).get(), now),
        "step": step if may_move else None,
        "reach": step.reach() if may_move else None,
        "form": form,
        "proposed": bool(proposed),
        "mark": moving.mark_of(session),
        "now": now,
    }
    return TemplateResponse(request, "staff/calendar_glance.html", context)


@require_GET
def hindrances(request: HttpRequest, pk: uuid.UUID) -> JsonResponse:
    """All that hinders the session in the days shown, asked once when a drag begins."""
    session, now = _planned(request, pk), timezone.now()
    first, end = (day_in(request.GET.get(name, "")) for name in ("start", "end"))
    if first is None or end is None or not timedelta(0) < end - first <= timedelta(days=MOST_DAYS):
        raise Http404
    return JsonResponse(as_stretches(moving.hindrances_between(session, midnight(first), midnight(end), now)))


@require_GET
def check(request: HttpRequest, pk: uuid.UUID) -> JsonResponse:
    """What hinders the session at the time that the form says; changes nothing."""
    session, now = _planned(request, pk), timezone.now()
    form = Reschedule(request, session, now).form(request.GET)
    if not form.is_valid() or form.period is None:
        return JsonResponse({"errors": form.errors, "hinders": []})
    if form.period == (session.starts_at, session.ends_at):
        return JsonResponse({"errors": {}, "hinders": []})
    return JsonResponse({"errors": {}, "hinders": as_sentences(moving.what_hinders(session, *form.period, now))})


@require_POST
def move(request: HttpRequest, pk: uuid.UUID) -> JsonResponse:
    """Move the session to the time that the form says; says what happened, or at which field it failed."""
    session, now = _planned(request, pk), timezone.now()
    step = Reschedule(request, session, now)
    form = step.form(request.POST)
    if step.refusal():
        form.add_error(None, step.refusal())
    if form.is_valid():
        try:
            said = step.act(form)
        except ValidationError as refused:
            say_at_fields(form, refused)
        else:
            session.refresh_from_db()
            return JsonResponse({"said": said, "mark": moving.mark_of(session)})
    return JsonResponse({"errors": form.errors}, status=422)


PAGES: dict[str, tuple[str, Any]] = {
    "calendar": ("calendar/", page),
    "calendar_feed": ("calendar/feed/", feed),
    "calendar_glance": ("calendar/<uuid:pk>/", glance),
    "calendar_hindrances": ("calendar/<uuid:pk>/hindrances/", hindrances),
    "calendar_check": ("calendar/<uuid:pk>/check/", check),
    "calendar_move": ("calendar/<uuid:pk>/move/", move),
}
for _name, (_route, _view) in PAGES.items():
    staff_site().register_page(_route, _view, _name)
