"""What is known of one child, or of one member of staff, over time: across concerns, sessions, attendance and staff."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from families.models import Child
from safeguarding.gathering.lines import Line, for_lines, lines
from safeguarding.models import ChronologyEntry, Concern
from safeguarding.models.concerns import ConcernQuerySet
from sessions_app.models import Booking, StaffAssignment
from whippersnappers import dates
from whippersnappers.accounts.models import User
from whippersnappers.accounts.roles import Role

MONTHS = 12
# What a page can show; the newest.
_MOST = 300


@dataclass(frozen=True)
class Event:
    """One thing that happened, with the concern it belongs to, if any."""

    at: datetime
    what: str
    words: str = ""
    by: str = ""
    concern: Concern | None = None


@dataclass(frozen=True)
class Month:
    """How much there was in a month."""

    name: str
    concerns: int = 0
    attended: int = 0
    missed: int = 0


@dataclass(frozen=True)
class History:
    """All of it: concerns as lines, everything in order, and the counts of twelve months."""

    lines: list[Line]
    events: list[Event]
    months: list[Month]


def child_for(user: User, pk: UUID) -> Child:
    """The child, for Lead and deputy any, for others one of a concern of theirs. Raises `Child.DoesNotExist`."""
    children = Child.objects.filter(pk=pk)
    if not user.has_role(Role.LEAD, Role.DEPUTY):
        children = children.filter(pk__in=Concern.objects.visible_to(user).values("people__child"))
    return children.get()


def person_for(user: User, pk: UUID) -> User:
    """The member of staff, found like a child. Raises `User.DoesNotExist`."""
    people = User.objects.staff().filter(pk=pk)
    if not user.has_role(Role.LEAD, Role.DEPUTY):
        people = people.filter(pk__in=Concern.objects.visible_to(user).values("people__user"))
    return people.get()


def of_child(user: User, child: Child, now: datetime) -> History:
    """Across concerns that this person may know of, and the child's sessions."""
    concerns = _concerns(Concern.objects.visible_to(user).filter(people__child=child))
    staff = StaffAssignment.objects.filter(withdrawn_at=None).select_related("staff")
    rows = Booking.objects.filter(child=child, session__starts_at__lte=now).select_related("session")
    bookings = rows.prefetch_related(Prefetch("session__assignments", staff)).order_by("-session__starts_at")
    return _history(concerns, _sessions(bookings[:_MOST]), bookings[:_MOST], now)


def of_person(user: User, person: User, now: datetime) -> History:
    """Across concerns that this person may know of and that name somebody of staff: low-level ones add up."""
    concerns = _concerns(Concern.objects.visible_to(user).filter(people__user=person))
    return _history(concerns, [], [], now)


def _concerns(named: ConcernQuerySet) -> list[Concern]:
    entries = ChronologyEntry.objects.select_related("author")
    distinct = Concern.objects.filter(pk__in=named.values("pk"))
    return list(for_lines(distinct).prefetch_related(Prefetch("chronology", entries)))


def _history(concerns: list[Concern], sessions: Iterable[Event], bookings: Iterable[Booking], now: datetime) -> History:
    entries = [_entry(concern, entry) for concern in concerns for entry in concern.chronology.all()]
    events = sorted([*entries, *sessions], key=lambda event: event.at, reverse=True)[:_MOST]
    return History(lines(concerns, now), events, _months(concerns, bookings, now))


def _entry(concern: Concern, entry: ChronologyEntry) -> Event:
    return Event(entry.at, entry.get_kind_display(), entry.words, str(entry.author or "the portal"), concern)


def _sessions(bookings: QuerySet[Booking]) -> Iterable[Event]:
    for booking in bookings:
        session = booking.session
        there = ", ".join(str(assignment.staff) for assignment in session.assignments.all())
        came = booking.get_attendance_display() or booking.get_state_display()
        yield Event(session.starts_at, f"Session: {session.title}", came, there or "no staff noted")


def _months(concerns: Iterable[Concern], bookings: Iterable[Booking], now: datetime) -> list[Month]:
    raised = Counter(_key(c.submitted_at) for c in concerns if c.submitted_at)
    attended, missed = (
        Counter(_key(b.session.starts_at) for b in bookings if b.attendance == kind)
        for kind in (Booking.Attendance.ATTENDED, Booking.Attendance.ABSENT)
    )
    return [Month(_name(key), raised[key], attended[key], missed[key]) for key in _last_months(now)]


def _key(at: datetime) -> tuple[int, int]:
    here = dates.local(at)
    return here.year, here.month


def _last_months(now: datetime) -> list[tuple[int, int]]:
    year, month = _key(now)
    numbers = range(year * 12 + month - MONTHS, year * 12 + month)
    return [(number // 12, number % 12 + 1) for number in numbers]


def _name(key: tuple[int, int]) -> str:
    return f"{date(key[0], key[1], 1):%b %Y}"
