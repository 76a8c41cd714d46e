"""Working days: Monday to Friday without the bank holidays of England and Wales, on London's clock.

Pure functions. A working day lasts from midnight to midnight; clocks that count in working days stand
still on all other days, whatever the time of day.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

import holidays

from whippersnappers.dates import LONDON, local


@lru_cache(maxsize=40)
def bank_holidays(year: int) -> dict[date, str]:
    """The bank holidays of England and Wales in `year`, substitute days included, with their names."""
    return dict(holidays.country_holidays("GB", subdiv="ENG", years=year))


def is_working_day(day: date) -> bool:
    """Whether people are at work on `day`."""
    return day.weekday() < 5 and day not in bank_holidays(day.year)


def after_working_days(start: datetime, count: int) -> datetime:
    """The moment, in UTC, that lies `count` working days after the aware time `start`.

    The time of day stays: from Friday 4:00pm one working day ends on Monday 4:00pm. What begins on a day off
    counts from the midnight with which the next working day begins. Raises ValueError for a naive `start`.
    """
    began = local(start)
    day, at = (began.date(), began.time()) if is_working_day(began.date()) else (_next(began.date()), time.min)
    for _ in range(count):
        day = _next(day)
    return datetime.combine(day, at, LONDON).astimezone(UTC)


def _next(day: date) -> date:
    day += timedelta(days=1)
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


def last_start_over(now: datetime, count: int) -> datetime:
    """The latest moment, in UTC, from which `count` working days have gone by at `now`: for asking a database.

    Whatever began then or before is over by `after_working_days`; whatever began later is not. Raises ValueError for a
    naive `now`.
    """
    ends = local(now)
    # On a day off the clocks stand at the end of the last working day.
    day, at = (ends.date(), ends.time()) if is_working_day(ends.date()) else (_before(ends.date()), time.max)
    for _ in range(count):
        day = _before(day)
    return datetime.combine(day, at, LONDON).astimezone(UTC)


def _before(day: date) -> date:
    day -= timedelta(days=1)
    while not is_working_day(day):
        day -= timedelta(days=1)
    return day
