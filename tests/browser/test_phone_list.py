"""A coordinator on a phone works through the calls of the week by touch, and prints what was not done."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from sessions_app import confirming
from sessions_app.models import PhoneTask, Session
from tests.browser.eyes import Eyes, Screen
from tests.factories import household, ready_session, tomorrow_at
from tests.sessions_app.mail_scenes import make_ready
from whippersnappers import dates
from whippersnappers.accounts.models import User

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_context_args, "has_touch": True}


@pytest.fixture
def session(coordinator: User) -> Session:
    """Three families that only a phone reaches, and one with mail, in a session of tomorrow."""
    phoned = [household(email="", phone=f"07700 90012{n}", first_name=name)[1][0] for n, name in enumerate("ABC")]
    children = [*phoned, household()[1][0]]
    start = tomorrow_at(16)
    drafted = ready_session(children=children, starts_at=start, ends_at=start + timedelta(minutes=45))
    session = confirming.confirm(drafted.pk, by=coordinator, now=timezone.now())
    make_ready(session, now=timezone.now())
    return session


def test_three_calls_are_made_by_touch(eyes: Eyes, coordinator: User, session: Session) -> None:
    # Given a week with four families and three calls
    page = eyes.page
    eyes.sign_in(coordinator)
    eyes.use(Screen.PHONE)
    eyes.go(f"{reverse('admin:contacted')}?day={dates.local(session.starts_at):%Y-%m-%d}")
    expect(page.get_by_text("4 of 4 families not contacted")).to_be_visible()
    eyes.check("contacted-before")
    # When the first is reached, the second has a note and no answer, the third has an answering machine
    page.get_by_role("link", name="Make the calls").tap()
    calls = [
        ("Call 1 of 3", "", "Spoke to them"),
        ("Call 1 of 2", "Rings at six", "No answer"),
        ("Call 2 of 2", "", "Left a message"),
    ]
    for where, note, outcome in calls:
        expect(page.get_by_text(where)).to_be_visible()
        call = page.get_by_role("link", name="Call 07700")
        assert (call.get_attribute("href") or "").startswith("tel:0770090012")
        assert (call.bounding_box() or {"height": 0})["height"] >= 44
        eyes.check("call-to-make")
        if note:
            page.get_by_label("Note").fill(note)
        page.get_by_role("button", name=outcome).tap()
        expect(page.get_by_text(f": {outcome.lower()}. Noted.")).to_be_visible()
    # Then the list holds the two that reached nobody, and says how often they were tried
    expect(page.get_by_text("That was the last call on the list.")).to_be_visible()
    assert page.get_by_text("To call, tried 1×").count() == 2
    eyes.check("calls-after")
    page.get_by_role("link", name="A sheet to print").tap()
    expect(page.get_by_text("Rings at six")).to_be_visible()
    assert sorted(PhoneTask.objects.values_list("outcome", flat=True)) == ["message_left", "no_answer", "reached"]
    # And both pages print without the frame around them
    print_as(page, "call-sheet")
    page.go_back()
    eyes.go(f"{reverse('admin:contacted')}?day={dates.local(session.starts_at):%Y-%m-%d}")
    expect(page.get_by_text("3 of 4 families not contacted")).to_be_visible()
    print_as(page, "contacted")


def print_as(page: Page, name: str) -> None:
    """Look at the page as a printer would; save it where $SCREENSHOTS says."""
    page.emulate_media(media="print", color_scheme="light")
    for frame in ("#nav-sidebar", "#header-inner", "[data-print]"):
        expect(page.locator(frame).first).to_be_hidden()
    folder = os.environ.get("SCREENSHOTS")
    if folder:
        page.pdf(path=Path(folder) / f"{name}.pdf", format="A4")
    page.emulate_media(media="screen")
