"""Alerts from what goes on: once for each breach, however often it is looked at, and ended with it."""

from datetime import timedelta

import pytest

from sessions_app.live.watching import follow_and_look, look, watch_running
from sessions_app.models import DeliveryCheck, MeetingRun, PolicyAlert, Presence, RunStep
from tests.factories import StaffAssignmentFactory, StaffProfileFactory
from tests.live_factories import (
    ConfirmedFactory,
    DoorDecisionFactory,
    MeetingFactory,
    MeetingRunFactory,
    ZoomEventFactory,
)
from tests.sessions_app.live.stories import FOUR, Story, at
from tests.sessions_app.live.test_following import keep
from tests.sessions_app.live.test_piecing import minute
from whippersnappers.outbox.models import OutgoingMail

pytestmark = pytest.mark.django_db


@pytest.fixture
def session(coordinator, lead):
    """Delivered by Maya and Tom, who sign in to Zoom themselves and have completed the checklist."""
    session = ConfirmedFactory(starts_at=FOUR, confirmed_at=FOUR - timedelta(days=7), kind="one_to_one")
    for name in ("maya", "tom"):
        staff = StaffProfileFactory(first_name=name.title(), zoom_email=f"{name}@whippersnappers.org")
        StaffAssignmentFactory(session=session, staff=staff)
        well = {"dressed": True, "surroundings": True, "language": True, "room": "alone"}
        DeliveryCheck.objects.create(session=session, staff=staff, at=FOUR - timedelta(minutes=20), **well)
    return session


@pytest.fixture
def meeting(session):
    return MeetingFactory(session=session, zoom_id="81234567890")


@pytest.fixture
def story():
    story = Story()
    story.start(-5)
    story.maya = story.join("Maya", -5, email="maya@whippersnappers.org")
    story.tom = story.join("Tom", -4, email="tom@whippersnappers.org")
    story.hannah = story.join("Hannah", 1)
    return story


def told(meeting, story, minutes):
    """Zoom tells what was not told yet; the worker follows and looks."""
    keep(meeting, story.messages)
    story.messages.clear()
    follow_and_look(meeting.pk, at(minutes))


def alerts():
    return [(a.kind, minute(a.began_at), minute(a.ended_at)) for a in PolicyAlert.objects.order_by("began_at")]


def test_a_good_session_raises_nothing(meeting, story):
    told(meeting, story, 2)
    story.leave(story.hannah, 44)
    story.end(45)
    told(meeting, story, 46)
    watch_running(at(60))
    meeting.session.refresh_from_db()
    assert (alerts(), OutgoingMail.objects.count(), meeting.session.state) == ([], 0, "delivered")


def test_the_second_member_is_lost_for_longer_than_the_time_of_grace(meeting, story):
    told(meeting, story, 2)
    story.leave(story.tom, 10)
    told(meeting, story, 10.1)
    watch_running(at(10.5))
    assert alerts() == []
    # Nothing is told: time alone breaks the rule.
    for _ in range(3):
        watch_running(at(10.6))
    assert alerts() == [("too_few_staff", 10, None)]
    alert = PolicyAlert.objects.get()
    assert (alert.clause, alert.facts["staff_present"], alert.facts["families_count"]) == ("W5", ["Maya"], 1)
    assert OutgoingMail.objects.filter(kind="policy_alert").count() > 0
    story.join("Tom", 15, email="tom@whippersnappers.org")
    told(meeting, story, 15.1)
    assert alerts() == [("too_few_staff", 10, 15)]
    # It was two minutes earlier, says a message that was late.
    Presence.objects.filter(participant=story.tom).update(until=at(8))
    look(meeting.session, at(16))
    assert len(alerts()) == 1


def test_a_name_alone_is_no_second_member(meeting):
    story = Story()
    story.start(0)
    story.join("Maya", 0, email="maya@whippersnappers.org")
    story.join("Tom", 0)
    story.join("Hannah", 1)
    told(meeting, story, 2)
    assert [kind for kind, _, _ in alerts()] == ["too_few_staff"]


def test_it_is_found_afterwards_too(meeting, story):
    """All messages come hours late, at once."""
    story.leave(story.tom, 10)
    story.end(45)
    told(meeting, story, 300)
    assert alerts() == [("too_few_staff", 10, 45)]


def test_who_is_not_ours_and_gets_in(meeting, story):
    ghost = story.wait("xX_ghost_Xx", 3)
    told(meeting, story, 4)
    session = meeting.session
    DoorDecisionFactory(session=session, meeting_uuid="first==", participant=ghost, at=at(4), verdict="not_ours")
    story.admit(ghost, 5)
    told(meeting, story, 6)
    assert alerts() == [("stranger_in_meeting", 5.05, None)]
    story.leave(ghost, 7)
    told(meeting, story, 8)
    assert alerts() == [("stranger_in_meeting", 5.05, 7)]


def test_a_recording_of_a_1_to_1(meeting, story):
    story.record(7, 8)
    told(meeting, story, 9)
    assert alerts() == [("recording_not_allowed", 7, 8)]


def test_group_entertainment_may_be_recorded_once_family_video_is_off(meeting, story, coordinator):
    meeting.session.kind = "group_entertainment"
    meeting.session.save()
    RunStep.objects.create(session=meeting.session, step=RunStep.Step.VIDEO_OFF, by=coordinator, at=at(6))
    story.record(7, 8)
    told(meeting, story, 9)
    assert alerts() == []


def test_a_rehearsal_is_no_session(meeting):
    story = Story(begins=FOUR - timedelta(days=1))
    story.start(0)
    story.join("Maya", 0, email="maya@whippersnappers.org")
    story.join("My other phone", 1)
    story.end(20)
    told(meeting, story, -24 * 60 + 30)
    assert alerts() == []


def test_nothing_heard_is_said_once_and_over_when_zoom_reports(meeting):
    for minutes in (0, 46, 54):
        watch_running(at(minutes))
    assert alerts() == []
    for minutes in (55.5, 56, 300):
        watch_running(at(minutes))
    assert alerts() == [("nothing_heard_from_zoom", 0, None)]
    MeetingRunFactory(meeting=meeting, started_at=at(0), ended_at=at(45), reconciled_at=at(310), heard_of="report")
    look(meeting.session, at(311))
    assert alerts() == [("nothing_heard_from_zoom", 0, 310)]


@pytest.mark.parametrize("why", ["in person", "cancelled", "told", "never made", "long ago"])
def test_of_what_silence_is_no_breach(session, why):
    meeting = MeetingFactory(session=session, zoom_id="" if why == "never made" else "1", state="wanted")
    if why == "in person":
        session.delivery = "in_person"
    elif why == "cancelled":
        session.state, session.cancelled_at = "cancelled", FOUR
    elif why == "told":
        ZoomEventFactory(meeting=meeting, event="meeting.updated", event_at=FOUR)
    session.save()
    watch_running(at(3 * 24 * 60 if why == "long ago" else 60))
    assert (alerts(), MeetingRun.objects.count()) == ([], 0)
