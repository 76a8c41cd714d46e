"""A parent on a phone writes to the Safeguarding Lead: nothing is lost on the way, and the page is left in a hurry."""

import pytest
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from families.models import Guardian
from safeguarding.models import Concern, ConcernVersion
from tests.browser.eyes import Eyes, Screen
from tests.factories import household
from whippersnappers.accounts.models import User

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ELSEWHERE = "https://www.bbc.co.uk/"


@pytest.fixture
def guardian(live_server: LiveServer) -> Guardian:
    return household()[0][0]


def test_writing_a_worry(eyes: Eyes, screen: Screen, guardian: Guardian, lead: User) -> None:
    # Given a stranger, then a parent, at the page
    page = eyes.page
    eyes.use(screen)
    eyes.go("/worried/")
    expect(page.get_by_role("link", name="Call 999")).to_have_attribute("href", "tel:999")
    eyes.check("worried-stranger")
    eyes.sign_in(guardian.user)  # type: ignore[arg-type]
    eyes.go("/worried/")
    eyes.check("worried")
    # When they forget something
    page.get_by_label("A child or young person").check()
    page.get_by_label("What happened?").fill("He shouts at her. ☂")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Please choose one.")).to_be_visible()
    eyes.check("worried-missing")
    # And their sign-in runs out
    page.get_by_label("I am not sure").check()
    page.context.clear_cookies()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("You are not signed in any more.")).to_be_visible()
    expect(page.get_by_label("What happened?")).to_have_value("He shouts at her. ☂")
    eyes.check("worried-signed-out")
    assert not Concern.objects.exists()
    # Then signing in elsewhere and one more press sends it, once
    eyes.sign_in(guardian.user)  # type: ignore[arg-type]
    page.get_by_role("button", name="Send").dblclick()
    expect(page.get_by_role("heading", name="We have your message")).to_be_visible()
    concern = Concern.objects.get()
    expect(page.get_by_text(concern.reference)).to_be_visible()
    expect(page.get_by_text("shouts")).to_have_count(0)
    eyes.check("worried-sent")
    assert ConcernVersion.objects.get().what_happened == "He shouts at her. ☂"


@pytest.mark.parametrize("how", ["button", "key"])
def test_leaving_in_a_hurry(eyes: Eyes, guardian: Guardian, how: str) -> None:
    page = eyes.page
    eyes.also_allowed = (ELSEWHERE,)
    page.route(f"{ELSEWHERE}**", lambda route: route.fulfill(body="<title>Weather</title>", content_type="text/html"))
    eyes.use(Screen.PHONE)
    eyes.sign_in(guardian.user)  # type: ignore[arg-type]
    eyes.go("/portal/me/")
    eyes.go("/worried/")
    page.get_by_label("What happened?").fill("He shouts")
    if how == "button":
        page.get_by_role("link", name="Leave this page now").click()
    else:
        # Once alone, on a page that has just come, does nothing.
        page.keyboard.press("Escape")
        assert not page.evaluate("document.body.hidden")
        eyes.press_twice("Escape")
    page.wait_for_url(f"{ELSEWHERE}**")
    page.go_back()
    assert page.url == f"{eyes.base}/portal/me/"
