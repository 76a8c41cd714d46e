"""A member of staff raises a concern on a phone: one press from a staff page, 999 first, and nothing is lost."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from safeguarding.models import Concern, ConcernVersion
from sessions_app.models import Session
from tests.browser.eyes import Eyes, Screen
from tests.factories import BookingFactory, SessionFactory, StaffAssignmentFactory, UserFactory
from whippersnappers.accounts.models import User
from whippersnappers.accounts.roles import Role

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def practitioner(live_server: LiveServer) -> User:
    return UserFactory(roles=[Role.PRACTITIONER], name="Pat Mwangi")  # type: ignore[return-value]


def test_raising_a_concern(eyes: Eyes, screen: Screen, practitioner: User, lead: User) -> None:
    # Given somebody on a staff page, who delivers a session
    page = eyes.page
    confirmed = {"state": Session.State.CONFIRMED, "confirmed_at": timezone.now()}
    session = SessionFactory(title="Drums and songs", **confirmed)
    StaffAssignmentFactory(session=session, staff__user=practitioner)
    BookingFactory(session=session, child__known_as="Pip")
    eyes.use(screen)
    eyes.sign_in(practitioner)
    eyes.go("/admin/")
    # When one press leads to the form, and it is sent with too little
    page.get_by_role("link", name="Raise a concern").click()
    expect(page.get_by_role("link", name="Call 999")).to_have_attribute("href", "tel:999")
    eyes.check("raise")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Please say who it is about")).to_be_visible()
    eyes.check("raise-missing")
    # And from a session, with its facts
    eyes.go(f"/admin/sessions_app/session/{session.pk}/change/")
    page.get_by_role("link", name="Raise a concern from this session").click()
    page.get_by_label("Pip").check()
    page.get_by_label("What did you see or hear?").fill("A mark on her arm ☂")
    page.get_by_label("I am not sure").check()
    page.get_by_label("Serious: somebody was hurt").check()
    eyes.check("raise-session")
    # And the sign-in runs out before the press
    page.context.clear_cookies()
    page.get_by_role("button", name="Send").dblclick()
    expect(page.get_by_text("You are not signed in any more.")).to_be_visible()
    eyes.sign_in(practitioner)
    # Then it is sent as soon as somebody is signed in again, once, and can be added to
    expect(page.get_by_role("heading", name="It was sent, and it is kept")).to_be_visible(timeout=12_000)
    concern = Concern.objects.get(submitted_at__isnull=False)
    expect(page.get_by_text(concern.reference)).to_be_visible()
    eyes.check("raise-sent")
    page.get_by_role("link", name="Read it, or add to it").click()
    page.get_by_label("What would you like to add?").fill("And a second one.")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_text("Added: version 2")).to_be_visible()
    eyes.check("raise-own")
    eyes.go("/concern/mine/")
    expect(page.get_by_text("Not acknowledged yet.")).to_be_visible()
    eyes.check("raise-mine")
    assert [v.added for v in ConcernVersion.objects.all()] == ["", "And a second one."]
