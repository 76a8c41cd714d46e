"""A parent on a phone sends a change and asks for a copy; the coordinator answers both."""

import pytest
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from families.models import DataRequest, Proposal
from tests.browser.eyes import Eyes, Screen
from tests.factories import UserFactory, household
from whippersnappers.accounts.roles import Role

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_change_and_a_request_there_and_back(eyes: Eyes, live_server: LiveServer) -> None:
    """Given a parent; when they write what helps and ask for a copy; then staff answer, and they read it."""
    (guardian,), (child,) = household(phone="07700 900123")
    cora = UserFactory(name="Cora Okafor", roles=[Role.COORDINATOR])
    page = eyes.page

    eyes.use(Screen.PHONE)
    eyes.sign_in(guardian.user)
    eyes.go("/portal/")
    page.get_by_role("link", name="Children").first.click()
    page.get_by_role("link", name="See what we know").click()
    eyes.follow(page.get_by_role("link", name="Change something"))
    eyes.check("child-change")
    page.get_by_label("What helps").fill("A song before we start")
    page.get_by_role("button", name="Send my changes").click()
    expect(page.get_by_text("We got 1 change.")).to_be_visible()
    page.get_by_role("button", name="Nothing changed this term").click()
    expect(page.get_by_text("We noted that nothing has changed.")).to_be_visible()
    eyes.check("child")
    eyes.follow(page.get_by_role("link", name="Me", exact=True))
    eyes.check("me")
    page.get_by_role("link", name="My data").click()
    page.get_by_label("Send me a copy of everything").check()
    eyes.check("my-data")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("heading", name="We have your request")).to_be_visible()

    for screen in Screen:
        eyes.use(screen)
        eyes.sign_in(cora)
        for name, model in (("proposal", Proposal), ("datarequest", DataRequest)):
            eyes.go(f"/admin/families/{name}/")
            eyes.check(f"staff-{name}s")
            eyes.go(f"/admin/families/{name}/{model.objects.get().pk}/change/")
            eyes.check(f"staff-{name}")
    page.get_by_label("What was done", exact=True).select_option("done")
    page.get_by_label("What was done, what was not, and why").fill("Sent by post today.")
    page.get_by_role("button", name="Answer").click()
    expect(page.get_by_text("Noted.")).to_be_visible()
    eyes.go(f"/admin/families/proposal/{Proposal.objects.get().pk}/change/")
    page.get_by_role("button", name="Accept").click()
    expect(page.get_by_text("accepted.")).to_be_visible()

    eyes.sign_in(guardian.user)
    eyes.go(f"/portal/children/{child.pk}/")
    expect(page.get_by_text("We took your words over")).to_be_visible()
    eyes.go("/portal/my-data/")
    expect(page.get_by_text("Sent by post today.")).to_be_visible()
    eyes.check("my-data-answered")
