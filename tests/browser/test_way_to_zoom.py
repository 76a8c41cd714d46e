"""From the button to the meeting in a real browser, with a stand-in for Zoom's web server on another origin."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from families.models import Guardian
from sessions_app.invitations import join_token
from sessions_app.models import Invitation, Meeting, Session
from tests.browser.eyes import Eyes
from tests.browser.zoom_room import StandIn
from tests.factories import household
from tests.sessions_app.family_scenes import PASSCODE, invited, meeting_of
from whippersnappers import dates

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def guardian(live_server: LiveServer) -> Guardian:
    return household()[0][0]


def path_of(invitation: Invitation) -> str:
    return f"/join/{join_token(invitation)}/"


def test_one_press_leads_from_the_join_page_into_the_meeting(eyes: Eyes, guardian: Guardian, zoom: StandIn) -> None:
    # given an open session whose meeting lives on another origin
    eyes.also_allowed = (zoom.url,)
    invitation = invited(guardian, join_url=f"{zoom.url}/j/84512345678?pwd=x")
    # when the page is opened, nothing goes there; when the button is pressed, the browser does
    eyes.go(path_of(invitation))
    assert zoom.visits == []
    eyes.page.get_by_role("button", name="Join in Zoom").click()
    eyes.page.get_by_role("heading", name="Waiting room").wait_for()
    # then Zoom has not learnt the address of our page, and both uses are noted
    assert zoom.visits == [("/j/84512345678?pwd=x", None)]
    assert list(invitation.uses.order_by("pk").values_list("outcome", flat=True)) == ["opened", "joined"]


def test_one_press_leads_from_the_portal_into_the_meeting(eyes: Eyes, guardian: Guardian, zoom: StandIn) -> None:
    eyes.also_allowed = (zoom.url,)
    invited(guardian, join_url=f"{zoom.url}/j/84512345678?pwd=x")
    eyes.sign_in(guardian.user)  # type: ignore[arg-type]
    eyes.go("/portal/")
    eyes.page.get_by_role("button", name="Join in Zoom").click()
    eyes.page.get_by_role("heading", name="Waiting room").wait_for()
    assert zoom.visits == [("/j/84512345678?pwd=x", None)]


def test_another_origin_than_the_meetings_is_stopped(eyes: Eyes, guardian: Guardian, zoom: StandIn) -> None:
    """The policy bites: without this, the two tests above would prove nothing."""
    eyes.also_allowed = (zoom.url,)
    eyes.expected = "form-action"
    invitation = invited(guardian)
    eyes.go(path_of(invitation))
    Meeting.objects.filter(session=invitation.session).delete()
    meeting_of(invitation.session, join_url=f"{zoom.url}/j/84512345678?pwd=x")
    with eyes.page.expect_console_message(lambda message: "form-action" in message.text):
        eyes.page.get_by_role("button", name="Join in Zoom").click()
    assert zoom.visits == []


def test_without_javascript_everything_works(
    browser: object, guardian: Guardian, zoom: StandIn, live_server: LiveServer
) -> None:
    context = browser.new_context(java_script_enabled=False)  # type: ignore[attr-defined]
    page: Page = context.new_page()
    invitation = invited(guardian, join_url=f"{zoom.url}/j/84512345678?pwd=x")
    page.goto(live_server.url + path_of(invitation))
    assert page.get_by_text(PASSCODE).is_visible()
    assert page.get_by_role("button", name="Copy").count() == 0
    page.get_by_role("button", name="Join in Zoom").click()
    page.get_by_role("heading", name="Waiting room").wait_for()
    context.close()
    assert len(zoom.visits) == 1


def test_a_waiting_page_opens_by_itself(eyes: Eyes, guardian: Guardian) -> None:
    # given a page that is open some seconds before the way in is
    invitation = invited(guardian, starts_in=timedelta(minutes=15, seconds=3))
    eyes.go(path_of(invitation))
    assert eyes.page.get_by_role("button", name="Join in Zoom").count() == 0
    # then the button comes without anybody doing anything, and looking for it is no use of the link
    eyes.page.get_by_role("button", name="Join in Zoom").wait_for(timeout=15_000)
    outcomes = list(invitation.uses.order_by("pk").values_list("outcome", flat=True))
    assert outcomes == ["too_early", "opened"]


def test_a_waiting_page_notices_that_the_session_is_cancelled(eyes: Eyes, guardian: Guardian) -> None:
    invitation = invited(guardian, starts_in=timedelta(minutes=15, seconds=2))
    eyes.go(path_of(invitation))
    session = invitation.session
    session.state, session.cancelled_at = Session.State.CANCELLED, session.confirmed_at
    session.save()
    eyes.page.get_by_role("heading", name="This session is cancelled").wait_for(timeout=15_000)
    assert eyes.page.get_by_role("button", name="Join in Zoom").count() == 0


def test_copying_the_passcode(eyes: Eyes, guardian: Guardian) -> None:
    eyes.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    eyes.go(path_of(invited(guardian)))
    eyes.page.get_by_role("button", name="Copy the passcode").click()
    eyes.page.get_by_text("Copied").wait_for()
    assert eyes.page.evaluate("navigator.clipboard.readText()") == PASSCODE


def test_the_countdown_keeps_the_servers_time_on_a_device_whose_clock_is_wrong(eyes: Eyes, guardian: Guardian) -> None:
    eyes.page.add_init_script("const real = Date.now; Date.now = () => real() + 3 * 3600 * 1000;")
    eyes.go(path_of(invited(guardian, starts_in=timedelta(minutes=90))))
    assert eyes.page.locator("[data-countdown]").text_content() in ("in 1 hour 30 minutes", "in 1 hour 31 minutes")


@pytest.mark.parametrize("ahead", [timedelta(minutes=59), timedelta(hours=23, minutes=30), timedelta(days=1, hours=2)])
def test_the_countdown_says_what_the_server_said(eyes: Eyes, guardian: Guardian, ahead: timedelta) -> None:
    invitation = invited(guardian, starts_in=ahead)
    said = dates.until(invitation.session.starts_at, now=timezone.now())
    eyes.go(path_of(invitation))
    assert eyes.page.locator("[data-countdown]").text_content() == said


def test_being_offline_is_said_and_does_no_harm(eyes: Eyes, guardian: Guardian) -> None:
    eyes.expected = "ERR_INTERNET_DISCONNECTED"
    eyes.go(path_of(invited(guardian)))
    notice = eyes.page.get_by_text("You are offline.")
    assert not notice.is_visible()
    eyes.page.context.set_offline(True)
    notice.wait_for()
    assert eyes.page.get_by_text(PASSCODE).is_visible()
    eyes.page.context.set_offline(False)
    notice.wait_for(state="hidden")


COUNT_WHAT_IS_SENT = """() => {
  window.sent = 0;
  document.addEventListener("submit", (event) => {
    if (!event.defaultPrevented) window.sent += 1;
    event.preventDefault();
  });
}"""


def test_a_press_is_answered_and_a_second_one_sends_nothing(eyes: Eyes, guardian: Guardian) -> None:
    eyes.go(path_of(invited(guardian)))
    eyes.page.evaluate(COUNT_WHAT_IS_SENT)
    button = eyes.page.locator("button.big")
    button.click()
    assert button.text_content() == "One moment…"
    button.click()
    assert eyes.page.evaluate("window.sent") == 1


def test_whoever_comes_back_from_zoom_finds_the_button_as_it_was(eyes: Eyes, guardian: Guardian, zoom: StandIn) -> None:
    eyes.also_allowed = (zoom.url,)
    eyes.go(path_of(invited(guardian, join_url=f"{zoom.url}/j/84512345678?pwd=x")))
    eyes.page.get_by_role("button", name="Join in Zoom").click()
    eyes.page.get_by_role("heading", name="Waiting room").wait_for()
    eyes.page.go_back()
    eyes.page.get_by_role("button", name="Join in Zoom").click()
    eyes.page.get_by_role("heading", name="Waiting room").wait_for()
    assert len(zoom.visits) == 2
