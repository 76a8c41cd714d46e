"""Who is free when: working hours on London's clock, absences, and the sessions that people are on already.

`rota_between` reads everything at once, in the same few queries for any number of people and sessions; all the rest
are plain functions of what it read.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Protocol
from uuid import UUID

from sessions_app.models import Absence, StaffAssignment, StaffProfile
from whippersnappers import dates

_MIDNIGHT = time(0)


class Hours(Protocol):
    """From when until when on a weekday (Monday is 0), as people say it; midnight as an end ends the day."""

    weekday: int
    starts: time
    ends: time


def inside_hours(hours: Iterable[Hours], starts_at: datetime, ends_at: datetime) -> bool:
    """Whether the whole time lies within somebody's working hours; no hours at all mean any time.

    Hours are wall-clock times: four o'clock stays four o'clock when the clocks change. Hours until midnight and from
    midnight on the next day join.
    """
    of_day = {one.weekday: one for one in hours}
    if not of_day:
        return True
    covered, day = starts_at.astimezone(UTC), dates.local(starts_at).date()
    while covered < ends_at:
        one = of_day.get(day.weekday())
        if one is None:
            return False
        closes_on = day + timedelta(days=1) if one.ends == _MIDNIGHT else day
        opens = datetime.combine(day, one.starts, tzinfo=dates.LONDON)
        # A time that exists twice when the clocks go back: somebody works until its second coming.
        closes = datetime.combine(closes_on, one.ends, tzinfo=dates.LONDON).replace(fold=1)
        if covered < opens.astimezone(UTC) or closes.astimezone(UTC) <= covered:
            return False
        covered, day = closes.astimezone(UTC), day + timedelta(days=1)
    return True


@dataclass(frozen=True)
class Rota:
    """Everybody who may deliver sessions, with what they do and when they are away between two times."""

    staff: list[StaffProfile]
    held: dict[UUID, list[StaffAssignment]]
    absences: dict[UUID, list[Absence]]

    def is_away(self, staff: StaffProfile, starts_at: datetime, ends_at: datetime) -> bool:
        return any(_overlap(one.period, starts_at, ends_at) for one in self.absences[staff.pk])

    def is_busy(self, staff: StaffProfile, starts_at: datetime, ends_at: datetime) -> bool:
        return any(_overlap(one.period, starts_at, ends_at) for one in self.held[staff.pk])

    def worked(self, staff: StaffProfile, starts_at: datetime, ends_at: datetime) -> timedelta:
        """How long the sessions are that the person is on and that begin between the two times."""
        held = [one.period for one in self.held[staff.pk] if starts_at <= one.period.lower < ends_at]
        return sum((period.upper - period.lower for period in held), timedelta())


def rota_between(starts_at: datetime, ends_at: datetime) -> Rota:
    """The rota of these weeks, in five queries."""
    everybody = StaffProfile.objects.filter(user__is_active=True).select_related("user").order_by("user__name")
    held, absences = defaultdict(list), defaultdict(list)
    on = StaffAssignment.objects.filter(holds=True, period__overlap=(starts_at, ends_at)).order_by("period")
    for assignment in on.select_related("session"):
        held[assignment.staff_id].append(assignment)
    for absence in Absence.objects.meeting(starts_at, ends_at):
        absences[absence.staff_id].append(absence)
    return Rota(list(everybody.prefetch_related("skills", "working_hours")), held, absences)


def _overlap(period: object, starts_at: datetime, ends_at: datetime) -> bool:
    return bool(period.lower < ends_at and starts_at < period.upper)  # type: ignore[attr-defined]
