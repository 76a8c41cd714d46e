"""A parent is restricted while their pages are open: every press from then on leads nowhere, and shows nothing."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from families import registering
from families.models import Child, Guardian, Guardianship
from sessions_app import invitations
from sessions_app.models import Booking, JoinUse
from tests.browser.eyes import Eyes, Screen
from tests.browser.zoom_room import StandIn
from tests.factories import household
from tests.sessions_app.family_scenes import invited
from whippersnappers.accounts.models import User

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
GONE = "404"


@pytest.fixture
def parents(live_server: LiveServer) -> tuple[Guardian, Guardian, Child]:
    (mother, father), (child,) = household(guardians=2)
    return mother, father, child


def test_what_is_open_leads_nowhere_once_a_restriction_is_set(
    eyes: Eyes, parents: tuple[Guardian, Guardian, Child], zoom: StandIn, coordinator: User
) -> None:
    # given a father whose session begins soon: the page with the button to join is open on his phone
    mother, father, child = parents
    eyes.also_allowed = (zoom.url,)
    eyes.use(Screen.PHONE)
    way_in = invited(father, join_url=f"{zoom.url}/j/84512345678?pwd=x")
    page = eyes.page
    eyes.sign_in(father.user)  # type: ignore[arg-type]
    eyes.go("/portal/")
    join = page.get_by_role("button", name="Join in Zoom")
    expect(join).to_be_visible()
    expect(page.get_by_text(child.known_as).first).to_be_visible()

    # when a court order comes in, and staff enter it
    standing = Guardianship.objects.get(guardian=father, child=child)
    review_on = timezone.localdate() + timedelta(days=90)
    registering.restrict(standing, reason="Order of 3 May", review_on=review_on, by=coordinator, now=timezone.now())

    # then neither the open button nor the link in his mail lets him in
    eyes.expected = GONE
    join.click()
    expect(page.get_by_role("button", name="Join in Zoom")).to_have_count(0)
    eyes.go(f"/join/{invitations.join_token(way_in)}/")
    expect(page.get_by_role("button", name="Join in Zoom")).to_have_count(0)
    expect(page.locator("body")).not_to_contain_text(child.known_as)
    assert zoom.visits == []
    assert not JoinUse.objects.filter(outcome=JoinUse.Outcome.JOINED).exists()

    # and the child is nowhere on his pages, nor at the addresses that he knows
    for path in ("/portal/", "/portal/sessions/", "/portal/children/", "/portal/me/", "/portal/my-data/"):
        eyes.go(path)
        expect(page.locator("main")).not_to_contain_text(child.known_as)
        eyes.check(f"restricted{path.replace('/', '-')}".rstrip("-"))
    for path in (f"/portal/sessions/{way_in.pk}/", f"/portal/children/{child.pk}/"):
        answer = page.goto(eyes.base + path)
        assert answer is not None
        assert answer.status == 404
        expect(page.locator("body")).not_to_contain_text(child.known_as)

    # while the mother still comes in, and the child keeps the place
    page.context.clear_cookies()
    eyes.sign_in(mother.user)  # type: ignore[arg-type]
    eyes.go("/portal/children/")
    expect(page.locator("main")).to_contain_text(child.known_as)
    assert Booking.objects.get(child=child).state in Booking.HOLDING
