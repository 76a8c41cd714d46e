"""The administrator's pages of people and of the audit trail, in a real browser."""

import pytest
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from tests.browser.eyes import Eyes, Screen
from tests.factories import UserFactory
from whippersnappers.accounts import people
from whippersnappers.accounts.models import User
from whippersnappers.accounts.roles import Role

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def ada(eyes: Eyes, live_server: LiveServer) -> User:
    user = UserFactory(email="ada@whippersnappers.org", name="Ada Marsh", roles=[Role.ADMINISTRATOR])
    eyes.sign_in(user)
    return user


def test_an_administrator_adds_somebody_and_sees_it_in_the_trail(eyes: Eyes, ada: User) -> None:
    # given an administrator on the page of people
    eyes.go("/admin/accounts/user/")
    # when they add a coordinator
    eyes.page.get_by_role("link", name="Add person").first.click()
    eyes.page.get_by_label("Name").fill("Sam Okoro")
    eyes.page.get_by_label("E-mail address").fill("sam@whippersnappers.org")
    eyes.page.get_by_label("Coordinator:").check()
    eyes.page.get_by_role("button", name="Save", exact=True).click()
    eyes.page.wait_for_url("**/admin/accounts/user/")
    # then the person is there, and the trail says so
    assert User.objects.get(email="sam@whippersnappers.org").roles == ["coordinator"]
    eyes.go("/admin/audit/auditevent/")
    row = eyes.page.get_by_role("row").filter(has_text="person.added")
    assert row.count() == 1
    assert "Ada Marsh" in row.inner_text()


PAGES = {
    "people": "/admin/accounts/user/",
    "add-person": "/admin/accounts/user/add/",
    "person": "/admin/accounts/user/{sam}/change/",
    "audit": "/admin/audit/auditevent/",
}


@pytest.mark.parametrize("name", PAGES)
def test_everybody_can_use_the_administrators_pages(eyes: Eyes, screen: Screen, ada: User, name: str) -> None:
    sam = people.create_staff("sam@whippersnappers.org", "Sam Okoro", [Role.LEAD], by=ada, now=timezone.now())
    eyes.use(screen)
    eyes.go(PAGES[name].format(sam=sam.pk))
    eyes.check(name)
