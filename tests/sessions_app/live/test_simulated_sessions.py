"""The simulator's scripts against the portal's own door: whatever happens on the way, all of it is kept, once."""

from datetime import UTC, datetime

import pytest

from demo.zoom.outbox import TROUBLE
from demo.zoom.scripts import SCRIPTS
from sessions_app.models import ZoomEvent
from tests.live_factories import MeetingFactory
from tests.live_scripts import played

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


@pytest.mark.parametrize("name", sorted(SCRIPTS))
def test_every_event_of_every_script_is_kept(name: str) -> None:
    events, sent = kept(name)
    assert len(events) == len(sent)
    assert bool(events) == (name != "nothing_heard")


@pytest.mark.parametrize("trouble", sorted(set(TROUBLE) - {"lose_some", "lose_all"}))
def test_late_doubled_mixed_up_forged_and_stale_ones_leave_the_same(trouble: str) -> None:
    expected, _ = kept("second_member_lost")
    assert kept("second_member_lost", trouble)[0] == expected
