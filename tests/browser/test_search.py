"""Finding people and sessions from any staff page, by keyboard, on a desktop and on a phone."""

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from families.models import Child
from tests.browser.eyes import Eyes, Screen
from tests.factories import household, ready_session
from whippersnappers.accounts.models import User

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def named(eyes: Eyes, coordinator: User) -> Child:
    """A family called O'Connor with a child in a session, and a namesake who left."""
    _, children = household(first_name="Siobhán", last_name="O'Connor")
    child = children[0]
    Child.objects.update(known_as="José", last_name="O'Connor", local_authority="Southwark")
    household()[1][0].family.guardians.update(last_name="O'Connor", archived_at=timezone.now())
    ready_session(children=[child], title="O'Connor's drums")
    eyes.sign_in(coordinator)
    return Child.objects.get(pk=child.pk)


def test_a_child_is_found_from_any_page_by_keyboard(eyes: Eyes, screen: Screen, named: Child) -> None:
    page = eyes.page
    eyes.use(screen)
    # Given any staff page, when the search is opened by its keys and a name is typed wrongly
    eyes.go(reverse("admin:index"))
    page.keyboard.press("Control+k")
    expect(page.locator("#box-words")).to_be_focused()
    page.keyboard.type("jose oconor")
    found = page.locator("#box-results")
    expect(found.get_by_role("link", name="José O'Connor")).to_be_visible()
    eyes.check("search-box")
    # Then Escape closes it, "/" opens it again with the words still there, and the arrow leads to the child
    page.keyboard.press("Escape")
    expect(found).to_be_hidden()
    page.keyboard.press("/")
    expect(page.locator("#box-words")).to_have_value("jose oconor")
    expect(found.get_by_role("link", name="José O'Connor")).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#box-results a").first).to_be_focused()
    assert "jose" not in page.url
    found.get_by_role("link", name="José O'Connor").press("Enter")
    page.wait_for_url(f"**{reverse('admin:families_child_change', args=[named.pk])}")


def test_the_search_page_shows_results_while_one_types(eyes: Eyes, screen: Screen, named: Child) -> None:
    page = eyes.page
    eyes.use(screen)
    eyes.go(reverse("admin:search"))
    expect(page.locator("#page-words")).to_be_focused()
    page.keyboard.type("zzzz")
    expect(page.get_by_text("Nothing found for “zzzz”")).to_be_visible()
    page.locator("#page-words").fill("oconor")
    expect(page.get_by_role("heading", name="Sessions")).to_be_visible()
    eyes.check("search-page")
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/search/?**q=oconor**")
    expect(page.get_by_role("heading", name="Parents and carers")).to_be_visible()


def test_the_search_needs_no_script(eyes: Eyes, named: Child) -> None:
    eyes.use(Screen.PHONE)
    eyes.page.route("**/*.js", lambda route: route.abort())
    eyes.expected = "net::ERR_FAILED"
    eyes.go(reverse("admin:search") + "?q=oconor")
    eyes.page.evaluate("document.querySelectorAll('[x-cloak]').forEach(e => e.removeAttribute('x-cloak'))")
    expect(eyes.page.get_by_role("link", name="José O'Connor")).to_be_visible()
