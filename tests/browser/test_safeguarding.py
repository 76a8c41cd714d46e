"""Whoever looks after safeguarding: from a mail to judged on a phone, closing with two, a Lead who is kept out."""

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from safeguarding.models import Concern, ConcernPerson
from safeguarding.vocabulary import Kind, PersonRole, State
from tests.browser.eyes import Eyes, Screen
from tests.factories import ChildFactory, UserFactory
from tests.safeguarding.scenes import WORDS, deputy_named, raised, triaged
from whippersnappers.accounts.models import User
from whippersnappers.accounts.roles import Role

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def lead(live_server: LiveServer) -> User:
    return UserFactory(roles=[Role.LEAD], name="Lena Frost", email="lena@whippersnappers.org")


def stands(concern: Concern) -> str:
    return Concern.objects.get(pk=concern.pk).state


def keep(page: Page) -> None:
    page.get_by_role("button", name="Keep it").click()


def test_from_a_mail_to_judged(eyes: Eyes, screen: Screen, lead: User) -> None:
    # Given a concern that nobody has read, and the Lead with a phone
    concern = raised(children=[ChildFactory(known_as="Pip")])
    page = eyes.page
    eyes.use(screen)
    eyes.sign_in(lead)
    # When she follows the mail's link and opens what is on top
    eyes.go("/safeguarding/")
    expect(page.get_by_text("1 not acknowledged")).to_be_visible()
    eyes.check("safeguarding-home")
    page.get_by_role("link", name=concern.reference).click()
    expect(page.get_by_text(WORDS)).to_be_visible()
    page.get_by_role("button", name="Acknowledge").click()
    expect(page.get_by_text("You have acknowledged it")).to_be_visible()
    eyes.check("safeguarding-concern")
    # And judges it, forgetting the reason at first
    page.get_by_role("link", name="Judge it").click()
    page.get_by_label("Medium").check()
    page.get_by_role("group", name="Harm to a child").get_by_label("Neglect").check()
    keep(page)
    expect(page.get_by_text("Say why: this step is a judgement.")).to_be_visible()
    expect(page.get_by_label("Medium")).to_be_checked()
    eyes.check("safeguarding-step")
    page.get_by_label("Why do you judge it so?").fill("Not injured; the school will watch.")
    keep(page)
    # Then it is judged, and the reason stands in the chronology
    expect(page.get_by_text("Not injured; the school will watch.")).to_be_visible()
    assert stands(concern) == State.TRIAGED
    # And the child's page and the list show it too
    page.get_by_role("link", name="Pip").click()
    expect(page.get_by_role("link", name=concern.reference).first).to_be_visible()
    page.get_by_text("The same as a table").click()
    eyes.check("safeguarding-child")
    eyes.go("/safeguarding/concerns/")
    eyes.check("safeguarding-search")


def test_closing_takes_two(eyes: Eyes, lead: User) -> None:
    # Given a concern in hand, and a deputy
    concern, deputy = triaged(lead), deputy_named()
    page = eyes.page
    eyes.use(Screen.DESKTOP)
    eyes.sign_in(lead)
    eyes.go(f"/safeguarding/concerns/{concern.pk}/")
    # When the Lead proposes to close it
    page.get_by_role("link", name="Propose closing").click()
    page.get_by_label("Why can it be closed?").fill("The school confirms it was a fall.")
    page.get_by_label("Was the parent told?").fill("Yes, on Monday.")
    page.get_by_label("To the child's 25th birthday").check()
    keep(page)
    # Then she cannot agree herself
    expect(page.get_by_text("Proposed. Somebody else has to agree.")).to_be_visible()
    expect(page.get_by_role("link", name="Agree to close")).to_have_count(0)
    # And the deputy, who finds it on top, can
    eyes.sign_in(deputy)
    eyes.go("/safeguarding/")
    expect(page.get_by_role("heading", name="Needs a second person")).to_be_visible()
    page.get_by_role("link", name=concern.reference).click()
    page.get_by_role("link", name="Agree to close").click()
    page.get_by_label("Why do you agree?").fill("I spoke with the school too.")
    page.get_by_role("button", name="Close it").click()
    expect(page.get_by_text("It is closed.")).to_be_visible()
    assert stands(concern) == State.CLOSED


def test_a_lead_who_is_its_subject_finds_nothing(eyes: Eyes, lead: User) -> None:
    # Given a concern about the Lead, and one that is not
    hidden, other = raised(kind=Kind.STAFF), raised()
    ConcernPerson.objects.create(concern=hidden, user=lead, role=PersonRole.SUBJECT)
    eyes.use(Screen.DESKTOP)
    eyes.sign_in(lead)
    # When she looks everywhere
    page = eyes.page
    eyes.go("/safeguarding/")
    expect(page.get_by_text(other.reference)).to_be_visible()
    expect(page.get_by_text("1 not acknowledged")).to_be_visible()
    expect(page.get_by_text(hidden.reference)).to_have_count(0)
    eyes.go(f"/safeguarding/concerns/?words={hidden.reference}")
    expect(page.get_by_role("heading", name="0 found")).to_be_visible()
    # Then there is nothing, and a page that waits hears of new ones alone
    eyes.expected = "404"
    eyes.go(f"/safeguarding/concerns/{hidden.pk}/")
    expect(page.get_by_text(hidden.reference)).to_have_count(0)


def test_the_page_is_gone_at_once(eyes: Eyes, lead: User) -> None:
    # Given the Lead at a page with words on it, and one with more behind it
    concern = raised()
    page = eyes.page
    eyes.use(Screen.DESKTOP)
    eyes.sign_in(lead)
    eyes.go(f"/safeguarding/concerns/{concern.pk}/")
    eyes.go("/safeguarding/")
    eyes.also_allowed = ("https://www.bbc.co.uk/",)
    page.route("https://www.bbc.co.uk/**", lambda route: route.fulfill(body="Sunny", content_type="text/html"))
    # When somebody comes in and she hides the page
    page.get_by_role("link", name="Hide this page now").click()
    # Then another page is there
    page.wait_for_url("https://www.bbc.co.uk/weather")
    expect(page.get_by_text("Sunny")).to_be_visible()
    # And going back shows neither that page nor the one behind it; opening one by its address does
    page.go_back(wait_until="commit")
    expect(page.get_by_text("Sunny")).to_be_visible()
    eyes.go("/safeguarding/")
    expect(page.get_by_text(WORDS)).to_be_visible()
