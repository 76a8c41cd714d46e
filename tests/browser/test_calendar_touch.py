"""The calendar under a finger, on a phone: sessions and their ends are moved, and a page that scrolls moves nothing."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import CDPSession, expect

from sessions_app.models import Session
from tests.browser.calendar_scenes import address, at, block, draft, monday, on, start_of, times_of
from tests.browser.eyes import Eyes, Screen
from tests.factories import StaffAssignmentFactory
from whippersnappers.accounts.models import User

__all__ = ["draft"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# Longer than the calendar waits before a finger holds a session.
HOLD = 700


@pytest.fixture
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_context_args, "has_touch": True, "is_mobile": True}


class Finger:
    """One finger on the screen, that stays down between two calls."""

    def __init__(self, eyes: Eyes) -> None:
        self.page = eyes.page
        self.screen: CDPSession = eyes.page.context.new_cdp_session(eyes.page)

    def _touch(self, kind: str, *points: dict[str, float]) -> None:
        self.screen.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": list(points)})

    def down(self, x: float, y: float) -> None:
        self.x, self.y = x, y
        self._touch("touchStart", {"x": x, "y": y})

    def to(self, x: float, y: float) -> None:
        """Glide there in ten steps."""
        for step in range(1, 11):
            at_x, at_y = self.x + (x - self.x) * step / 10, self.y + (y - self.y) * step / 10
            self._touch("touchMove", {"x": at_x, "y": at_y})
            self.page.wait_for_timeout(20)
        self.x, self.y = x, y

    def up(self) -> None:
        self._touch("touchEnd")

    def hold(self, x: float, y: float) -> None:
        """Come down, and stay until what is there is held."""
        self.down(x, y)
        self.page.wait_for_timeout(HOLD)


@pytest.fixture
def phone(eyes: Eyes, coordinator: User, draft: Session) -> Eyes:
    eyes.sign_in(coordinator)
    eyes.use(Screen.PHONE)
    return eyes


def middle_of(eyes: Eyes, selector: str) -> tuple[float, float]:
    expect(eyes.page.locator(".cal-no, .fc-event-mirror")).to_have_count(0)  # what was held before is let go of
    eyes.page.locator(selector).first.wait_for()
    box = eyes.page.locator(selector).first.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_a_finger_moves_a_session_and_its_end_on_a_phone(phone: Eyes, draft: Session) -> None:
    page, finger = phone.page, Finger(phone)
    StaffAssignmentFactory(session=at(2, 15, "Tea songs"), staff=draft.assignments.get().staff)
    phone.go(address("day", monday() + timedelta(days=2)))
    session = f'[data-session="{draft.pk}"]'
    block(page, draft).scroll_into_view_if_needed()
    page.evaluate("window.scrollTo(0, document.body.scrollHeight / 3)")
    expect(block(page, draft)).to_be_in_viewport()
    # A finger that only scrolls takes nothing along
    x, y = middle_of(phone, session)
    finger.down(x, y)
    finger.to(x, y - 60)
    finger.up()
    page.wait_for_timeout(300)
    assert start_of(draft) == on(2, 16)
    # One that stays for a moment holds the session; where Maya is elsewhere, that is said on top
    x, y = middle_of(phone, session)
    with page.expect_response("**/hindrances/*"):
        finger.hold(x, y)
        finger.to(x, y - 40)
    finger.to(x, y - 60)
    expect(page.locator("#cal-hint")).to_contain_text("Maya Lind is at “Tea songs”")
    phone.check("staff-calendar-touched")
    finger.up()
    expect(page.locator("#cal-said")).to_contain_text("Not moved. Maya Lind is at “Tea songs”")
    assert start_of(draft) == on(2, 16)
    # At a good time it is put down
    page.locator("#cal-said").get_by_role("button", name="Hide").tap()
    x, y = middle_of(phone, session)
    finger.hold(x, y)
    finger.to(x, y + 80)
    with page.expect_response("**/feed/*"):
        finger.up()
    expect(page.locator("#cal-said")).to_contain_text("Moved to Wednesday")
    assert times_of(draft) == "17:00 to 17:45"
    # Held without being moved, it shows its lower edge, which another touch pulls
    page.locator("#cal-said").get_by_role("button", name="Hide").tap()
    x, y = middle_of(phone, session)
    finger.hold(x, y)
    finger.up()
    edge = f"{session} .fc-event-resizer-end"
    expect(page.locator(edge)).to_be_visible()
    phone.check("staff-calendar-edge")
    x, y = middle_of(phone, edge)
    finger.down(x, y)
    finger.to(x, y + 41)
    finger.up()
    expect(page.locator("#cal-said")).to_contain_text("It now lasts 1 hour 15 minutes")
    assert times_of(draft) == "17:00 to 18:15"


def test_a_tap_opens_a_session_and_its_form_on_a_phone(phone: Eyes, draft: Session) -> None:
    page = phone.page
    phone.go(reverse("admin:calendar") + f"?view=week&on={monday()}")
    block(page, draft).scroll_into_view_if_needed()
    block(page, draft).tap()
    dialog = page.get_by_role("dialog", name="Drums and songs")
    dialog.get_by_role("button", name="Move", exact=True).tap()
    dialog.get_by_label("From").fill("14:00")
    dialog.get_by_label("To").fill("13:00")
    # An end before the start is said beside the field, and the mended form moves it
    dialog.get_by_label("To").press("Tab")
    expect(dialog.get_by_role("alert")).to_be_visible()
    phone.check("staff-calendar-form")
    dialog.get_by_label("To").fill("15:00")
    dialog.get_by_label("To").press("Tab")
    expect(dialog.get_by_role("alert")).to_have_count(0)
    dialog.get_by_role("button", name="Move the session").tap()
    expect(page.locator("#cal-said")).to_contain_text("Moved to Wednesday")
    assert times_of(draft) == "14:00 to 15:00"
