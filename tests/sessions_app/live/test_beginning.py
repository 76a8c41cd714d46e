"""Confirmed, live, delivered: by what Zoom tells, or by press."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from sessions_app.live import beginning
from sessions_app.live.watching import watch_running
from sessions_app.models import MeetingRun, Session
from tests.live_factories import ConfirmedFactory, MeetingFactory, MeetingRunFactory
from tests.sessions_app.live.stories import FOUR, at
from whippersnappers.audit.models import AuditEvent

pytestmark = pytest.mark.django_db


@pytest.fixture
def session():
    return ConfirmedFactory(starts_at=FOUR, confirmed_at=FOUR - timedelta(days=7))


@pytest.fixture
def meeting(session):
    return MeetingFactory(session=session)


def run(meeting, since, until=None):
    ended_at = at(until) if until is not None else None
    return MeetingRunFactory(meeting=meeting, started_at=at(since), ended_at=ended_at)


def after(session, minutes):
    """The state when time has passed, and the ten seconds' look."""
    beginning.follow_runs(Session.objects.select_for_update().get(pk=session.pk), now=at(minutes))
    watch_running(at(minutes))
    session.refresh_from_db()
    return session.state


def test_it_goes_live_with_the_meeting_and_is_delivered_ten_minutes_after_it(session, meeting):
    running = run(meeting, -2)
    assert after(session, 0) == "live"
    assert (session.began_at, session.finished_at) == (at(-2), None)
    running.ended_at = at(44)
    running.save()
    assert [after(session, 44), after(session, 53.9)] == ["live", "live"]
    assert after(session, 54) == "delivered"
    assert (session.began_at, session.finished_at) == (at(-2), at(44))
    events = AuditEvent.objects.order_by("sequence").values_list("event", "actor")
    assert list(events) == [("session.begun", "system:live"), ("session.finished", "system:live")]


def test_a_meeting_that_is_started_again_goes_on(session, meeting):
    run(meeting, 0, 20)
    assert [after(session, 0), after(session, 29)] == ["live", "live"]
    again = run(meeting, 29)
    assert after(session, 31) == "live"
    again.ended_at = at(45)
    again.save()
    assert after(session, 56) == "delivered"
    # Long after, somebody goes back in.
    run(meeting, 70)
    assert after(session, 71) == "live"
    MeetingRun.objects.filter(ended_at=None).update(ended_at=at(75))
    assert after(session, 86) == "delivered"
    assert session.finished_at == at(75)


def test_a_rehearsal_the_day_before_is_not_the_session(session, meeting):
    run(meeting, -24 * 60, -24 * 60 + 15)
    assert after(session, -24 * 60 + 30) == "confirmed"


def test_a_look_round_right_before_does_not_end_it(session, meeting):
    run(meeting, -20, -15)
    assert [after(session, -15), after(session, -3), after(session, 9)] == ["live", "live", "live"]


def test_staff_end_it_by_press_and_the_meeting_says_when(session, meeting, coordinator):
    running = run(meeting, 0)
    after(session, 1)
    beginning.finish(session.pk, by=coordinator, now=at(40))
    assert after(session, 41) == "delivered"
    running.ended_at = at(42)
    running.save()
    assert after(session, 43) == "delivered"
    assert session.finished_at == at(42)


def test_in_person_it_begins_and_ends_by_press(coordinator):
    session = ConfirmedFactory(starts_at=FOUR, confirmed_at=FOUR, delivery="in_person")
    for _ in range(2):
        beginning.begin(session.pk, by=coordinator, now=at(1))
    assert after(session, 90) == "live"
    for _ in range(2):
        beginning.finish(session.pk, by=coordinator, now=at(91))
    session.refresh_from_db()
    assert (session.state, session.began_at, session.finished_at) == ("delivered", at(1), at(91))
    assert list(AuditEvent.objects.order_by("sequence").values_list("event", flat=True)) == [
        "session.begun",
        "session.finished",
    ]


@pytest.mark.parametrize(
    ("state", "now", "words"),
    [
        ("draft", 0, "cannot begin"),
        ("cancelled", 0, "cannot begin"),
        ("delivered", 0, "cannot begin"),
        ("confirmed", -61, "more than an hour"),
    ],
)
def test_what_cannot_begin(coordinator, state, now, words):
    cancelled_at = FOUR if state == "cancelled" else None
    session = ConfirmedFactory(starts_at=FOUR, state=state, confirmed_at=FOUR, cancelled_at=cancelled_at)
    with pytest.raises(ValidationError, match=words):
        beginning.begin(session.pk, by=coordinator, now=at(now))
    session.refresh_from_db()
    assert session.state == state


def test_what_has_not_begun_cannot_end(session, coordinator):
    with pytest.raises(ValidationError, match="has not begun"):
        beginning.finish(session.pk, by=coordinator, now=at(1))
