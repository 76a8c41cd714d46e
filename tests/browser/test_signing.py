"""A new parent on a phone: from the invitation in the mailbox by code and signature to the Zoom button (F1-F6)."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from families.models import Guardian
from families.welcoming import welcome
from sessions_app import invitations
from tests.browser.eyes import Eyes, Screen
from tests.browser.zoom_room import StandIn
from tests.factories import household
from tests.mail_sink import Sink
from tests.outbox.conftest import use
from tests.sessions_app.family_scenes import invited
from tests.sessions_app.mail_scenes import part, to
from whippersnappers.outbox import delivery

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ADA = "ada@example.com"


@pytest.fixture
def sink(settings: object) -> object:
    with Sink() as sink:
        use(settings, sink.url)
        yield sink


@pytest.fixture
def guardian(live_server: LiveServer) -> Guardian:
    return household(email=ADA, first_name="Ada", last_name="O’Neill", signed=False)[0][0]


def post(sink: Sink) -> str:
    """Deliver what waits; the text of the newest mail to Ada."""
    delivery.deliver(clock=timezone.now, threads=1)
    return part(to(sink, ADA)[-1], "text/plain")


def path_in(text: str, start: str) -> str:
    """The path of the link that begins so."""
    found = re.search(rf"https?://[^/\s]+({re.escape(start)}\S*)", text)
    assert found, text
    return found[1]


def test_from_the_mailbox_to_zoom_on_a_phone(eyes: Eyes, guardian: Guardian, sink: Sink, zoom: StandIn) -> None:
    # given a new family: the welcome mail first, then an invitation to a session that is about to begin
    eyes.also_allowed = (zoom.url,)
    eyes.use(Screen.PHONE)
    page = eyes.page
    welcome([guardian], by=guardian.user, now=timezone.now())
    assert path_in(post(sink), "/accounts/login/code/")
    invitation = invited(guardian, join_url=f"{zoom.url}/j/84512345678?pwd=x")
    invitations.send(invitation, now=timezone.now())

    # when they follow the invitation's link, they sign in with the code from the next mail
    eyes.go(path_in(post(sink), "/portal/agreement/"))
    eyes.check("sign-1-door")
    page.get_by_label("Email").fill(ADA)
    page.get_by_role("button", name="Send me a code").click()
    code = re.search(r"\b\d{6}\b", post(sink))
    assert code
    page.get_by_label("Code").fill(code[0])
    page.get_by_role("button", name="Sign in").click()

    # then the agreement is there, and a press without a name says what to do
    page.get_by_role("heading", name="Our agreement").wait_for()
    eyes.check("sign-2-agreement")
    page.get_by_role("button", name="I agree and sign").click()
    expect(page.get_by_text("Please type your name.")).to_be_in_viewport()
    eyes.check("sign-3-no-name")
    page.get_by_label("Type your name").fill("Ada O’Neill")
    page.get_by_role("button", name="I agree and sign").click()

    # and after signing the door is open: one press more, and they are in the meeting
    join = page.get_by_role("button", name="Join in Zoom")
    join.wait_for()
    eyes.check("sign-4-join")
    join.click()
    page.get_by_role("heading", name="Waiting room").wait_for()
    assert len(zoom.visits) == 1
    signature = guardian.signatures.get()
    assert (signature.typed_name, signature.signed_in_by) == ("Ada O’Neill", "code")
    assert "Chrome" in signature.device

    # the mail with the way in has come meanwhile, and a copy is there to print
    assert path_in(post(sink), "/join/")
    eyes.go("/portal/agreement/")
    eyes.check("sign-5-signed")
    eyes.follow(page.get_by_role("link", name="See your copy, or print it"))
    eyes.check("sign-6-copy")


def test_the_doors_that_wait_for_a_signature(eyes: Eyes, guardian: Guardian, screen: Screen) -> None:
    eyes.use(screen)
    invitation = invited(guardian, starts_in=timedelta(days=2))
    eyes.go(f"/join/{invitations.join_token(invitation)}/")
    eyes.check("join-unsigned")
    eyes.sign_in(guardian.user)
    eyes.go("/portal/")
    expect(eyes.page.get_by_role("link", name="Read and sign")).to_be_visible()
    eyes.check("home-unsigned")
    eyes.go("/portal/agreement/")
    eyes.check("agreement")


def test_yes_and_no_to_recording(eyes: Eyes, guardian: Guardian, screen: Screen) -> None:
    eyes.use(screen)
    eyes.sign_in(guardian.user)
    eyes.go(f"/portal/children/{guardian.guardianships.get().child_id}/consent/")
    eyes.check("consent-open")
    eyes.page.get_by_role("button", name="Yes, that is fine").click()
    eyes.page.get_by_role("button", name="Take my yes back").click()
    expect(eyes.page.get_by_text("This holds now: no.")).to_be_visible()
    eyes.check("consent-taken-back")
