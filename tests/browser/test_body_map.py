"""The body map: pointed at on a phone, by keyboard at a desk, and the list that says all of it."""

import pytest
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from safeguarding.models import ConcernVersion
from tests.browser.eyes import Eyes, Screen
from tests.factories import UserFactory
from whippersnappers.accounts.models import User
from whippersnappers.accounts.roles import Role

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def practitioner(live_server: LiveServer) -> User:
    return UserFactory(roles=[Role.PRACTITIONER], name="Pat Mwangi")  # type: ignore[return-value]


def test_marking_what_was_seen(eyes: Eyes, screen: Screen, practitioner: User, lead: User) -> None:
    page = eyes.page
    # Given the essential part
    eyes.use(screen)
    eyes.sign_in(practitioner)
    eyes.go("/concern/")
    page.get_by_label("Who is it about?").fill("Pip")
    page.get_by_label("What did you see or hear?").fill("Two marks")
    page.get_by_label("Everybody is safe now").check()
    page.get_by_label("Worrying: it should be looked at today").check()
    page.get_by_text("What else do you know?").click()
    # When one mark is pointed at on the front
    front = page.locator("svg[data-view=front]")
    front.scroll_into_view_if_needed()
    box = front.bounding_box()
    assert box
    front.click(position={"x": box["width"] * 117 / 200, "y": box["height"] * 51 / 400})
    expect(page.locator("[data-mark-said]")).to_have_text("Mark 1: Left cheek, front.")
    first = page.get_by_role("group", name="Mark 1")
    expect(first.get_by_label("What does it look like?")).to_be_focused()
    for label, choice in (("look like", "Bruise"), ("large", "Like a pea (under 1 cm)"), ("colour", "Red")):
        first.get_by_label(label).select_option(choice)
    # And another one by keyboard on the back, moved down to the lower back
    page.get_by_role("button", name="Add a mark on the back").press("Enter")
    for key in ("ArrowDown", "ArrowDown", "ArrowDown", "ArrowDown"):
        page.keyboard.press(key)
    expect(page.get_by_role("button", name="Mark 2: Lower back.")).to_be_focused()
    page.keyboard.press("Enter")
    second = page.get_by_role("group", name="Mark 2")
    expect(second.get_by_label("What does it look like?")).to_be_focused()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Choose what it looks like.")).to_be_visible()
    eyes.check("body-map-missing")
    for label, choice in (("look like", "Cut or graze"), ("large", "Larger"), ("colour", "Blue or purple")):
        second.get_by_label(label).select_option(choice)
    # And a third one is taken away again
    page.get_by_role("group", name="Mark 3").get_by_label("Where on the body?").select_option("Nose")
    page.get_by_role("group", name="Mark 3").get_by_role("button", name="Take this mark away").click()
    eyes.check("body-map")
    page.get_by_role("button", name="Send").click()
    # Then reporter and Lead see the figures and the list
    page.get_by_role("link", name="Read it, or add to it").click()
    expect(page.get_by_text("1. Left cheek (front): bruise")).to_be_visible()
    eyes.check("body-map-own")
    (cheek, back) = ConcernVersion.objects.get().marks
    assert (cheek.x, cheek.y, back.site, back.y) == (
        pytest.approx(117, abs=2),
        pytest.approx(51, abs=2),
        "back_lower_back",
        174,
    )
    eyes.sign_in(lead)
    eyes.go(f"/safeguarding/concerns/{ConcernVersion.objects.get().concern_id}/")
    expect(page.get_by_text("2. Lower back (back): cut or graze")).to_be_visible()
    expect(page.get_by_role("img", name="Front of a body, 1 mark")).to_be_visible()
    eyes.check("body-map-lead")
