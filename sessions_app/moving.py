"""Moving a session: what hinders it at another time, said before anything is changed, and the move itself.

The stretches of time in which a session cannot be are gathered once for the days that a calendar shows,
so that somebody who drags it sees them at once; the form asks the same question about one time.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q

from sessions_app import confirming
from sessions_app.calendar import midnight
from sessions_app.models import Absence, Booking, Holiday, Meeting, Session, ZoomHost
from sessions_app.planning import clash_sentence, staff_elsewhere
from sessions_app.readiness import NO_HOST, hours_said
from whippersnappers import dates
from whippersnappers.organisation import organisation

MOVED_MEANWHILE = "Somebody else moved this session meanwhile. Look at its time now, then move it again."


@dataclass(frozen=True)
class Hindrance:
    """A stretch of time in which the session cannot be (`refuses`), or about which somebody should know."""

    starts_at: datetime
    ends_at: datetime
    says: str
    refuses: bool = True

    def meets(self, starts_at: datetime, ends_at: datetime) -> bool:
        """Whether it overlaps the time between the two."""
        return starts_at < self.ends_at and ends_at > self.starts_at


@dataclass(frozen=True)
class Hindrances:
    """All that hinders one session in some days. `hosts` holds, for each Zoom host, when it is busy.

    One host must be free for the whole session, so what hosts do cannot be said as stretches of time.
    None when the session needs no host.
    """

    stretches: list[Hindrance]
    hosts: list[list[Hindrance]] | None
    no_host_refuses: bool

    def at(self, starts_at: datetime, ends_at: datetime) -> list[Hindrance]:
        """What hinders the session between the two times, each sentence once."""
        start, end = starts_at.astimezone(UTC), ends_at.astimezone(UTC)
        found = [h for h in self.stretches if h.meets(start, end)]
        if self.hosts is not None and all(any(h.meets(start, end) for h in busy) for busy in self.hosts):
            found.append(Hindrance(start, end, NO_HOST, self.no_host_refuses))
        return list({h.says: h for h in found}.values())


def is_movable(session: Session, now: datetime) -> bool:
    """Whether the session's time can be changed at all."""
    return session.state in (Session.State.DRAFT, Session.State.CONFIRMED) and session.ends_at > now


def what_hinders(session: Session, starts_at: datetime, ends_at: datetime, now: datetime) -> list[Hindrance]:
    """What hinders the session at another time, in plain sentences; changes nothing. Six queries.

    Staff who are elsewhere, no free Zoom host, outside our hours and the past refuse the move. A child who
    is in another session then, a holiday, or somebody who is away does not: the coordinator may know better.
    """
    return hindrances_between(session, starts_at, ends_at, now).at(starts_at, ends_at)


def hindrances_between(session: Session, first: datetime, last: datetime, now: datetime) -> Hindrances:
    """All that hinders the session between the two times; six queries however long that is."""
    stretches = [*_past(first, now), *_closed(first, last), *_holidays(first, last)]
    stretches += [*_staff(session, first, last, now), *_children(session, first, last, now)]
    stretches += _away(session, first, last)
    hosts = _hosts(session, first, last) if session.is_remote else None
    # A draft needs its host only when it is confirmed.
    return Hindrances(stretches, hosts, no_host_refuses=session.state == Session.State.CONFIRMED)


def _past(first: datetime, now: datetime) -> Iterable[Hindrance]:
    if first <= now:
        yield Hindrance(first - timedelta(days=1), now, confirming.PASSED)


def _closed(first: datetime, last: datetime) -> Iterable[Hindrance]:
    """The nights: from closing to opening, on every day that the two times touch."""
    us, day = organisation(), dates.local(first).date()
    while day <= dates.local(last).date():
        opens, closes = (datetime.combine(day, at, tzinfo=dates.LONDON) for at in (us.opens_at, us.closes_at))
        next_day = day + timedelta(days=1)
        for start, end in ((midnight(day), opens), (closes, midnight(next_day))):
            yield Hindrance(start.astimezone(UTC), end.astimezone(UTC), hours_said(us))
        day = next_day


def _holidays(first: datetime, last: datetime) -> Iterable[Hindrance]:
    for holiday in Holiday.objects.all().meeting(dates.local(first).date(), dates.local(last).date()):
        start, end = midnight(holiday.first_day), midnight(holiday.last_day + timedelta(days=1))
        yield Hindrance(start, end, f"We plan nothing on this day: {holiday}.", refuses=False)


def _staff(session: Session, first: datetime, last: datetime, now: datetime) -> Iterable[Hindrance]:
    for other in staff_elsewhere(session, first, last):
        yield Hindrance(other.session.starts_at, other.session.ends_at, clash_sentence(other, now))


def _away(session: Session, first: datetime, last: datetime) -> Iterable[Hindrance]:
    """When somebody on the session is away; the gate would open, so it is said before the move (W5)."""
    on_it = session.assignments.filter(withdrawn_at=None).values("staff")
    for absence in Absence.objects.meeting(first, last).filter(staff__in=on_it).select_related("staff__user"):
        says = f"{absence.staff} is away at that time: find somebody else."
        yield Hindrance(absence.period.lower, absence.period.upper, says, refuses=False)


def _children(session: Session, first: datetime, last: datetime, now: datetime) -> Iterable[Hindrance]:
    elsewhere = (
        Booking.objects.holding_a_place()
        .filter(child__in=session.bookings.all().holding_a_place().values("child"))
        .filter(session__starts_at__lt=last, session__ends_at__gt=first)
        .exclude(session=session)
        .exclude(session__state=Session.State.CANCELLED)
        .select_related("child", "session")
        .order_by("session__starts_at", "child__known_as")
    )
    for booking in elsewhere:
        other = booking.session
        when = dates.when(other.starts_at, other.ends_at, now=now)
        says = f"{booking.child} has a place in “{other.title}” on {when}."
        yield Hindrance(other.starts_at, other.ends_at, says, refuses=False)


def _hosts(session: Session, first: datetime, last: datetime) -> list[list[Hindrance]]:
    """When each host that could hold the session is busy with another meeting."""
    holds_it = Q(meetings__session=session, meetings__is_wanted=True)
    hosts = ZoomHost.objects.filter(Q(is_active=True) | holds_it).distinct().values_list("pk", flat=True)
    busy: dict[Any, list[Hindrance]] = {pk: [] for pk in hosts}
    others = Meeting.objects.filter(is_wanted=True, host__in=busy, period__overlap=(first, last))
    for meeting in others.exclude(session=session):
        busy[meeting.host_id].append(Hindrance(meeting.period.lower, meeting.period.upper, NO_HOST))
    return list(busy.values())


def mark_of(session: Session) -> str:
    """A mark of the session's time, by which `move` knows whether somebody else moved it meanwhile."""
    return f"{session.starts_at.astimezone(UTC).isoformat()}/{session.ends_at.astimezone(UTC).isoformat()}"


def move(session_id: Any, *, starts_at: datetime, ends_at: datetime, seen: str, by: Any, now: datetime) -> Session:
    """Move a session whose time was seen as `seen` (a `mark_of` it; empty asks nothing): see `reschedule`.

    Raises ValidationError as `reschedule` does, and when somebody else moved the session meanwhile.
    """
    with transaction.atomic():
        session = Session.objects.select_for_update().get(pk=session_id)
        if seen and seen != mark_of(session):
            raise ValidationError(MOVED_MEANWHILE)
        return confirming.reschedule(session_id, starts_at=starts_at, ends_at=ends_at, by=by, now=now)
