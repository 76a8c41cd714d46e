"""Working hours on London's clock, whatever the clocks and the calendar do."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions_app.absences import DayHours
from sessions_app.availability import inside_hours
from tests.factories import london

NINE_TO_FIVE = [DayHours(day, time(9), time(17)) for day in range(5)]
NIGHT = [DayHours(4, time(20), time(0)), DayHours(5, time(0), time(2))]


def inside(hours, start: str, end: str) -> bool:
    return inside_hours(hours, london(start), london(end))


def test_no_hours_mean_any_time():
    assert inside([], "2026-11-29 03:00", "2026-11-29 04:00")


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2026-11-24 09:00", "2026-11-24 17:00", True),
        ("2026-11-24 08:59", "2026-11-24 10:00", False),
        ("2026-11-24 16:30", "2026-11-24 17:01", False),
        # A Saturday, and a leap day that is a Tuesday.
        ("2026-11-28 10:00", "2026-11-28 11:00", False),
        ("2028-02-29 10:00", "2028-02-29 11:00", True),
        # The weekdays after both clock changes: nine o'clock is nine o'clock.
        ("2027-03-26 09:00", "2027-03-26 10:00", True),
        ("2027-03-29 09:00", "2027-03-29 10:00", True),
        ("2027-03-29 08:30", "2027-03-29 09:30", False),
        ("2026-10-26 16:00", "2026-10-26 17:00", True),
        ("2026-10-26 16:30", "2026-10-26 17:30", False),
    ],
)
def test_hours_are_wall_clock_times(start, end, expected):
    assert inside(NINE_TO_FIVE, start, end) is expected


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2026-11-27 23:00", "2026-11-28 01:00", True),
        ("2026-11-27 23:00", "2026-11-28 00:00", True),
        ("2026-11-28 00:00", "2026-11-28 02:00", True),
        ("2026-11-28 01:00", "2026-11-28 02:30", False),
        ("2026-11-26 23:00", "2026-11-27 00:30", False),
    ],
)
def test_hours_until_midnight_and_from_midnight_join(start, end, expected):
    assert inside(NIGHT, start, end) is expected


def test_the_night_of_the_clock_change_has_its_real_length():
    sunday = [DayHours(6, time(0), time(3))]
    # Midnight to three is four hours when the clocks go back, and two when they go forward.
    assert inside_hours(sunday, london("2026-10-25 00:00"), datetime(2026, 10, 25, 3, tzinfo=UTC))
    assert not inside_hours(sunday, london("2026-10-25 00:00"), datetime(2026, 10, 25, 3, 1, tzinfo=UTC))
    assert inside_hours(sunday, london("2027-03-28 00:00"), datetime(2027, 3, 28, 2, tzinfo=UTC))
    assert not inside_hours(sunday, london("2027-03-28 00:00"), datetime(2027, 3, 28, 2, 1, tzinfo=UTC))


@given(
    day=st.dates(date(2026, 1, 1), date(2032, 12, 31)),
    minute=st.integers(0, 24 * 60 - 1),
    length=st.integers(1, 12 * 60),
    hours=st.dictionaries(st.integers(0, 6), st.tuples(st.integers(0, 22), st.integers(1, 24)), max_size=7),
)
def test_a_time_is_inside_exactly_when_each_of_its_minutes_is(day, minute, length, hours):
    rows = [DayHours(n, time(a), time(b % 24)) for n, (a, b) in hours.items() if b > a]
    start = london(f"{day} {minute // 60:02}:{minute % 60:02}").astimezone(UTC)

    def works_at(moment: datetime) -> bool:
        here = moment.astimezone(london("2026-01-01 00:00").tzinfo)
        found = [row for row in rows if row.weekday == here.weekday()]
        return any(row.starts <= here.time() and (here.time() < row.ends or row.ends == time(0)) for row in found)

    minutes = [start + timedelta(minutes=n) for n in range(length)]
    expected = not rows or all(works_at(moment) for moment in minutes)
    assert inside_hours(rows, start, start + timedelta(minutes=length)) is expected
