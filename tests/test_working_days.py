"""Working days of England and Wales, and counting in them."""

from datetime import date, datetime, timedelta

import pytest

from whippersnappers.dates import LONDON
from whippersnappers.working_days import after_working_days, bank_holidays, is_working_day, last_start_over


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2026-11-27", True),
        ("2026-11-28", False),
        ("2026-11-29", False),
        ("2026-04-03", False),
        ("2026-04-06", False),
        ("2026-05-04", False),
        ("2026-05-25", False),
        ("2026-08-31", False),
        ("2026-12-25", False),
        ("2026-12-28", False),
        ("2026-12-29", True),
        ("2027-01-01", False),
        ("2022-09-19", False),
        ("2028-02-29", True),
        ("2026-01-02", True),
    ],
)
def test_working_days_of_england(day: str, works: bool) -> None:
    assert is_working_day(date.fromisoformat(day)) is works


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        ("2026-11-25T09:00", 1, "2026-11-26T09:00"),
        ("2026-11-27T16:00", 1, "2026-11-30T16:00"),
        ("2026-11-27T16:00", 2, "2026-12-01T16:00"),
        ("2026-11-28T15:00", 1, "2026-12-01T00:00"),
        ("2026-11-29T23:59", 1, "2026-12-01T00:00"),
        ("2026-11-27T00:00", 1, "2026-11-30T00:00"),
        ("2026-11-27T23:59", 1, "2026-11-30T23:59"),
        ("2026-12-24T12:00", 1, "2026-12-29T12:00"),
        ("2026-12-24T12:00", 2, "2026-12-30T12:00"),
        ("2026-12-25T12:00", 1, "2026-12-30T00:00"),
        ("2026-12-31T12:00", 1, "2027-01-04T12:00"),
        ("2026-04-02T17:00", 1, "2026-04-07T17:00"),
        ("2026-05-01T10:00", 1, "2026-05-05T10:00"),
        # Over the last Sundays of March and October the time of day stays, on London's clock.
        ("2026-03-27T10:00", 1, "2026-03-30T10:00"),
        ("2026-10-23T10:00", 1, "2026-10-26T10:00"),
        ("2028-02-28T10:00", 1, "2028-02-29T10:00"),
        ("2028-02-29T10:00", 1, "2028-03-01T10:00"),
    ],
)
def test_counting_in_working_days(start: str, count: int, end: str) -> None:
    assert after_working_days(at(start), count) == at(end)


def test_no_working_day_lies_no_further_than_the_next_one() -> None:
    assert after_working_days(at("2026-11-25T09:00"), 0) == at("2026-11-25T09:00")
    assert after_working_days(at("2026-11-28T09:00"), 0) == at("2026-11-30T00:00")


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="without a time zone"):
        after_working_days(datetime(2026, 11, 25, 9, 0), 1)


def test_bank_holidays_have_names() -> None:
    assert bank_holidays(2026)[date(2026, 4, 3)] == "Good Friday"


# A bank holiday at Easter with the change of the clocks before it, and one at the end of December.
@pytest.mark.parametrize("first", ["2026-03-27", "2026-04-01", "2026-10-23", "2026-12-23"])
@pytest.mark.parametrize("count", [1, 2])
def test_the_last_start_that_is_over_agrees_with_the_clock(first: str, count: int) -> None:
    hours = [at(f"{first}T00:00") + timedelta(hours=n) for n in range(8 * 24)]
    for now in hours:
        last = last_start_over(now, count)
        for start in hours:
            assert (after_working_days(start, count) <= now) == (start <= last), (start, now)
