"""A tired parent with a phone in one hand: answers, ticks off, joins, and says how it was."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from families.models import Guardian
from sessions_app.models import Booking, Feedback, Invitation
from tests.browser.eyes import Eyes, Screen
from tests.browser.zoom_room import StandIn
from tests.factories import household
from tests.sessions_app.family_scenes import invited

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def guardian(live_server: LiveServer) -> Guardian:
    return household()[0][0]


def test_the_way_of_one_session_on_a_phone(eyes: Eyes, guardian: Guardian, zoom: StandIn) -> None:
    # given two sessions, one about to begin
    eyes.also_allowed = (zoom.url,)
    eyes.use(Screen.PHONE)
    kid = guardian.guardianships.get().child.known_as
    invitation = invited(guardian, join_url=f"{zoom.url}/j/84512345678?pwd=x")
    invited(guardian, starts_in=timedelta(days=8), title="Trumpets")
    eyes.sign_in(guardian.user)
    page = eyes.page

    # when they answer at home, the page says so
    eyes.go("/portal/")
    eyes.check("family-home")
    page.get_by_role("button", name=re.compile(f"Yes.*{kid} is coming")).click()
    expect(page.get_by_text(f"Thank you. {kid} is coming.")).to_be_visible()

    # when they tick a thing off, the page stays where it is, and remembers it
    spoon = page.get_by_role("button", name="A pan and a wooden spoon")
    with page.expect_response(lambda answer: answer.url.endswith("/ready/")) as kept:
        spoon.click()
    assert kept.value.status == 204
    expect(spoon).to_have_attribute("aria-pressed", "true")
    page.reload()
    expect(page.get_by_role("button", name="A pan and a wooden spoon")).to_have_attribute("aria-pressed", "true")

    # when they cannot come to the other one, they say so and why
    page.get_by_role("link", name=re.compile("See more.*Trumpets")).click()
    page.get_by_role("button", name=re.compile(f"No.*{kid} is not coming")).click()
    page.get_by_label("Would you like to say why?").fill("A cold 🤧")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_label("Would you like to say why?")).to_have_value("A cold 🤧")
    eyes.check("family-not-coming")
    eyes.go("/portal/sessions/")
    eyes.check("family-all-sessions")

    # when it is time, one press leads into the meeting
    eyes.go("/portal/")
    page.get_by_role("button", name="Join in Zoom").click()
    page.get_by_role("heading", name="Waiting room").wait_for()

    # afterwards the parent says how it was with one press at home, and the child with one on a large face
    session, ended = invitation.session, timezone.now() - timedelta(hours=1)
    session.starts_at, session.ends_at = ended - timedelta(hours=1), ended
    session.save()
    eyes.go("/portal/")
    page.get_by_role("button", name="Good", exact=True).click()
    expect(page.get_by_role("heading", name="Thank you!")).to_be_visible()
    eyes.check("family-say-more")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("You said: Good.")).to_be_visible()
    eyes.check("family-afterwards")
    eyes.follow(page.get_by_role("link", name=f"Let {kid} answer"))
    eyes.check("family-child-answers")
    page.get_by_role("button", name="Great").click()
    expect(page.get_by_role("heading", name=f"Thank you, {kid}!")).to_be_visible()
    eyes.check("family-child-thanks")
    page.get_by_role("link", name="Done").click()
    expect(page.get_by_text(f"{kid} said: Great.")).to_be_visible()
    eyes.follow(page.get_by_role("link", name="Change what you said"))
    eyes.check("family-feedback")
    page.get_by_label("What was good?").fill("The drums!")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("“The drums!”")).to_be_visible()
    assert sorted(Feedback.objects.values_list("face", "by_child")) == [(4, False), (5, True)]


def test_without_scripts_all_but_the_comforts_works(eyes: Eyes, guardian: Guardian) -> None:
    # given a browser that runs no script of ours
    eyes.page.route("**/*.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
    invitation: Invitation = invited(guardian, starts_in=timedelta(days=2))
    eyes.sign_in(guardian.user)
    page = eyes.page
    # when they tick off and answer
    eyes.go("/portal/")
    page.get_by_role("button", name="A pan and a wooden spoon").click()
    expect(page.get_by_role("button", name="A pan and a wooden spoon")).to_have_attribute("aria-pressed", "true")
    page.locator("[name=answer][value=no]").click()
    page.get_by_role("heading", name="Are you coming?").wait_for()
    # then both are kept
    invitation.refresh_from_db()
    assert invitation.ready_items == ["A pan and a wooden spoon"]
    assert invitation.session.bookings.get().state == Booking.State.NOT_COMING


def test_calendar_on_both_screens(eyes: Eyes, guardian: Guardian, screen: Screen) -> None:
    eyes.use(screen)
    eyes.sign_in(guardian.user)
    eyes.go("/portal/calendar/")
    eyes.page.get_by_role("button", name="Give me the link").click()
    expect(eyes.page.get_by_role("link", name="Open in your calendar")).to_be_visible()
    eyes.check("family-calendar")
