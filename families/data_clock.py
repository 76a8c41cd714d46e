"""How long the law gives us to answer a request about data: one calendar month, or three (UK GDPR, article 12(3)).

Pure functions of the facts and `now`; days are days on London's clock.
"""

from calendar import monthrange
from datetime import date, datetime

from whippersnappers import dates

MONTHS = 1
# With two more for a request that is hard, or one of many; the family is told why within the first month.
MONTHS_EXTENDED = 3


def due_on(received_at: datetime, *, extended: bool) -> date:
    """The last day for the answer: the same day of a later month, or its last day if it has no such day.

    A request that comes in at 11:59pm has come in that day. Weekends and bank holidays would lengthen it; we do not
    let them.
    """
    return months_later(dates.local(received_at).date(), MONTHS_EXTENDED if extended else MONTHS)


def may_extend(received_at: datetime, now: datetime) -> bool:
    """Whether the family can still be told of a longer time: only within the first month."""
    return dates.local(now).date() <= due_on(received_at, extended=False)


def days_left(due: date, now: datetime) -> int:
    """Days until `due`: 0 on the day itself, negative once it is past."""
    return (due - dates.local(now).date()).days


def months_later(day: date, months: int) -> date:
    """The corresponding day `months` later; the month's last day when it has none."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
