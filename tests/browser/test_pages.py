"""Every page of families and of signing in, in a real browser: axe clean, quiet console, no third parties."""

from datetime import timedelta
from functools import partial

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template.loader import render_to_string
from django.test import RequestFactory
from playwright.sync_api import Route
from pytest_django.live_server_helper import LiveServer

from families.models import Guardian
from sessions_app.invitations import join_token
from sessions_app.models import Invitation, Session
from tests.browser.eyes import Eyes, Screen
from tests.factories import PlaceFactory, household
from tests.sessions_app.family_scenes import invited
from whippersnappers.accounts.models import User
from whippersnappers.accounts.roles import Role

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def guardian(live_server: LiveServer) -> Guardian:
    guardian = household(children=2, first_name="Gabrielė", last_name="Gabramavičiūtė")[0][0]
    for guardianship, name in zip(guardian.guardianships.all(), ["Sam", "Niamh"], strict=True):
        guardianship.child.known_as = name
        guardianship.child.save()
    return guardian


def path_of(invitation: Invitation) -> str:
    return f"/join/{join_token(invitation)}/"


PUBLIC = {
    "door": "/",
    "staff-door": "/accounts/login/",
    "family-door": "/accounts/login/code/",
    "forgotten": "/accounts/password/reset/",
    "forgotten-done": "/accounts/password/reset/done/",
    "not-found": "/no-such-page/",
    "unknown-link": "/join/nonsense/",
}


def test_public_pages(eyes: Eyes, screen: Screen) -> None:
    eyes.use(screen)
    eyes.expected = "404 (Not Found)"
    for name, path in PUBLIC.items():
        eyes.go(path)
        eyes.check(name)
        assert eyes.page.locator("h1").count() == 1


def test_door_when_signed_in(eyes: Eyes, screen: Screen, guardian: Guardian) -> None:
    eyes.use(screen)
    eyes.sign_in(guardian.user)  # type: ignore[arg-type]
    eyes.go("/")
    eyes.check("door-signed-in")
    assert eyes.page.get_by_role("link", name="Go to my sessions").is_visible()


def test_typing_the_code(eyes: Eyes, screen: Screen, guardian: Guardian) -> None:
    eyes.use(screen)
    eyes.go("/accounts/login/code/")
    eyes.page.get_by_label("Email").fill(guardian.email)
    eyes.page.get_by_role("button", name="Send me a code").click()
    code = eyes.page.get_by_label("Code")
    assert (code.get_attribute("inputmode"), code.get_attribute("autocomplete")) == ("numeric", "one-time-code")
    eyes.check("code")
    code.fill("000000")
    eyes.page.get_by_role("button", name="Sign in").click()
    eyes.page.get_by_text("That is not the code").wait_for()
    eyes.check("code-wrong")
    assert eyes.page.get_by_label("Code").get_attribute("aria-invalid") == "true"


def test_signing_in_by_mistake_at_the_staff_door(eyes: Eyes, screen: Screen) -> None:
    eyes.use(screen)
    eyes.go("/accounts/login/")
    eyes.page.get_by_label("Email").fill("somebody@example.org")
    eyes.page.get_by_label("Password").fill("not the password")
    eyes.page.get_by_role("button", name="Sign in").click()
    eyes.page.get_by_text("do not match").wait_for()
    eyes.check("staff-door-wrong")
    assert eyes.page.get_by_label("Email").input_value() == "somebody@example.org"


def test_portal_with_nothing_planned(eyes: Eyes, screen: Screen, guardian: Guardian) -> None:
    eyes.use(screen)
    eyes.sign_in(guardian.user)  # type: ignore[arg-type]
    eyes.go("/portal/")
    eyes.check("portal-empty")
    assert eyes.page.get_by_text("Nothing planned just now").is_visible()


def test_portal_with_a_term_ahead(eyes: Eyes, screen: Screen, guardian: Guardian) -> None:
    eyes.use(screen)
    invited(guardian, starts_in=timedelta(minutes=12))
    for days, title in [(1, "Painting with Amara"), (4, "Story time"), (9, "Makaton choir"), (23, "End of term party")]:
        invited(guardian, starts_in=timedelta(days=days), title=title)
    cancelled = invited(guardian, starts_in=timedelta(days=2), title="Clay").session
    cancelled.state, cancelled.cancelled_at = Session.State.CANCELLED, cancelled.confirmed_at
    cancelled.save()
    eyes.sign_in(guardian.user)  # type: ignore[arg-type]
    eyes.go("/portal/")
    eyes.check("portal")
    assert eyes.page.get_by_role("button", name="Join in Zoom").count() == 1


