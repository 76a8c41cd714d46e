"""When the sample charity's sessions are: six weeks back and six weeks ahead of the day it is made."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from demo.sample.programme import OFFERS, SOON, TOMORROW, Offer
from whippersnappers import dates

WEEKS_BACK = 6
WEEKS_AHEAD = 6


@dataclass(frozen=True)
class Planned:
    """One session of an offer; `turn` counts the offer's sessions from 0."""

    offer: Offer
    starts_at: datetime
    turn: int

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.offer.minutes)

    @property
    def title(self) -> str:
        return self.offer.variants[self.turn % len(self.offer.variants)]

    @property
    def is_remote(self) -> bool:
        return not self.offer.place

    @property
    def name(self) -> str:
        """Names it in every demo, whatever the dates."""
        return f"{self.offer.key} {self.turn}"

    def overlaps(self, starts_at: datetime, ends_at: datetime) -> bool:
        """Whether any of it falls between the two times."""
        return self.starts_at < ends_at and starts_at < self.ends_at


def timetable(now: datetime) -> list[Planned]:
    """All weekly sessions, by time; the hours that tomorrow's draft and the next hours need are left free."""
    tomorrow = tomorrow_at(now, 16)
    kept_free = [
        (tomorrow - timedelta(minutes=30), tomorrow + timedelta(minutes=75)),
        (now - timedelta(minutes=30), now + timedelta(hours=2)),
    ]
    found = [planned for offer in OFFERS for planned in _weekly(offer, now)]
    free = [planned for planned in found if not any(planned.overlaps(*hours) for hours in kept_free)]
    return sorted(free, key=lambda planned: (planned.starts_at, planned.offer.key))


def _weekly(offer: Offer, now: datetime) -> list[Planned]:
    monday = dates.week_of(now).date()
    planned = []
    for turn, week in enumerate(range(-WEEKS_BACK, WEEKS_AHEAD, offer.every)):
        day = monday + timedelta(days=offer.weekday, weeks=week)
        planned.append(Planned(offer, datetime.combine(day, offer.starts, tzinfo=dates.LONDON), turn))
    return planned


def tomorrow_at(now: datetime, hour: int) -> datetime:
    """A wall-clock hour in London, tomorrow."""
    day = dates.local(now).date() + timedelta(days=1)
    return datetime.combine(day, time(hour), tzinfo=dates.LONDON)


def tomorrows_draft(now: datetime, hour: int = 16) -> Planned:
    """The draft that the walk through the demo begins with."""
    return Planned(TOMORROW, tomorrow_at(now, hour), 0)


def soon(now: datetime, opens_at: time, closes_at: time) -> Planned | None:
    """A session that is about to begin, on a full five minutes; None outside the charity's hours."""
    here = dates.local(now).replace(second=0, microsecond=0)
    starts_at = here + timedelta(minutes=15 - here.minute % 5)
    planned = Planned(SOON, starts_at, 0)
    ends = dates.local(planned.ends_at)
    inside = starts_at.time() >= opens_at and ends.time() <= closes_at and ends.date() == starts_at.date()
    return planned if inside else None
