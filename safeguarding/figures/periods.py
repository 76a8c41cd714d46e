"""The times for which figures are given: quarters of the calendar, or any days for those who see single cases."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from whippersnappers.dates import LONDON, local

QUARTERS = 8
_MONTHS = 3


@dataclass(frozen=True)
class Period:
    """Some days of London's calendar, both ends included."""

    since: date
    until: date
    name: str

    @property
    def begins(self) -> datetime:
        return _midnight(self.since)

    @property
    def ends(self) -> datetime:
        """The first moment after it."""
        return _midnight(self.until + timedelta(days=1))

    def holds(self, at: datetime | None) -> bool:
        """Whether a moment lies in it."""
        return at is not None and self.begins <= at < self.ends


def quarter(year: int, number: int) -> Period:
    """A quarter, 1 to 4, of a year."""
    first = date(year, (number - 1) * _MONTHS + 1, 1)
    after = date(year + number // 4, number % 4 * _MONTHS + 1, 1)
    return Period(first, after - timedelta(days=1), f"Q{number} {year}")


def present_quarter(now: datetime) -> Period:
    """The quarter that runs."""
    today = local(now).date()
    return quarter(today.year, (today.month - 1) // _MONTHS + 1)


def before(period: Period) -> Period:
    """The quarter before one."""
    day = period.since - timedelta(days=1)
    return quarter(day.year, (day.month - 1) // _MONTHS + 1)


def last_quarters(now: datetime, *, with_present: bool) -> list[Period]:
    """The newest first; those that are over, or with the one that runs."""
    found = [present_quarter(now) if with_present else before(present_quarter(now))]
    while len(found) < QUARTERS:
        found.append(before(found[-1]))
    return found


def days(since: date, until: date) -> Period:
    """Any days, named as people say them."""
    return Period(since, until, f"{since.day} {since:%B %Y} to {until.day} {until:%B %Y}")


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), LONDON)
