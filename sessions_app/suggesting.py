"""Who could take a free place: cleared and free, inside their hours, with the skills, and fewest hours first (W5).

Each suggestion says why in words, so that the coordinator decides and not the order of a list.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from sessions_app.availability import Rota, inside_hours, rota_between
from sessions_app.calendar import midnight
from sessions_app.models import Session, StaffAssignment, StaffProfile, Term
from sessions_app.staff_standing import FreePlace, away_of_each, free_place
from whippersnappers import dates

# Where no term says otherwise, hours are counted over the two weeks before and after the session.
_AROUND = timedelta(weeks=2)
SHOWN = 3


@dataclass(frozen=True)
class Window:
    """The weeks over which hours are compared, and how people call them."""

    starts_at: datetime
    ends_at: datetime
    name: str


@dataclass(frozen=True)
class Suggestion:
    """One person who could take the place. `worked` is what they are on in the window, this session left out."""

    staff: StaffProfile
    in_hours: bool
    matched: list[str]
    worked: timedelta
    window: Window

    @property
    def why(self) -> str:
        """`free, cleared, Makaton, 3 hours this term`, or with a hint that it is outside their hours."""
        hours = f"{dates.duration(self.worked) if self.worked else 'no hours'} {self.window.name}"
        outside = [] if self.in_hours else ["outside their usual hours"]
        return ", ".join(["free", "cleared", *outside, *self.matched, hours])

    @property
    def order(self) -> tuple[bool, int, timedelta, str]:
        return (not self.in_hours, -len(self.matched), self.worked, str(self.staff))


@dataclass(frozen=True)
class Suggestions:
    """A session's free place, and who could take it, the most suitable first."""

    place: FreePlace
    people: list[Suggestion]


def for_suggesting(sessions: QuerySet[Session]) -> QuerySet[Session]:
    """The sessions with all that suggesting reads."""
    staff = Prefetch("assignments", StaffAssignment.objects.select_related("staff__user"))
    return sessions.annotate(staff_away=away_of_each()).prefetch_related(staff, "wanted_skills")


def suggest_for(session: Session) -> Suggestions | None:
    """Who could take the session's free place; None when every place is filled."""
    return suggest(for_suggesting(Session.objects.filter(pk=session.pk))).get(session.pk)


def suggest(sessions: Iterable[Session]) -> dict[UUID, Suggestions]:
    """The same for many sessions loaded with `for_suggesting`; those without a free place are left out."""
    places = {session: free_place(session) for session in sessions}
    needing = {session: place for session, place in places.items() if place is not None}
    if not needing:
        return {}
    windows = _windows(list(needing))
    rota = _rota(windows.values())
    return {
        session.pk: Suggestions(place, candidates(session, rota, windows[session]))
        for session, place in needing.items()
    }


def suitable(session: Session) -> list[Suggestion]:
    """Everybody who could be on the session besides those who are, the most suitable first."""
    [loaded] = for_suggesting(Session.objects.filter(pk=session.pk))
    window = _windows([loaded])[loaded]
    return candidates(loaded, _rota([window]), window)


def names(session: Session) -> list[str]:
    """For a mail: who could step in, each with why, e.g. `Tom Brennan: free, cleared, 3 hours this term`."""
    found = suggest_for(session)
    return [f"{one.staff}: {one.why}" for one in found.people[:SHOWN]] if found else []


def candidates(session: Session, rota: Rota, window: Window) -> list[Suggestion]:
    """Everybody who is cleared on the day, not away and not elsewhere; nor those who are, or were, on the session.

    Whoever went off it said that they cannot come, or was taken off for a reason.
    """
    start, end, day = session.starts_at, session.ends_at, dates.local(session.starts_at).date()
    known = {assignment.staff_id for assignment in session.assignments.all()}
    wanted = {skill.pk for skill in session.wanted_skills.all()}
    found = [
        Suggestion(
            staff=staff,
            in_hours=inside_hours(staff.working_hours.all(), start, end),
            matched=[skill.name for skill in staff.skills.all() if skill.pk in wanted],
            worked=rota.worked(staff, window.starts_at, window.ends_at),
            window=window,
        )
        for staff in rota.staff
        if staff.pk not in known
        and not staff.clearance_gaps(day)
        and not rota.is_away(staff, start, end)
        and not rota.is_busy(staff, start, end)
    ]
    return sorted(found, key=lambda suggestion: suggestion.order)


def worked_around(staff: StaffProfile, now: datetime) -> tuple[timedelta, Window]:
    """How long the sessions are that somebody is on in the term of today, or in the four weeks around it."""
    today = dates.local(now).date()
    window = _window(now, today, list(Term.objects.all().meeting(today, today)))
    return _rota([window]).worked(staff, window.starts_at, window.ends_at), window


def _rota(windows: Iterable[Window]) -> Rota:
    windows = list(windows)
    return rota_between(min(w.starts_at for w in windows), max(w.ends_at for w in windows))


def _windows(sessions: list[Session]) -> dict[Session, Window]:
    days = {session: dates.local(session.starts_at).date() for session in sessions}
    terms = list(Term.objects.all().meeting(min(days.values()), max(days.values())))
    return {session: _window(session.starts_at, day, terms) for session, day in days.items()}


def _window(at: datetime, day: date, terms: list[Term]) -> Window:
    for term in terms:
        if term.first_day <= day <= term.last_day:
            return Window(midnight(term.first_day), midnight(term.last_day + timedelta(days=1)), "this term")
    return Window(at - _AROUND, at + _AROUND, "in these 4 weeks")
