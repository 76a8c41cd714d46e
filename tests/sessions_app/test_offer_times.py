"""Until when a family may answer: the usual day, close to the session, at night and across the clock changes."""

from datetime import UTC, time, timedelta

import pytest

from sessions_app.offer_times import LAST_ANSWER_BEFORE, answer_by, first_start_offered, last_answer_at
from tests.factories import london


@pytest.mark.parametrize(
    ("now", "starts", "until"),
    [
        # A week ahead: a day, up to the full quarter of an hour.
        ("2026-11-16 10:00", "2026-11-24 16:00", "2026-11-17 10:00"),
        ("2026-11-16 10:07", "2026-11-24 16:00", "2026-11-17 10:15"),
        # At night the day counts from the morning.
        ("2026-11-16 23:30", "2026-11-24 16:00", "2026-11-18 08:00"),
        ("2026-11-16 03:00", "2026-11-24 16:00", "2026-11-17 08:00"),
        ("2026-11-16 20:00", "2026-11-24 16:00", "2026-11-18 08:00"),
        ("2026-11-16 19:59", "2026-11-24 16:00", "2026-11-17 20:00"),
        # Close to the session: half of what is left until two hours before.
        ("2026-11-24 08:00", "2026-11-24 16:00", "2026-11-24 11:00"),
        # Half of it would end at night: an hour after the morning begins.
        ("2026-11-23 18:00", "2026-11-24 16:00", "2026-11-24 09:00"),
        # The last moment of an early session is the evening before.
        ("2026-11-23 12:00", "2026-11-24 09:00", "2026-11-23 16:00"),
        # An hour is the least.
        ("2026-11-24 12:45", "2026-11-24 16:00", "2026-11-24 13:45"),
        ("2026-11-24 13:00", "2026-11-24 16:00", "2026-11-24 14:00"),
        # Below an hour, and once it has begun, there is no offer.
        ("2026-11-24 13:01", "2026-11-24 16:00", None),
        ("2026-11-24 17:00", "2026-11-24 16:00", None),
        # Nobody is asked at night about the next morning.
        ("2026-11-23 21:00", "2026-11-24 09:30", None),
        # A day is 24 hours of real time, whatever the clocks do.
        ("2026-10-24 10:00", "2026-11-24 16:00", "2026-10-25 09:00"),
        ("2027-03-27 10:00", "2027-04-24 16:00", "2027-03-28 11:00"),
    ],
)
def test_until_when_an_offer_stands(now, starts, until):
    assert answer_by(london(now), london(starts)) == (until and london(until))


@pytest.mark.parametrize("hour", range(24))
@pytest.mark.parametrize("lead", [1, 3, 5, 9, 14, 20, 30, 50, 200])
def test_no_offer_ends_in_the_past_at_night_or_too_near(hour, lead):
    starts = london("2026-11-24 16:00")
    now = london(f"2026-11-24 {hour:02}:20") - timedelta(hours=lead)
    until = answer_by(now, starts)
    if until is None:
        assert last_answer_at(starts) - now < timedelta(hours=14)
        return
    assert until >= now + timedelta(hours=1)
    assert until <= starts - LAST_ANSWER_BEFORE
    assert 8 <= london(f"{until.astimezone(starts.tzinfo):%Y-%m-%d %H:%M}").hour <= 20


def test_the_time_is_a_setting(settings):
    settings.PLACE_OFFER_TIME = timedelta(hours=6)
    assert answer_by(london("2026-11-16 10:00"), london("2026-11-24 16:00")) == london("2026-11-16 16:00")


@pytest.mark.parametrize("day", ["2026-11-24", "2026-10-24", "2027-03-27"])
@pytest.mark.parametrize("hours", [("08:00", "20:00"), ("00:00", "23:30"), ("09:15", "19:00")])
def test_the_first_start_offered_is_where_offers_begin(settings, day, hours):
    """In steps of a quarter of an hour through a day and a half, across the night and both clock changes."""
    settings.ORGANISATION_OPENS_AT, settings.ORGANISATION_CLOSES_AT = map(time.fromisoformat, hours)
    quarter = timedelta(minutes=15)
    for n in range(0, 96, 3):
        now = (london(f"{day} 00:00").astimezone(UTC) + n * quarter + timedelta(seconds=n % 2)).astimezone(UTC)
        first = first_start_offered(now)
        starts = [now + m * quarter for m in range(8, 144, 5)] + [first, first - timedelta(seconds=1)]
        for start in starts:
            assert (answer_by(now, start) is not None) == (start >= first), (now, start, first)
