"""On a phone the essential part of a concern takes less than 90 seconds, and all the rest follows as an addition."""

import time

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from safeguarding.models import ConcernVersion
from sessions_app.models import Session
from tests.browser.eyes import Eyes, Screen
from tests.factories import BookingFactory, SessionFactory, StaffAssignmentFactory, UserFactory
from whippersnappers.accounts.models import User
from whippersnappers.accounts.roles import Role

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WHAT = "A round bruise on her left arm, as large as a coin. She pulled her sleeve down when I looked."
# A slow thumb: seconds for finding and pressing something, for a letter, and for a swipe of one screen.
PRESS, LETTER, SWIPE = 2.0, 0.5, 1.0
COUNTING = (
    "addEventListener('pointerdown', () => { sessionStorage.presses = 1 + Number(sessionStorage.presses || 0); }, true)"
)


@pytest.fixture
def practitioner(live_server: LiveServer) -> User:
    return UserFactory(roles=[Role.PRACTITIONER], name="Pat Mwangi")  # type: ignore[return-value]


def screens_down_to(page: Page, button: str) -> float:
    """How many screens lie above a button."""
    box = page.get_by_role("button", name=button, exact=True).bounding_box()
    assert box
    return float(page.evaluate("window.scrollY") + box["y"]) / 800


def test_the_essential_part_within_ninety_seconds(eyes: Eyes, practitioner: User, lead: User) -> None:
    page = eyes.page
    page.add_init_script(COUNTING)
    # Given somebody on the phone, on the page of a session that they deliver
    eyes.use(Screen.PHONE)
    session = SessionFactory(state=Session.State.CONFIRMED, confirmed_at=timezone.now())
    StaffAssignmentFactory(session=session, staff__user=practitioner)
    BookingFactory(session=session, child__known_as="Pip")
    eyes.sign_in(practitioner)
    eyes.go(f"/admin/sessions_app/session/{session.pk}/change/")
    # When they say what cannot wait
    began = time.monotonic()
    page.get_by_role("link", name="Raise a concern from this session").click()
    expect(page.get_by_label("Pip")).to_be_checked()
    swipes = screens_down_to(page, "Send")
    what = page.get_by_label("What did you see or hear?")
    what.click()
    what.fill(WHAT)
    page.get_by_label("Everybody is safe now").click()
    page.get_by_label("Serious: somebody was hurt").click()
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("heading", name="It was sent, and it is kept")).to_be_visible()
    # Then that took few presses, and less than ninety seconds also with a slow thumb
    machine = time.monotonic() - began
    presses = int(page.evaluate("sessionStorage.presses"))
    assert presses <= 5
    assert swipes <= 5
    assert machine + presses * PRESS + len(WHAT) * LETTER + swipes * SWIPE < 90
    # And the rest follows as an addition
    page.get_by_role("link", name="Read it, or add to it").click()
    page.get_by_text("Answer more, mark the body map, or add files").click()
    page.get_by_label("The child’s own words").fill("“No!”")
    page.get_by_label("Where on the body?").select_option("Left upper arm")
    for label, choice in (("look like", "Bruise"), ("large", "Like a coin (1 to 3 cm)"), ("colour", "Blue or purple")):
        page.get_by_role("group", name="Mark 1").get_by_label(label).select_option(choice)
    eyes.check("ninety-addition")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text("1. Left upper arm (front): bruise")).to_be_visible()
    eyes.check("ninety-added")
    assert [(v.childs_words, len(v.marks)) for v in ConcernVersion.objects.all()] == [("", 0), ("“No!”", 1)]
