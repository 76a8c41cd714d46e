"""Staff set up and use their second step in a real browser, under the site's own security policy."""

import pytest
from allauth.mfa.totp.internal import auth
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from tests.browser.eyes import Eyes, Screen
from whippersnappers.accounts.models import User
from whippersnappers.accounts.roles import Role

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

EMAIL, PASSWORD = "ada@whippersnappers.org", "a long pass phrase"


@pytest.fixture
def ada(live_server: LiveServer) -> User:
    return User.objects.create_user(EMAIL, PASSWORD, name="Ada Marsh", roles=[Role.ADMINISTRATOR])


def type_password(eyes: Eyes, go_on_to: str) -> None:
    eyes.go(f"/accounts/login/?next={go_on_to}")
    eyes.page.get_by_label("Email").fill(EMAIL)
    eyes.page.get_by_label("Password").fill(PASSWORD)
    eyes.page.get_by_role("button", name="Sign in").click()


def authenticator_of(page: Page) -> str:
    """A virtual device with a finger on it, in Chromium; returns its id."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
    }
    return str(session.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"])


def test_a_passkey_is_added_and_lets_its_owner_in(eyes: Eyes, ada: User) -> None:
    # given a member of staff with a device that has a fingerprint reader
    authenticator_of(eyes.page)
    type_password(eyes, "/accounts/2fa/webauthn/add/")
    # when they add it
    eyes.page.get_by_label("Name").fill("Blue phone")
    # The button works once the page's script is there.
    eyes.page.wait_for_load_state("load")
    eyes.page.get_by_role("button", name="Add this device").click()
    eyes.page.get_by_text("Your passkey is added").wait_for()
    eyes.go("/accounts/2fa/webauthn/")
    assert eyes.page.get_by_text("Blue phone").first.is_visible()
    eyes.check("passkeys")
    # then the next sign-in asks for it, and it works
    eyes.page.get_by_role("button", name="Sign out").click()
    type_password(eyes, "/accounts/2fa/")
    eyes.page.get_by_role("heading", name="One more step").wait_for()
    eyes.check("second-step")
    eyes.page.get_by_role("button", name="Use a passkey").click()
    eyes.page.get_by_role("heading", name="Second step when you sign in").wait_for()
    assert eyes.page.get_by_text("You have 1 passkey.").is_visible()


def test_a_passkey_that_fails_is_explained_in_words(eyes: Eyes, ada: User) -> None:
    type_password(eyes, "/accounts/2fa/webauthn/add/")
    eyes.page.evaluate("() => { navigator.credentials.create = () => Promise.reject(new Error('no device')) }")
    eyes.page.get_by_role("button", name="Add this device").click()
    eyes.page.get_by_text("That did not work.").wait_for()
    eyes.check("passkey-trouble")
    assert eyes.page.evaluate("document.activeElement.id") == "passkey-trouble"


def test_an_app_is_set_up_and_recovery_codes_can_be_kept(eyes: Eyes, screen: Screen, ada: User) -> None:
    eyes.use(screen)
    type_password(eyes, "/accounts/2fa/totp/activate/")
    secret = eyes.page.get_by_label("Secret").input_value()
    counter = next(iter(auth.yield_hotp_counters_from_time()))
    eyes.page.get_by_label("Authenticator code").fill(format_hotp_value(hotp_value(secret, counter)))
    eyes.page.get_by_role("button", name="Switch on").click()
    eyes.page.get_by_text("The app is set up").wait_for()
    eyes.check("app-is-set-up")
    eyes.go("/accounts/2fa/recovery-codes/")
    codes = eyes.page.get_by_label("Codes that you can still use").input_value().split()
    assert len(codes) == 10
    eyes.check("recovery-codes")
