"""Signing in and out in a real browser: the code is pasted, devices are ended, and Back shows nothing any more."""

import pytest
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from families.models import Guardian
from tests.browser.eyes import Eyes, Screen
from tests.factories import household
from tests.sessions_app.family_scenes import invited
from whippersnappers.outbox.models import OutgoingMail

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def guardian(live_server: LiveServer) -> Guardian:
    guardian = household(first_name="Canary")[0][0]
    invited(guardian)
    return guardian


def come_in(eyes: Eyes, guardian: Guardian) -> None:
    """By the code, pasted as people copy it: with a blank within and a line's end behind."""
    eyes.go("/accounts/login/code/")
    eyes.page.get_by_label("Email").fill(guardian.email)
    eyes.page.get_by_label("Stay signed in").check()
    eyes.page.get_by_role("button", name="Send me a code").click()
    field = eyes.page.get_by_label("Code")
    sent = OutgoingMail.objects.filter(kind="sign_in_code").latest("created_at").secret
    field.evaluate(
        "(field, text) => { field.focus(); document.execCommand('insertText', false, text); }",
        f"{sent[:3]} {sent[3:]} ",
    )
    eyes.page.get_by_role("button", name="Sign in").click()
    expect(eyes.page.get_by_role("heading", name="Hello, Canary!")).to_be_visible()


def test_back_after_signing_out_shows_nothing(eyes: Eyes, guardian: Guardian) -> None:
    come_in(eyes, guardian)
    eyes.go("/portal/devices/")
    expect(eyes.page.get_by_text("This one")).to_be_visible()
    eyes.page.get_by_role("button", name="Sign out").first.click()
    eyes.page.get_by_role("heading", name="Hello! Good to see you.").wait_for()
    for _ in range(2):
        eyes.page.go_back()
        expect(eyes.page.get_by_role("heading", name="Sign in with a code")).to_be_visible()
        assert "Canary" not in eyes.page.content()


def test_a_lost_device_is_signed_out_from_another(
    eyes: Eyes, screen: Screen, guardian: Guardian, browser: Browser, live_server: LiveServer
) -> None:
    eyes.use(screen)
    lost = Eyes(browser.new_context(user_agent="Mozilla/5.0 (iPad) Safari/604.1").new_page(), live_server.url)
    come_in(lost, guardian)
    come_in(eyes, guardian)
    eyes.go("/portal/devices/")
    eyes.check("devices")
    eyes.page.get_by_role("button", name="Safari on an iPad").click()
    expect(eyes.page.get_by_text("That device is signed out.")).to_be_visible()
    lost.go("/portal/")
    expect(lost.page.get_by_role("heading", name="Sign in with a code")).to_be_visible()
    lost.page.context.close()
