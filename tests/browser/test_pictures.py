"""Pictures of steps in a real browser: staff choose them, a child follows them, paper holds them on one page."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.urls import reverse
from playwright.sync_api import expect
from pypdf import PdfReader

from sessions_app.invitations import join_token
from sessions_app.models import SessionStep
from sessions_app.picture_library import PICTURES
from tests.browser.eyes import Eyes, Screen
from tests.factories import household, ready_session
from tests.sessions_app.family_scenes import invited
from whippersnappers.accounts.models import User

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_staff_choose_pictures_by_search_and_keyboard_and_a_name_suggests_one(
    eyes: Eyes, coordinator: User, screen: Screen
) -> None:
    # Given a session whose second step has no picture
    session = ready_session()
    page = eyes.page
    eyes.sign_in(coordinator)
    eyes.use(screen)
    eyes.go(reverse("admin:sessions_app_session_change", args=[session.pk]))
    chosen = page.locator("#id_steps-1-picture").locator("xpath=ancestor::*[contains(@class, 'pk')][1]/button")
    expect(chosen).to_have_accessible_name("Picture: No picture")
    # When somebody looks for one with the keyboard alone
    chosen.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Choose a picture")).to_be_visible()
    eyes.check("pictures-window")
    page.keyboard.type("dru")
    expect(page.get_by_role("status").filter(has_text="pictures")).to_have_text("2 pictures")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    # Then it stands in the form, the focus is where it was
    expect(chosen).to_have_accessible_name("Picture: Drums")
    expect(chosen).to_be_focused()
    # When another step is added and named
    page.get_by_role("link", name="Add another step").click()
    page.locator("#id_steps-2-title").fill("Goodbye song")
    expect(page.get_by_text("Goodbye, from the name")).to_be_visible()
    eyes.check("pictures-chosen")
    with page.expect_navigation():
        page.get_by_role("button", name="Save", exact=True).click()
    # Then both are kept
    kept = list(session.steps.values_list("title", "picture"))
    assert kept == [("Hello song", "hello"), ("Drums", "drum"), ("Goodbye song", "goodbye")]


def test_a_child_follows_the_steps_and_they_print_on_one_page(eyes: Eyes, screen: Screen) -> None:
    # Given a session of twelve steps
    (guardian,), _ = household()
    invitation = invited(guardian, starts_in=timedelta(hours=2))
    for number, picture in enumerate([*list(PICTURES.values())[:9], None], start=3):
        word = picture.word if picture else "A word that stands alone, as long as a step’s name may be"
        key = picture.key if picture else ""
        SessionStep.objects.create(session=invitation.session, position=number, title=word, picture=key)
    page = eyes.page
    eyes.use(screen)
    eyes.go(reverse("join", args=[join_token(invitation)]))
    eyes.follow(page.get_by_role("link", name="See it in pictures"))
    eyes.check("pictures-page")
    # When a step is done, by keyboard
    now = page.get_by_role("region", name="Now and next")
    expect(now).to_contain_text("Hello song")
    now.get_by_role("link", name="Done").press("Enter")
    # Then the next one is now, it is said, the place is kept, and the next press is at the same place
    expect(now.get_by_role("status")).to_have_text("Now: Drums")
    expect(now.get_by_role("link", name="Done")).to_be_focused()
    assert page.url.endswith("?step=2")
    page.reload()
    expect(now.locator(".moment:visible .tile-now")).to_contain_text("Drums")
    # And on paper there is one A4 page, and nothing but the steps
    (paper,) = PdfReader(BytesIO(page.pdf(prefer_css_page_size=True))).pages
    assert (round(paper.mediabox.width), round(paper.mediabox.height)) == (595, 842)
    text = " ".join(paper.extract_text().split())
    assert "OpenMoji" in text
    assert "stands alone" in text
    assert "Back to the session" not in text
