"""Whoever looks after safeguarding tells those who meet a child what to do; they read it before the session."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from sessions_app.models import Session
from tests.browser.eyes import Eyes, Screen
from tests.factories import (
    BookingFactory,
    ChildFactory,
    SessionFactory,
    StaffAssignmentFactory,
    UserFactory,
    tomorrow_at,
)
from tests.safeguarding.scenes import raised
from whippersnappers.accounts.roles import Role

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WORDS = "Do not leave Pip alone with anybody. Call me when somebody else comes to collect him."


def test_an_alert_is_written_read_and_withdrawn(eyes: Eyes, screen: Screen, live_server: LiveServer) -> None:
    # Given a child in a concern, and Maya who delivers a session of the child tomorrow
    lead = UserFactory(roles=[Role.LEAD], name="Lena Frost", email="lena@whippersnappers.org")
    pip = ChildFactory(known_as="Pip", last_name="Green")
    concern = raised(children=[pip])
    now = timezone.now()
    session = SessionFactory(starts_at=tomorrow_at(10), state=Session.State.CONFIRMED, confirmed_at=now)
    BookingFactory(session=session, child=pip)
    maya = StaffAssignmentFactory(session=session, staff__user__name="Maya Lind").staff.user
    page = eyes.page
    eyes.use(screen)
    # When the Lead writes what staff must know
    eyes.sign_in(lead)
    eyes.go(f"/safeguarding/concerns/{concern.pk}/alert/")
    page.get_by_label("What must they know?").fill(WORDS)
    eyes.check("alert-write")
    page.get_by_role("button", name="Keep it").click()
    expect(page.get_by_text("Maya Lind has not read it")).to_be_visible()
    eyes.check("alert-concern")
    # Then Maya finds it at the top of her pages
    eyes.sign_in(maya)
    eyes.go(f"/admin/sessions_app/session/{session.pk}/change/")
    expect(page.get_by_text("There is something for you to read before this session")).to_be_visible()
    eyes.check("alert-session")
    eyes.go("/admin/")
    eyes.check("alert-home")
    page.get_by_role("link", name="Read it").click()
    expect(page.get_by_text(WORDS)).to_be_visible()
    eyes.check("alert-read")
    page.get_by_role("button", name="I have read it").click()
    expect(page.get_by_text("Read by you")).to_be_visible()
    page.get_by_role("link", name="Back to my home page").click()
    expect(page.get_by_text("read by you today")).to_be_visible()
    # And the Lead sees that she has, and takes it away
    eyes.sign_in(lead)
    eyes.go(f"/safeguarding/concerns/{concern.pk}/")
    expect(page.get_by_text("Maya Lind read it")).to_be_visible()
    page.get_by_role("button", name="Withdraw it now").click()
    expect(page.get_by_text("Nobody of the staff sees that alert any more.")).to_be_visible()
