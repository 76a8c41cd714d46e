"""Who is there, who was, for how long, and whether two members of staff are (W5, W6)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import QuerySet

from sessions_app.models import Presence, Session, StaffProfile
from whippersnappers import dates

Where = Presence.Where


class Stretch(NamedTuple):
    """A time from `since` to `until`; None: it goes on."""

    since: datetime
    until: datetime | None


@dataclass(frozen=True)
class TwoMembers:
    """Whether the two-member rule is kept now. `short_since`: since when a family is there with fewer than two."""

    staff: tuple[StaffProfile, ...]
    # Everybody in the meeting who is not known to be ours counts as family.
    others: int
    short_since: datetime | None
    grace: timedelta
    now: datetime

    @property
    def is_kept(self) -> bool:
        """Two members of staff are there: assigned to this session, cleared, and known for certain."""
        return len(self.staff) >= 2

    @property
    def is_broken(self) -> bool:
        """A family has been there with fewer than two for longer than the time of grace."""
        return self.short_since is not None and self.now - self.short_since > self.grace


def stays(session: Session) -> list[Presence]:
    """Every stay, in the waiting room and in the meeting; the first one first."""
    return list(_of(session))


def people_in(session: Session) -> list[Presence]:
    """Who is in the meeting (or, in person, signed in) now."""
    return list(_of(session).filter(where=Where.MEETING, until=None))


def people_waiting(session: Session) -> list[Presence]:
    """Who is in the waiting room now."""
    return list(_of(session).filter(where=Where.WAITING, until=None))


def staff_minutes(session: Session, now: datetime) -> Mapping[Any, float]:
    """The minutes in the meeting of each member of staff, by key; two devices at once count once."""
    return _minutes(_of(session), "staff_id", now)


def family_minutes(session: Session, now: datetime) -> Mapping[Any, float]:
    """The minutes in the meeting of each guardian, by key, those known by their typed name alone among them."""
    return _minutes(_of(session), "guardian_id", now)


def two_members(session: Session, now: datetime) -> TwoMembers:
    """The two-member rule now (W5)."""
    counted = counted_staff(session)
    inside = [stay for stay in stays(session) if stay.where == Where.MEETING]
    here = [stay for stay in inside if stay.until is None]
    staff = {stay.staff_id: stay.staff for stay in here if stay.staff_id in counted and stay.staff}
    short = shortfalls(inside, counted)
    return TwoMembers(
        staff=tuple(staff.values()),
        others=len({stay.participant for stay in here if not stay.is_ours}),
        short_since=short[-1].since if short and short[-1].until is None else None,
        grace=timedelta(seconds=settings.TWO_MEMBERS_GRACE_SECONDS),
        now=now,
    )


def counted_staff(session: Session) -> frozenset[Any]:
    """Who counts for the two-member rule: assigned to this session and cleared on its day."""
    cleared = StaffProfile.objects.cleared_on(dates.local(session.starts_at).date())
    assigned = cleared.filter(assignments__session=session, assignments__withdrawn_at=None)
    return frozenset(assigned.values_list("pk", flat=True))


def shortfalls(inside: Iterable[Presence], counted: Iterable[Any]) -> list[Stretch]:
    """When somebody who is not staff was in the meeting with fewer than two who count, however shortly."""
    rows, two = list(inside), set(counted)
    moments = sorted({moment for row in rows for moment in (row.since, row.until) if moment is not None})
    found: list[Stretch] = []
    for number, since in enumerate(moments):
        there = [row for row in rows if row.since <= since and (row.until is None or row.until > since)]
        if len({row.staff_id for row in there} & two) >= 2 or all(row.is_ours for row in there):
            continue
        until = moments[number + 1] if number + 1 < len(moments) else None
        if found and found[-1].until == since:
            since = found.pop().since
        found.append(Stretch(since, until))
    return found


def covered(stretches: Iterable[Stretch], now: datetime) -> timedelta:
    """How long the stretches last together; where they overlap, the time counts once."""
    total, reached = timedelta(), datetime.min.replace(tzinfo=now.tzinfo)
    for since, until in sorted(Stretch(s, u or now) for s, u in stretches):
        begin, end = max(since, reached), until or now
        if end > begin:
            total, reached = total + (end - begin), end
    return total


def _of(session: Session) -> QuerySet[Presence]:
    return Presence.objects.filter(session=session).select_related("staff__user", "guardian")


def _minutes(rows: Iterable[Presence], of: str, now: datetime) -> Mapping[Any, float]:
    by_person: dict[Any, list[Stretch]] = defaultdict(list)
    for row in rows:
        if row.where == Where.MEETING and getattr(row, of) is not None:
            by_person[getattr(row, of)].append(Stretch(row.since, row.until))
    return {person: covered(each, now) / timedelta(minutes=1) for person, each in by_person.items()}