JOIN = [
    ("join-open", timedelta(minutes=10), True, "Join in Zoom"),
    ("join-early", timedelta(days=2), True, "The button to join comes at"),
    ("join-not-ready", timedelta(minutes=10), False, "still getting the Zoom meeting ready"),
    ("join-late", timedelta(days=-1), True, "This session is over"),
]


def test_join_page(eyes: Eyes, screen: Screen, guardian: Guardian) -> None:
    eyes.use(screen)
    for name, starts_in, with_meeting, said in JOIN:
        eyes.go(path_of(invited(guardian, starts_in=starts_in, with_meeting=with_meeting)))
        assert eyes.page.get_by_text(said).first.is_visible()
        eyes.check(name)


def test_join_page_in_person(eyes: Eyes, screen: Screen, guardian: Guardian) -> None:
    eyes.use(screen)
    place = PlaceFactory(name="The Barn", address="2 Mill Lane\nLondon SE1 1AA", directions="Ring the green bell.")
    invitation = invited(guardian, with_meeting=False, delivery=Session.Delivery.IN_PERSON, place=place)
    eyes.go(path_of(invitation))
    assert eyes.page.get_by_text("Ring the green bell.").is_visible()
    eyes.check("join-in-person")


def test_links_without_force(eyes: Eyes, screen: Screen, guardian: Guardian) -> None:
    eyes.use(screen)
    invitation = invited(guardian)
    old = path_of(invitation)
    Invitation.objects.filter(pk=invitation.pk).update(token_version=2)
    eyes.go(old)
    assert eyes.page.get_by_role("heading", name="This link no longer works").is_visible()
    eyes.check("join-withdrawn")
    session = invitation.session
    session.state, session.cancelled_at = Session.State.CANCELLED, session.confirmed_at
    session.save()
    invitation.refresh_from_db()
    eyes.go(path_of(invitation))
    assert eyes.page.get_by_role("heading", name="This session is cancelled").is_visible()
    eyes.check("join-cancelled")


def test_error_pages(eyes: Eyes, screen: Screen) -> None:
    eyes.use(screen)
    request = RequestFactory().get("/broken/")
    request.user = AnonymousUser()
    for name in ["400", "403", "403_csrf", "429", "500"]:
        # Django renders the page for 500 without a request: it must stand alone, and so does the one for 400.
        html = render_to_string(f"{name}.html", request=None if name in ("400", "500") else request)
        eyes.page.route("**/broken/", partial(_answer, html=html))
        eyes.go("/broken/")
        eyes.check(f"error-{name}")
        assert eyes.page.locator("h1").count() == 1


def _answer(route: Route, html: str) -> None:
    route.fulfill(body=html, content_type="text/html")


def test_second_factor_pages(eyes: Eyes, screen: Screen, live_server: LiveServer) -> None:
    eyes.use(screen)
    User.objects.create_user("ada@whippersnappers.org", "a long pass phrase", name="Ada", roles=[Role.ADMINISTRATOR])
    eyes.go("/accounts/login/?next=/accounts/2fa/")
    eyes.page.get_by_label("Email").fill("ada@whippersnappers.org")
    eyes.page.get_by_label("Password").fill("a long pass phrase")
    eyes.page.get_by_role("button", name="Sign in").click()
    eyes.page.get_by_role("heading", name="Second step").wait_for()
    eyes.check("second-factor")
    eyes.page.get_by_role("link", name="Set up an app").click()
    eyes.page.get_by_role("img").last.wait_for()
    eyes.check("second-factor-app")
    assert eyes.page.locator("img.qr").evaluate("image => image.naturalWidth") > 0
    eyes.go("/accounts/2fa/webauthn/add/")
    eyes.check("second-factor-passkey")
    eyes.go("/accounts/2fa/recovery-codes/generate/")
    eyes.go("/accounts/password/change/")
    eyes.check("password-change")
    eyes.go("/accounts/logout/")
    eyes.check("sign-out")


def test_the_keyboard_alone_reaches_the_way_in(eyes: Eyes, guardian: Guardian) -> None:
    eyes.go(path_of(invited(guardian)))
    eyes.page.keyboard.press("Tab")
    assert eyes.page.evaluate("document.activeElement.textContent.trim()") == "Skip to the main part"
    eyes.page.keyboard.press("Enter")
    assert eyes.page.evaluate("document.activeElement.id") == "main"
    eyes.page.keyboard.press("Tab")
    assert eyes.page.evaluate("document.activeElement.textContent.trim()") == "Join in Zoom"
