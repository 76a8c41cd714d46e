"""A filter is kept, used and let go, and the list taken away, as a person does it."""

import csv

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from tests.browser.eyes import Eyes, Screen
from tests.factories import ChildFactory
from whippersnappers.accounts.models import User

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_filter_is_saved_and_the_list_downloaded(eyes: Eyes, screen: Screen, coordinator: User) -> None:
    page = eyes.page
    ChildFactory(known_as="Zoë", last_name="Núñez", archived_at=timezone.now())
    ChildFactory(known_as="Here", last_name="Still")
    eyes.sign_in(coordinator)
    eyes.use(screen)
    # Given a filtered and searched list, when it is saved with a wrong and then a right name
    eyes.go(reverse("admin:families_child_changelist") + "?archived=only&q=nunez")
    page.get_by_role("link", name="Save this filter").click()
    page.get_by_role("button", name="Save this filter").click()
    expect(page.get_by_text("Give it a name.")).to_be_visible()
    eyes.check("list-save-filter")
    page.get_by_label("Name", exact=True).fill("Who left")
    page.keyboard.press("Enter")
    # Then it stands above the list, without the words, and the file has the filtered rows
    expect(page.get_by_role("link", name="Who left")).to_have_attribute("href", "?archived=only")
    eyes.check("list-with-tools")
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    path = download.value.path()
    with open(path, encoding="utf-8-sig", newline="") as file:
        assert [row["Known as"] for row in csv.DictReader(file)] == ["Zoë"]
    assert download.value.suggested_filename.endswith(".csv")
    # And it goes when it is not needed any more
    eyes.follow(page.get_by_role("link", name="Change saved filters"))
    eyes.check("list-kept-filters")
    page.get_by_role("button", name="Delete Who left").click()
    expect(page.get_by_text("“Who left” is deleted.")).to_be_visible()
