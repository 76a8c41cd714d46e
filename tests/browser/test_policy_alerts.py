"""A policy alert: a coordinator sees to it, and the Lead makes it a concern."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from safeguarding.models import Concern
from sessions_app.models import PolicyAlert
from tests.browser.eyes import Eyes, Screen
from tests.factories import BookingFactory, StaffAssignmentFactory, UserFactory
from tests.live_factories import ConfirmedFactory, PolicyAlertFactory
from whippersnappers.accounts.roles import Role

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NAME = "Fewer than two members of staff with a family"


def test_from_an_alert_to_a_concern(eyes: Eyes, screen: Screen) -> None:
    # Given an alert of a session that goes on
    coordinator = UserFactory(roles=[Role.COORDINATOR], name="Cora Okafor")
    lead = UserFactory(roles=[Role.LEAD], name="Lena Frost")
    session = ConfirmedFactory(title="Drums and songs", starts_at=timezone.now() - timedelta(minutes=20))
    StaffAssignmentFactory(session=session, staff__user__name="Maya Lind")
    BookingFactory(session=session, child__known_as="Pip")
    alert = PolicyAlertFactory(session=session, began_at=timezone.now() - timedelta(minutes=2))
    page = eyes.page
    eyes.use(screen)
    # When the coordinator opens it from home, and says that she sees to it
    eyes.sign_in(coordinator)
    eyes.go("/admin/")
    eyes.follow(page.get_by_role("link", name=NAME))
    eyes.check("policy-alert")
    eyes.follow(page.get_by_role("button", name="I see to it"))
    expect(page.get_by_text("Cora Okafor sees to it")).to_be_visible()
    # And tries to settle it without a reason
    page.get_by_label("What came of it").select_option(label="It happened, and was mended at once")
    page.get_by_label("What came of it").press("Tab")
    page.keyboard.press("Tab")
    eyes.follow(page.get_by_role("button", name="Settle it"))
    expect(page.get_by_text("Say in a sentence or two what happened")).to_be_visible()
    eyes.check("policy-alert-refused")
    eyes.go("/admin/sessions_app/policyalert/")
    eyes.check("policy-alerts")
    # Then the Lead finds it too
    eyes.sign_in(lead)
    eyes.go("/safeguarding/")
    eyes.check("safeguarding-home-policy-alert")
    eyes.follow(page.get_by_role("link", name=NAME))
    expect(page.get_by_text("Cora Okafor sees to it")).to_be_visible()
    eyes.check("safeguarding-policy-alert")
    # And makes it a concern in one press
    eyes.follow(page.get_by_role("button", name="Make it a concern"))
    expect(page.get_by_text("It is a concern now")).to_be_visible()
    expect(page.get_by_text("Children with a place: Pip.")).to_be_visible()
    eyes.check("safeguarding-concern-from-alert")
    eyes.follow(page.get_by_role("link", name="policy alert:"))
    expect(page.get_by_role("link", name=f"Open the concern {Concern.objects.get().reference}")).to_be_visible()
    eyes.go("/safeguarding/policy-alerts/")
    eyes.check("safeguarding-policy-alerts")
    # And the page on which every promise stands counts it
    eyes.go("/safeguarding/assurance/")
    expect(page.get_by_role("heading", name="Alerts: 1, 1 not settled")).to_be_visible()
    eyes.check("assurance")
    assert PolicyAlert.objects.get(pk=alert.pk).acknowledged_by == coordinator
