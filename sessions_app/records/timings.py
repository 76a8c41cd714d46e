"""When everybody was there, worked out from what was heard: a pure function of its arguments.

What is missing or does not fit together is said; nothing is filled in. Breaks do not count, nor does a device that was
there beside another one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import floor
from uuid import UUID

from sessions_app.models import RecordTiming

Whose, Source, Trouble = RecordTiming.Whose, RecordTiming.Source, RecordTiming.Trouble
# Clocks of devices and of Zoom may differ by so much without anybody being wrong.
CLOCKS_DIFFER = timedelta(minutes=2)


@dataclass(frozen=True)
class Heard:
    """One unbroken time of somebody, as it was heard of.

    `until` is None where no end was heard. Where a time is not known, it is the latest that it can have been.
    """

    since: datetime
    until: datetime | None
    source: str
    since_known: bool = True
    until_known: bool = True
    # Whose it is was only told by a name that anybody can type.
    by_name: bool = False


@dataclass(frozen=True)
class HeardOf:
    """All that was heard of one session: of the session itself, of the child's family, of each member of staff."""

    meeting: Sequence[Heard] = ()
    family: Sequence[Heard] = ()
    # Of people in the meeting of whom nobody knows who they are.
    unnamed: Sequence[Heard] = ()
    staff: Sequence[tuple[UUID, Sequence[Heard]]] = ()


@dataclass(frozen=True)
class Timing:
    """From when until when, and how many minutes of it; what is not known is None, and `trouble` says why."""

    whose: str
    began_at: datetime | None
    ended_at: datetime | None
    minutes: int | None
    source: str
    trouble: str = ""
    staff_id: UUID | None = None
    by_name: bool = False


@dataclass(frozen=True)
class Timings:
    """The times of one session, as its record keeps them."""

    meeting: Timing
    family: Timing
    staff: tuple[Timing, ...]

    @property
    def all(self) -> tuple[Timing, ...]:
        return (self.meeting, self.family, *self.staff)


def timings_of(heard: HeardOf, by_hand: tuple[datetime, datetime] | None = None) -> Timings:
    """The times, in the order in which a record shows them (W6).

    `by_hand` is what staff wrote where nothing else was heard; it never replaces what was.
    """
    written = [Heard(*by_hand, Source.HAND)] if by_hand else []
    meeting = _timing(Whose.MEETING, heard.meeting or written)
    # In a meeting nobody can be outside its own times; in a hall people come early and stay to clear up.
    within = meeting if meeting.source in (Source.WEBHOOK, Source.REPORT) else None
    family = _timing(Whose.FAMILY, heard.family or written, within=within)
    if family.trouble == Trouble.MISSING and heard.unnamed:
        family = replace(family, source=_worst_source(heard.unnamed), trouble=Trouble.UNNAMED)
    staff = tuple(_timing(Whose.STAFF, times or written, within=within, staff_id=pk) for pk, times in heard.staff)
    return Timings(meeting, family, staff)


def _timing(
    whose: str, heard: Iterable[Heard], *, within: Timing | None = None, staff_id: UUID | None = None
) -> Timing:
    times = sorted(heard, key=lambda one: one.since)
    if not times:
        return Timing(whose, None, None, None, Source.NOTHING, Trouble.MISSING, staff_id)
    began_at = times[0].since if times[0].since_known else None
    ended_at = _end(times)
    trouble = _trouble(times, began_at, ended_at, within)
    minutes = _minutes(times) if trouble in ("", Trouble.OUTSIDE) else None
    by_name = all(one.by_name for one in times)
    return Timing(whose, began_at, ended_at, minutes, _worst_source(times), trouble, staff_id, by_name)


def _end(times: Sequence[Heard]) -> datetime | None:
    """When the last of them was over; None where that is not known."""
    last = max(times, key=lambda one: (one.until is None, one.until or one.since))
    return last.until if last.until_known else None


def _trouble(
    times: Iterable[Heard], began_at: datetime | None, ended_at: datetime | None, within: Timing | None
) -> str:
    """What is wrong with them; what is worse comes first."""
    if any(one.until is not None and one.until < one.since for one in times):
        return Trouble.REVERSED
    if any(not one.since_known for one in times):
        return Trouble.NO_BEGIN
    if any(one.until is None or not one.until_known for one in times):
        return Trouble.NO_END
    return Trouble.OUTSIDE if within is not None and _is_outside(began_at, ended_at, within) else ""


def _worst_source(times: Iterable[Heard]) -> str:
    """Where the times come from; of several ways, the one on which one can rely least."""
    order = [Source.HAND, Source.PRESS, Source.REPORT, Source.WEBHOOK]
    return min((one.source for one in times), key=lambda source: order.index(Source(source)))


def _is_outside(began_at: datetime | None, ended_at: datetime | None, within: Timing) -> bool:
    early = began_at and within.began_at and began_at < within.began_at - CLOCKS_DIFFER
    late = ended_at and within.ended_at and ended_at > within.ended_at + CLOCKS_DIFFER
    return bool(early or late)


def _minutes(times: Iterable[Heard]) -> int:
    """Whole minutes in which at least one of the times runs; half a minute counts as one."""
    total, reached = timedelta(0), None
    for one in times:
        assert one.until is not None
        begin = one.since if reached is None or one.since > reached else reached
        if one.until > begin:
            total, reached = total + (one.until - begin), one.until
    return floor(total.total_seconds() / 60 + 0.5)
