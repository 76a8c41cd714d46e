"""The simulator's scripts against the portal: whatever happens on the way, all of it is kept, once, and understood."""

from datetime import UTC, datetime, timedelta

import pytest

from demo.zoom.outbox import TROUBLE
from demo.zoom.scripts import SCRIPTS, one_meeting
from demo.zoom.store import stamp
from sessions_app.live.following import follow
from sessions_app.models import Presence, ZoomEvent
from tests.live_factories import MeetingFactory
from tests.live_scripts import HOST, played

pytestmark = pytest.mark.django_db

BEGINS = datetime(2026, 11, 24, 15, 55, tzinfo=UTC)


def kept(name: str, *trouble: str) -> tuple[list[str], set[str]]:
    """What the portal has kept of a script, in the order of the events, and the ids of the requests it got."""
    meeting = MeetingFactory()
    scenes = list(played(name, meeting, begins=BEGINS, trouble=trouble))
    sent = {request.request_id for scene in scenes for request in scene.sent}
    events = ZoomEvent.objects.filter(meeting=meeting).order_by("event_at")
    assert {event.request_id for event in events} == sent
    return [event.event for event in events], sent


def test_when_everything_is_lost_nothing_is_kept() -> None:
    assert kept("nothing_heard") == ([], set())


@pytest.mark.parametrize("trouble", sorted(set(TROUBLE) - {"lose_some", "lose_all"}))
def test_late_doubled_mixed_up_forged_and_stale_ones_leave_the_same(trouble: str) -> None:
    expected, _ = kept("second_member_lost")
    assert kept("second_member_lost", trouble)[0] == expected


@pytest.mark.parametrize("name", sorted(set(SCRIPTS) - {"nothing_heard"}))
def test_what_follows_from_the_webhooks_is_what_zooms_reports_say(name: str, settings) -> None:
    meeting = MeetingFactory(session__starts_at=BEGINS + timedelta(minutes=5))
    number = int(meeting.zoom_id)
    store = one_meeting(number, host=HOST, secret=settings.ZOOM_WEBHOOK_SECRET)
    for scene in played(name, meeting, begins=BEGINS, store=store):
        follow(meeting.pk, scene.at)
    places = {"in_meeting": Presence.Where.MEETING, "in_waiting_room": Presence.Where.WAITING}
    reported = {
        (row["user_id"], row["name"], places[row["status"]], row["join_time"], row["leave_time"])
        for instance in store.meetings[number]["past"]
        for row in instance["people"]
    }
    found = {
        (stay.participant, stay.name, stay.where, stamp(stay.since), stamp(stay.until))
        for stay in Presence.objects.filter(session=meeting.session)
        if stay.until
    }
    assert found == reported
