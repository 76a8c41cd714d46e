"""Days, times and lengths as people say them, always on London's clock.

Pure functions of their arguments: pages, mails and the admin say a time in the same words, one for each purpose.

- What is planned, or was lately: `day`, `calendar_day`, `moment`, `when`, `times`, `days`; `near_day` and `near_moment`
  where “today” helps. The year stands only where it is another one.
- What is kept for years, such as a signature, a birthday or an end of clearance: `full_day`, `full_moment`.
- A narrow column of a grid whose heading says the year: `column_day`.
- What people type into a form or a spreadsheet, said back to them: `typed_day`.
"""

import math
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


def local(at: datetime) -> datetime:
    """The aware time `at` on London's clock. Raises ValueError for a naive time."""
    if at.tzinfo is None:
        raise ValueError("A time without a time zone cannot be shown.")
    return at.astimezone(LONDON)


def clock(at: datetime) -> str:
    """The time of day: `4:00pm`, `midday`, `midnight`."""
    return wall_clock(local(at).time())


def wall_clock(at: time) -> str:
    """A time of day that has no day, said as `clock` says it."""
    if at.minute == 0 and at.hour in (0, 12):
        return "midday" if at.hour else "midnight"
    return f"{at.hour % 12 or 12}:{at.minute:02}{'am' if at.hour < 12 else 'pm'}"


def day(at: datetime, *, now: datetime) -> str:
    """The day: `Tuesday 24 November`, with the year when it is not the year of `now`."""
    return calendar_day(local(at).date(), now=now)


def calendar_day(on: date, *, now: datetime) -> str:
    """A day of the calendar, said as `day` says it."""
    text = f"{on:%A} {on.day} {on:%B}"
    return text if on.year == local(now).year else f"{text} {on.year}"


def moment(at: datetime, *, now: datetime) -> str:
    """`Tuesday 24 November, 4:05pm`."""
    return f"{day(at, now=now)}, {clock(at)}"


def full_day(on: date) -> str:
    """`24 November 2026`: always with its year. Of an aware time it is the day on London's clock."""
    here = local(on) if isinstance(on, datetime) else on
    return f"{here.day} {here:%B %Y}"


def full_moment(at: datetime) -> str:
    """`24 November 2026, 4:05pm`."""
    return f"{full_day(at)}, {clock(at)}"


def column_day(on: date) -> str:
    """`Tue 24 Nov`."""
    return f"{on:%a} {on.day} {on:%b}"


def typed_day(on: date) -> str:
    """`24/11/2026`."""
    return f"{on:%d/%m/%Y}"


def near_day(at: datetime, *, now: datetime) -> str:
    """`Today`, `Tomorrow`, else the day as `day` says it."""
    ahead = (local(at).date() - local(now).date()).days
    return {0: "Today", 1: "Tomorrow"}.get(ahead) or day(at, now=now)


def near_moment(at: datetime, *, now: datetime) -> str:
    """`Today, 4:05pm`, `Yesterday, 4:05pm`, else `Tuesday 24 November, 4:05pm`."""
    was_yesterday = (local(now).date() - local(at).date()).days == 1
    return f"{'Yesterday' if was_yesterday else near_day(at, now=now)}, {clock(at)}"


def when(starts_at: datetime, ends_at: datetime, *, now: datetime) -> str:
    """`Tuesday 24 November, 4:00pm to 4:45pm`; both days are named when it crosses midnight."""
    start = f"{day(starts_at, now=now)}, {clock(starts_at)}"
    if local(starts_at).date() == local(ends_at).date():
        return f"{start} to {clock(ends_at)}"
    return f"{start} to {day(ends_at, now=now)}, {clock(ends_at)}"


def times(starts_at: datetime, ends_at: datetime, *, now: datetime) -> str:
    """`4:00pm to 4:45pm`, for where the day already stands; the end's day is named past midnight."""
    if local(starts_at).date() == local(ends_at).date():
        return f"{clock(starts_at)} to {clock(ends_at)}"
    return f"{clock(starts_at)} to {day(ends_at, now=now)}, {clock(ends_at)}"


def days(starts_at: datetime, ends_at: datetime, *, now: datetime) -> str:
    """Whole days without their hours, the last one included: `Monday 4 May to Friday 8 May`; else as `when` says it."""
    first, end = local(starts_at), local(ends_at)
    if any((at.hour, at.minute, at.second) != (0, 0, 0) for at in (first, end)):
        return when(starts_at, ends_at, now=now)
    last = end - timedelta(days=1)
    said = day(starts_at, now=now)
    return said if last.date() == first.date() else f"{said} to {day(last, now=now)}"


def duration(length: timedelta) -> str:
    """A length in whole minutes, rounded up: `45 minutes`, `1 hour 15 minutes`, `2 hours`, `3 days`.

    From two days on, days alone (rounded down) are near enough. Nothing or less is `0 minutes`.
    """
    minutes = max(0, math.ceil(length.total_seconds() / 60))
    if minutes >= 2 * 24 * 60:
        return counted(minutes // (24 * 60), "day")
    hours, rest = divmod(minutes, 60)
    parts = [counted(hours, "hour")] if hours else []
    if rest or not hours:
        parts.append(counted(rest, "minute"))
    return " ".join(parts)


def length(starts_at: datetime, ends_at: datetime) -> str:
    """How long it is from one time to the other, in real time across a change of the clocks."""
    return duration(ends_at.astimezone(UTC) - starts_at.astimezone(UTC))


def until(at: datetime, *, now: datetime) -> str:
    """How far off `at` is, as a countdown says it: `in 15 minutes`, `tomorrow`, `in 3 days`, `now` once it is there.

    From 24 hours on, days of the calendar are counted, as people do.
    """
    left = at.astimezone(UTC) - now.astimezone(UTC)
    if left <= timedelta(0):
        return "now"
    if left < timedelta(days=1):
        return f"in {duration(left)}"
    days = (local(at).date() - local(now).date()).days
    return "tomorrow" if days == 1 else f"in {days} days"


def week_of(at: datetime) -> datetime:
    """Monday midnight, on London's clock, of the week that `at` is in."""
    here = local(at)
    monday = here.date() - timedelta(days=here.weekday())
    return datetime(monday.year, monday.month, monday.day, tzinfo=LONDON)


def counted(number: int, noun: str) -> str:
    """`1 day`, `3 days`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
