"""The rota of a week: who delivers what, who is away, which places are free and who could take them (W5)."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from sessions_app import filling, suggesting, swapping
from sessions_app.absences import whole_days
from sessions_app.admin.mending import page_of
from sessions_app.admin.pressing import PLANS, only_with, pressed
from sessions_app.admin.staff import clearance_said
from sessions_app.availability import Rota, rota_between
from sessions_app.models import Absence, Session, StaffAssignment, StaffProfile, SwapRequest
from sessions_app.suggesting import SHOWN, Suggestions
from whippersnappers import dates
from whippersnappers.accounts.access import signed_in
from whippersnappers.admin_site import staff_site


@dataclass(frozen=True)
class Cell:
    """One person's day."""

    day: date
    held: list[StaffAssignment]
    away: list[Absence]


@dataclass(frozen=True)
class Row:
    """One person's week, and how their clearance stands."""

    staff: StaffProfile
    clearance: str
    colour: str
    cells: list[Cell]
    worked: str


@dataclass(frozen=True)
class OpenSession:
    """A session with a free place, and who could take it."""

    session: Session
    url: str
    found: Suggestions

    @property
    def shown(self) -> list[suggesting.Suggestion]:
        return self.found.people[:SHOWN]


def rota(request: HttpRequest) -> HttpResponse:
    """A week of everybody, the present one unless asked otherwise."""
    only_with(request, PLANS)
    now = timezone.now()
    monday = _monday(request.GET.get("week", ""), now)
    start, end = whole_days(monday, monday + timedelta(days=6))
    swaps = SwapRequest.objects.pending(now).filter(state=SwapRequest.State.AGREED)
    context = staff_site().each_context(request) | {
        "title": "Rota",
        "now": now,
        "days": [monday + timedelta(days=n) for n in range(7)],
        "today": dates.local(now).date(),
        "rows": _rows(rota_between(start, end), monday, dates.local(now).date()),
        "open": _open(start, end, now),
        "swaps": swaps.select_related("assignment__session", "assignment__staff__user", "agreed_by__user"),
        "before": f"?week={monday - timedelta(weeks=1)}",
        "after": f"?week={monday + timedelta(weeks=1)}",
        "week": monday.isoformat(),
    }
    return TemplateResponse(request, "staff/rota.html", context)


def _monday(asked: str, now: datetime) -> date:
    """The Monday of the week that was asked for; of this one when that is no day."""
    today = dates.local(now).date()
    try:
        day = date.fromisoformat(asked)
    except ValueError:
        day = today
    # Weeks that no calendar of ours reaches would overflow.
    day = day if abs(day.year - today.year) <= 50 else today
    return day - timedelta(days=day.weekday())


def _rows(week: Rota, monday: date, today: date) -> list[Row]:
    days = [monday + timedelta(days=n) for n in range(7)]
    rows = []
    for staff in week.staff:
        held = defaultdict(list)
        for assignment in week.held[staff.pk]:
            held[dates.local(assignment.period.lower).date()].append(assignment)
        cells = [Cell(day, held[day], _away(week.absences[staff.pk], day)) for day in days]
        worked = week.worked(staff, *whole_days(days[0], days[-1]))
        word, colour = clearance_said(staff, today)
        rows.append(Row(staff, word, colour, cells, dates.duration(worked) if worked else ""))
    return rows


def _away(absences: list[Absence], day: date) -> list[Absence]:
    start, end = whole_days(day, day)
    return [one for one in absences if one.period.lower < end and start < one.period.upper]


def _open(start: datetime, end: datetime, now: datetime) -> list[OpenSession]:
    """The week's sessions that somebody is still needed for."""
    planned = Session.objects.planned().filter(starts_at__gte=start, starts_at__lt=end, ends_at__gt=now)
    sessions = {session.pk: session for session in suggesting.for_suggesting(planned.order_by("starts_at"))}
    found = suggesting.suggest(sessions.values())
    return [OpenSession(sessions[pk], page_of(sessions[pk]), suggestions) for pk, suggestions in found.items()]


def put_on(request: HttpRequest, session: Any, staff: Any) -> HttpResponse:
    """Put somebody who was suggested on a session, in one press."""
    only_with(request, PLANS)
    user = signed_in(request)
    there = get_object_or_404(Session.objects.visible_to(user), pk=session)
    person = get_object_or_404(StaffProfile.objects.select_related("user"), pk=staff)
    week = request.POST.get("week", "")
    back = f"{reverse('admin:rota')}?week={_monday(week, timezone.now())}" if week else page_of(there)
    said = f"{person} is on “{there.title}” now."
    return pressed(request, lambda: filling.put_on(there.pk, person, by=user, now=timezone.now()), said, back)


def accept_swap(request: HttpRequest, pk: Any) -> HttpResponse:
    """Yes to a swap: the place changes hands."""
    only_with(request, PLANS)
    swap, user = get_object_or_404(SwapRequest, pk=pk), signed_in(request)
    said = "The swap is done, and both are told."
    return pressed(request, lambda: swapping.accept(swap.pk, by=user, now=timezone.now()), said, reverse("admin:rota"))


def refuse_swap(request: HttpRequest, pk: Any) -> HttpResponse:
    """No to a swap: all stays as it was."""
    only_with(request, PLANS)
    swap, user = get_object_or_404(SwapRequest, pk=pk), signed_in(request)
    said = "All stays as it was, and both are told."
    return pressed(request, lambda: swapping.refuse(swap.pk, by=user, now=timezone.now()), said, reverse("admin:rota"))


for _route, _view, _name in (
    ("rota/", rota, "rota"),
    ("rota/<uuid:session>/put-on/<uuid:staff>/", put_on, "rota_put_on"),
    ("rota/swaps/<uuid:pk>/accept/", accept_swap, "rota_accept_swap"),
    ("rota/swaps/<uuid:pk>/refuse/", refuse_swap, "rota_refuse_swap"),
):
    staff_site().register_page(_route, _view, _name)
