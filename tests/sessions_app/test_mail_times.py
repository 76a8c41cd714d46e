"""When mails go: pure rules, tried at both clock changes, midnight and the early morning."""

from datetime import UTC, datetime, timedelta

import pytest

from sessions_app.mail_times import (
    change_mail_at,
    mark,
    marks_due,
    preparation_due_at,
    reminder_due_at,
    strictly_due,
    zoom_deadline,
)
from sessions_app.models import Session
from tests.factories import london


def session(start: str, **fields) -> Session:
    starts_at = london(start).astimezone(UTC)
    return Session(starts_at=starts_at, ends_at=starts_at + timedelta(minutes=45), **fields)


@pytest.mark.parametrize(
    ("start", "due"),
    [
        ("2026-11-24 16:00", "2026-11-24 09:00"),
        ("2026-11-24 10:00", "2026-11-24 09:00"),
        # Nine is too close, or too late: the evening before.
        ("2026-11-24 09:59", "2026-11-23 18:00"),
        ("2026-11-24 09:00", "2026-11-23 18:00"),
        ("2026-11-24 08:00", "2026-11-23 18:00"),
        ("2026-11-24 00:30", "2026-11-23 18:00"),
        # Both changes of the clocks, and the leap day.
        ("2026-03-29 16:00", "2026-03-29 09:00"),
        ("2026-03-29 08:30", "2026-03-28 18:00"),
        ("2026-10-25 16:00", "2026-10-25 09:00"),
        ("2026-10-25 08:30", "2026-10-24 18:00"),
        ("2028-03-01 08:30", "2028-02-29 18:00"),
    ],
)
def test_the_reminder_goes_at_nine_or_the_evening_before(start, due):
    assert reminder_due_at(london(start)) == london(due)
    assert reminder_due_at(london(start).astimezone(UTC)) == london(due)
    assert reminder_due_at(london(start)) < london(start).astimezone(UTC)


@pytest.mark.parametrize(
    ("start", "due"),
    [
        ("2026-11-24 16:00", datetime(2026, 11, 22, 16, 0, tzinfo=UTC)),
        # 48 real hours: an hour less or more on the wall.
        ("2026-03-30 16:00", datetime(2026, 3, 28, 15, 0, tzinfo=UTC)),
        ("2026-10-26 16:00", datetime(2026, 10, 24, 16, 0, tzinfo=UTC)),
    ],
)
def test_the_preparation_goes_48_hours_before(start, due):
    assert preparation_due_at(session(start)) == due


def test_a_session_may_have_its_own_lead():
    assert preparation_due_at(session("2026-11-24 16:00", pre_session_hours=0)) == london("2026-11-24 15:00")
    assert preparation_due_at(session("2026-11-24 16:00", pre_session_hours=168)) == london("2026-11-17 16:00")


def test_a_mark_names_the_day_on_londons_clock():
    assert mark("preparation", session("2026-06-01 00:30")) == "preparation:2026-06-01"


def test_what_falls_due_within_the_hour_goes_along():
    planned = session("2026-11-24 16:00")
    assert marks_due(planned, london("2026-11-22 14:59")) == []
    assert marks_due(planned, london("2026-11-22 15:00")) == ["preparation:2026-11-24"]
    assert strictly_due(planned, london("2026-11-22 15:59")) == []
    assert strictly_due(planned, london("2026-11-22 16:00")) == ["preparation:2026-11-24"]
    assert marks_due(planned, london("2026-11-24 08:00")) == ["preparation:2026-11-24", "reminder:2026-11-24"]


def test_a_change_waits_five_minutes_unless_the_start_is_near():
    start = london("2026-11-24 16:00")
    far, near = start - timedelta(hours=2, seconds=1), start - timedelta(hours=2)
    assert change_mail_at(far, start) == far + timedelta(minutes=5)
    assert change_mail_at(near, start) == near


def test_nobody_waits_for_zoom_past_two_hours_before_the_start():
    start = london("2026-11-24 16:00")
    assert zoom_deadline(start, london("2026-11-16 10:00")) == london("2026-11-24 14:00")
    # Confirmed shortly before: still a few minutes for Zoom to answer.
    assert zoom_deadline(start, london("2026-11-24 15:00")) == london("2026-11-24 15:05")
