"""In a real browser: what is typed outlives the switch to easy read, and a text that no form of ours takes."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from families.models import Guardian
from sessions_app.models import Booking
from tests.browser.eyes import Eyes, Screen
from tests.factories import household
from tests.sessions_app.family_scenes import invited

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SAID = "She loves the drums. ☂ শব্দ"


@pytest.fixture
def guardian(live_server: LiveServer) -> Guardian:
    return household(phone="07700 900123", children=2)[0][0]


@pytest.fixture
def scriptless(browser: Browser, live_server: LiveServer) -> Iterator[Eyes]:
    context = browser.new_context(java_script_enabled=False)
    yield Eyes(context.new_page(), live_server.url)
    context.close()


def _switch(page: Page) -> None:
    page.get_by_role("button", name="Easy read", exact=True).click()
    expect(page.get_by_text("Easy read is on.")).to_be_visible()


def _change_halfway(eyes: Eyes, guardian: Guardian) -> None:
    child = guardian.guardianships.all()[0].child
    eyes.sign_in(guardian.user)  # type: ignore[arg-type]
    eyes.go(f"/portal/children/{child.pk}/change/")
    likes = eyes.page.get_by_label("What your child likes")
    likes.fill(SAID)
    _switch(eyes.page)
    expect(likes).to_have_value(SAID)
    assert eyes.page.url.endswith("/change/")
    eyes.page.get_by_role("button", name="Send my changes").click()
    expect(eyes.page.get_by_text("We got 1 change.")).to_be_visible()


def test_switching_halfway_through_a_change(eyes: Eyes, screen: Screen, guardian: Guardian) -> None:
    eyes.use(screen)
    _change_halfway(eyes, guardian)


def test_the_same_without_javascript(scriptless: Eyes, guardian: Guardian) -> None:
    _change_halfway(scriptless, guardian)


def test_enter_sends_the_form_and_does_not_switch(eyes: Eyes, guardian: Guardian) -> None:
    eyes.sign_in(guardian.user)  # type: ignore[arg-type]
    eyes.go("/portal/me/contact/")
    eyes.page.get_by_label("Phone number").fill("07700 900999")
    eyes.page.keyboard.press("Enter")
    expect(eyes.page.get_by_text("Saved. Thank you.")).to_be_visible()
    guardian.refresh_from_db()
    assert (guardian.phone, guardian.easy_read) == ("07700 900999", False)


def test_of_two_reasons_the_one_that_is_written_stays(eyes: Eyes, guardian: Guardian) -> None:
    invitation = invited(guardian, starts_in=timedelta(days=1))
    Booking.objects.update(state=Booking.State.NOT_COMING)
    eyes.sign_in(guardian.user)  # type: ignore[arg-type]
    eyes.go(f"/portal/sessions/{invitation.pk}/")
    second = eyes.page.get_by_label("Would you like to say why?").nth(1)
    second.fill(SAID)
    _switch(eyes.page)
    expect(second).to_have_value(SAID)


def test_a_text_that_is_far_too_long(eyes: Eyes, guardian: Guardian) -> None:
    # Given a parent who pastes a whole book
    eyes.expected = "413"
    page = eyes.page
    eyes.use(Screen.PHONE)
    eyes.sign_in(guardian.user)  # type: ignore[arg-type]
    eyes.go("/portal/help/")
    words = page.get_by_label("What goes wrong?")
    _paste(page, 300_000)
    # When they send them, the field says what to do and keeps them
    page.get_by_role("button", name="I need help").click()
    expect(page.get_by_text("This is too long. Please keep it under")).to_be_visible()
    assert words.evaluate("field => field.value.length") == 600_000
    # And past all limits there is a page that says it
    _paste(page, 1_400_000)
    page.get_by_role("button", name="I need help").click()
    expect(page.get_by_role("heading", name="That was too much at once")).to_be_visible()
    eyes.check("too-much")


def _paste(page: Page, signs: int) -> None:
    # Unseen, for breaking it into lines would take a browser half a minute.
    unseen = f"field => {{ field.style.display = 'none'; field.value = '😀'.repeat({signs}) }}"
    page.get_by_label("What goes wrong?").evaluate(unseen)
