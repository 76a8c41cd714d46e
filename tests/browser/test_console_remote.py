"""A session by Zoom, run from the console while the simulated Zoom tells what happens in the meeting."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from families.models import Guardian
from sessions_app.live import watching
from sessions_app.meetings import ensure_meeting
from sessions_app.models import Booking, HostStart, Meeting, PolicyAlert, Session
from tests.browser.eyes import Eyes, Screen
from tests.live_scripts import post
from tests.sessions_app.console.scenes import Scene, by_zoom, checked
from tests.zoom_simulator import Simulator, zoom  # noqa: F401

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WAIT = 12_000


@pytest.fixture
def soon(live_server: LiveServer, settings: Any, zoom: Simulator) -> Scene:  # noqa: F811
    settings.TWO_MEMBERS_GRACE_SECONDS = 0
    zoom.store.outbox.secret = settings.ZOOM_WEBHOOK_SECRET
    found = by_zoom()
    Meeting.objects.update(state=Meeting.State.WANTED, zoom_id="", applied_version=0)
    ensure_meeting(Meeting.objects.get().pk)
    return found


class Room:
    """The meeting at the simulated Zoom; each step is told to the portal, which follows it."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator, self.meeting, self.client = simulator, Meeting.objects.get(), Client()

    def take(self, step: str, **facts: Any) -> None:
        answer = self.simulator.control("POST", f"meetings/{self.meeting.zoom_id}/{step}", facts)
        assert answer.status_code == 200, answer.text
        outbox = self.simulator.store.outbox
        while due := outbox.next_due():
            for delivery in outbox.take(max(due, timezone.now())):
                told = post(outbox.sign(delivery, timezone.now()), self.client)
                outbox.answered(delivery, timezone.now(), str(told.status_code), good=True)
        watching.follow_and_look(self.meeting.pk, timezone.now())


def test_a_session_by_zoom(eyes: Eyes, soon: Scene, zoom: Simulator) -> None:  # noqa: F811
    page, room = eyes.page, Room(zoom)
    heading = page.get_by_role("heading")
    # Given Maya at the console: Start opens with her checklist
    eyes.use(Screen.PHONE)
    eyes.sign_in(soon.maya)
    eyes.go(f"/live/{soon.session.pk}/")
    expect(page.get_by_role("button", name="Start the meeting")).to_be_disabled()
    eyes.check("remote-before")
    checked(soon, soon.maya, soon.tom, at=timezone.now())
    eyes.follow(page.get_by_role("button", name="Start the meeting"))
    link = page.get_by_role("link", name="Open Zoom as the host")
    assert str(link.get_attribute("href")).startswith(f"{zoom.url}/s/{room.meeting.zoom_id}?zak=")
    eyes.check("remote-start")
    assert HostStart.objects.get().staff == soon.maya.staff_profile
    # When she has started, a parent waits whose name looks right, and somebody whom nobody knows
    eyes.go(f"/live/{soon.session.pk}/")
    room.take("start")
    expect(heading.filter(has_text="Only one member of staff is here")).to_be_visible(timeout=WAIT)
    room.take("arrive", key="gita", name="Gita Green")
    room.take("arrive", key="stranger", name="iPhone")
    expect(page.get_by_text("Unknown")).to_be_visible(timeout=WAIT)
    eyes.check("remote-door")
    eyes.follow(page.get_by_role("button", name="Yes, it is Gita Green"))
    eyes.follow(page.get_by_role("button", name="Not ours iPhone"))
    # And both come in while Maya is alone: that is said on top at once, and to the office
    room.take("admit", key="gita")
    room.take("admit", key="stranger")
    expect(heading.filter(has_text="Fewer than two members of staff with a family")).to_be_visible(timeout=WAIT)
    expect(page.get_by_text("Put them out")).to_be_visible(timeout=WAIT)
    expect(page.get_by_role("link", name="End the meeting", exact=True)).to_be_visible()
    eyes.check("remote-alert")
    assert set(PolicyAlert.objects.values_list("kind", flat=True)) == {"too_few_staff", "stranger_in_meeting"}
    room.take("remove", key="stranger")
    # Then Tom comes as a guest, Maya says that it is him, and the light is green
    room.take("arrive", key="tom", name="T.")
    room.take("admit", key="tom")
    way = page.get_by_role("link", name="Say who T. is")
    expect(way).to_be_visible(timeout=WAIT)
    eyes.follow(way)
    page.get_by_label("Tom Lind, one of us").check()
    eyes.check("remote-who")
    eyes.follow(page.get_by_role("button", name="Keep it"))
    expect(heading.filter(has_text="Two members of staff are here")).to_be_visible(timeout=WAIT)
    assert PolicyAlert.objects.get(kind="too_few_staff").ended_at
    # And the session ends: everybody out, and who attended stands there already
    eyes.use(Screen.DESKTOP)
    eyes.follow(page.get_by_role("link", name="End the meeting for everybody"))
    page.get_by_label("The session is over").check()
    eyes.check("remote-end")
    eyes.follow(page.get_by_role("button", name="End the meeting now"))
    assert zoom.store.meetings[int(room.meeting.zoom_id)]["status"] != "started"
    eyes.follow(page.get_by_role("link", name="It is over: who attended"))
    page.get_by_role("group", name="Pip").get_by_label("Attended").check()
    expect(page.get_by_text("There for less than a minute.")).to_be_visible()
    expect(page.get_by_text("Nobody saw them come.")).to_be_visible()
    eyes.check("remote-attendance")
    eyes.follow(page.get_by_role("button", name="Keep it, and end the session"))
    expect(page.get_by_text("It is kept who attended.").first).to_be_visible()
    eyes.check("remote-over")
    said = {place.child.known_as: place.attendance for place in Booking.objects.select_related("child")}
    assert said == {"Pip": "attended", "Rose": "absent"}
    assert Session.objects.get().state == Session.State.DELIVERED
    assert Guardian.objects.count() == 2
