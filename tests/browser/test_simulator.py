"""A meeting in the simulated Zoom as two people have it: a family on a phone, the host by keyboard alone."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from demo.zoom.store import Credentials
from tests.browser.eyes import Eyes, Screen
from tests.zoom_simulator import HOST, STAFF, Simulator

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    found = Simulator(Credentials("account", "client", "client-secret"))
    found.users(HOST, STAFF)
    found.start()
    yield found
    found.stop()


def test_a_meeting_is_run_by_keyboard_and_joined_on_a_phone(eyes: Eyes, simulator: Simulator) -> None:
    # Given a meeting with a waiting room, that Maya may also host
    eyes.also_allowed = (simulator.url,)
    simulator.token()
    settings = {"waiting_room": True, "participant_video": False, "alternative_hosts": STAFF}
    body = {"topic": "Whippersnappers: 1:1", "type": 2, "duration": 45, "settings": settings}
    body["start_time"] = "2026-11-24T16:00:00Z"
    made = simulator.request("POST", f"/users/{HOST}/meetings", json=body).json()
    page, keys = eyes.page, eyes.page.keyboard

    # When a family opens its link on a phone before the host has begun
    eyes.use(Screen.PHONE)
    page.goto(made["join_url"])
    eyes.check("simulator-join")
    page.get_by_label("Name in Zoom").fill("Hannah Green")
    eyes.follow(page.get_by_role("button", name="Join"))
    # Then they stand outside, and wait as soon as somebody starts the meeting
    expect(page.get_by_text("outside: the host has not begun yet")).to_be_visible()
    simulator.control("POST", f"meetings/{made['id']}/start")
    expect(page.get_by_text("You are in the waiting room")).to_be_visible()

    # When the host opens the start link, and Maya comes
    eyes.use(Screen.DESKTOP)
    page.goto(simulator.request("GET", f"/meetings/{made['id']}").json()["start_url"])
    page.get_by_label("Name in Zoom").fill("Maya")
    page.get_by_label("Signed in to Zoom").select_option(STAFF)
    page.get_by_role("button", name="Arrive").press("Enter")
    # Then she need not wait, and the field is empty for the next
    expect(page.get_by_text("2 in, 1 waiting")).to_be_visible()
    expect(page.get_by_label("Name in Zoom")).to_have_value("")

    # When the host lets the family in by keyboard, the keyboard goes along with them
    page.get_by_role("button", name="Admit: Hannah Green").focus()
    keys.press("Enter")
    expect(page.locator("li:focus")).to_contain_text("Hannah Green")
    keys.press("Tab")
    keys.press("Enter")
    expect(page.get_by_role("button", name="Camera off: Hannah Green")).to_be_focused()

    # When it records, trouble is on order and the family's connection drops
    for name in ("Record", "Everything twice", "Drop out: Hannah Green"):
        page.get_by_role("button", name=name, exact=True).press("Enter")
    expect(page.get_by_text("Connection lost at")).to_be_visible()
    expect(page.get_by_role("button", name="Everything twice")).to_have_attribute("aria-pressed", "true")
    eyes.check("simulator-meeting")
    eyes.use(Screen.PHONE)
    eyes.check("simulator-meeting")

    # When the meeting is ended for everybody, who was there stays to come back
    page.get_by_role("button", name="End for everybody").press("Enter")
    expect(page.get_by_role("button", name="Start as host")).to_be_visible()
    expect(page.get_by_role("button", name="Come back: Hannah Green")).to_be_visible()
    eyes.check("simulator-ended")
    page.get_by_role("link", name="All meetings").press("Enter")
    expect(page.get_by_role("heading", name="Zoom (simulated)")).to_be_visible()
    eyes.check("simulator-list")
