"""On a phone: what is typed about a concern survives a lost connection, a sign-in that ran out, and a closed tab."""

import pytest
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from safeguarding.models import Concern, ConcernDraft, ConcernVersion
from tests.browser.eyes import Eyes, Screen
from tests.factories import UserFactory
from whippersnappers.accounts.models import User
from whippersnappers.accounts.roles import Role

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WAIT = 12_000


@pytest.fixture
def practitioner(live_server: LiveServer) -> User:
    return UserFactory(roles=[Role.PRACTITIONER], name="Pat Mwangi")  # type: ignore[return-value]


def test_what_is_typed_is_not_lost(eyes: Eyes, practitioner: User, lead: User) -> None:
    page, context = eyes.page, eyes.page.context
    kept = page.locator("[data-kept]")
    words = page.get_by_label("What did you see or hear?")
    # Given a form in which something was typed, and kept without a press
    eyes.use(Screen.PHONE)
    eyes.sign_in(practitioner)
    eyes.go("/concern/")
    words.fill("One")
    expect(kept).to_contain_text("Kept at", timeout=WAIT)
    expect(page).to_have_url(f"{eyes.base}/concern/draft/{Concern.objects.get().pk}/")
    eyes.check("draft-kept")
    # When the connection is lost, the page says so and goes on trying
    eyes.expected = "ERR_INTERNET_DISCONNECTED"
    context.set_offline(True)
    words.fill("One two")
    expect(kept).to_contain_text("Not kept: no connection.", timeout=WAIT)
    eyes.check("draft-offline")
    context.set_offline(False)
    expect(kept).to_contain_text("Kept at", timeout=WAIT)
    # And the sign-in runs out, and somebody signs in again
    context.clear_cookies()
    words.fill("One two three")
    expect(kept).to_contain_text("you are not signed in any more", timeout=WAIT)
    expect(page.get_by_role("link", name="Sign in on a new page")).to_be_visible()
    # From the top: wherever else the page stands, the bars that stay in sight lie over a part of some answer.
    page.evaluate("scrollTo(0, 0)")
    eyes.check("draft-signed-out")
    eyes.sign_in(practitioner)
    expect(kept).to_contain_text("Kept at", timeout=WAIT)
    assert ConcernDraft.objects.get().fields["what_happened"] == ["One two three"]
    # And the page is left in a hurry, and the draft found again on the staff's home page
    words.fill("One two three four")
    page.route("https://www.bbc.co.uk/**", lambda route: route.fulfill(body="<title>Weather</title>"))
    eyes.also_allowed = ("https://www.bbc.co.uk/",)
    page.get_by_role("link", name="Leave this page now").click()
    page.wait_for_url("https://www.bbc.co.uk/**")
    eyes.go("/admin/")
    page.get_by_role("link", name="Go on with it").click()
    expect(words).to_have_value("One two three four")
    # Then it is sent without a connection, and goes out when it is back, once
    page.get_by_label("Who is it about?").fill("Pip")
    page.get_by_label("Everybody is safe now").check()
    page.get_by_label("Small: it should be known").check()
    context.set_offline(True)
    page.get_by_role("button", name="Send").click()
    expect(kept).to_contain_text("no connection", timeout=WAIT)
    context.set_offline(False)
    expect(page.get_by_role("heading", name="It was sent, and it is kept")).to_be_visible(timeout=WAIT)
    assert [version.what_happened for version in ConcernVersion.objects.all()] == ["One two three four"]
    assert (Concern.objects.count(), ConcernDraft.objects.count()) == (1, 0)
    eyes.go("/concern/mine/")
    eyes.check("draft-mine-after")
