"""The rota in a real browser: somebody cannot come, on a phone; the coordinator puts on who was suggested."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from sessions_app import absences, confirming, swapping
from sessions_app.absences import whole_days
from sessions_app.models import Skill
from tests.browser.eyes import Eyes, Screen
from tests.factories import StaffAssignmentFactory, StaffProfileFactory, UserFactory, ready_session, tomorrow_at
from whippersnappers.accounts.models import User

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def staffed(coordinator: User, practitioner: User, title: str, **fields):
    """A confirmed session that Maya supports, and a lead beside her."""
    session = ready_session(title=title, **fields)
    support = session.assignments.get(role="support")
    support.delete()
    support.staff.delete()
    profile = getattr(practitioner, "staff_profile", None) or StaffProfileFactory(user=practitioner)
    mine = StaffAssignmentFactory(session=session, staff=profile)
    confirming.confirm(session.pk, by=coordinator, now=timezone.now())
    return session, mine


def test_somebody_cannot_come_and_the_suggested_colleague_comes(
    eyes: Eyes, coordinator: User, practitioner: User
) -> None:
    # Given a session with two people, and a third who is free and signs
    session, _ = staffed(coordinator, practitioner, "Drums and songs")
    makaton = Skill.objects.create(name="Makaton")
    session.wanted_skills.add(makaton)
    StaffProfileFactory(user=UserFactory(name="Tom Brennan")).skills.add(makaton)
    StaffProfileFactory(user=UserFactory(name="Zofia Kowalska"))
    # When Maya presses once on her phone
    page = eyes.page
    eyes.use(Screen.PHONE)
    eyes.sign_in(practitioner)
    eyes.go(reverse("admin:my_rota"))
    page.get_by_role("button", name="I can’t come to Drums and songs").click()
    # Then it is done and could be undone
    expect(page.get_by_role("button", name="Undo: I can come after all")).to_be_visible()
    eyes.check("rota-off")
    # When the coordinator looks at home, the session stands on top and says who could come
    eyes.sign_in(coordinator)
    eyes.go(reverse("admin:index"))
    page.get_by_role("link", name="Drums and songs").first.click()
    expect(page.get_by_text("Free, cleared, Makaton, no hours in these 4 weeks")).to_be_visible()
    expect(page.get_by_role("button", name="Put on Maya Lind")).to_have_count(0)
    eyes.check("rota-suggested")
    page.get_by_role("button", name="Put on Tom Brennan, Drums and songs").click()
    expect(page.get_by_text("Tom Brennan is on “Drums and songs” now.")).to_be_visible()
    session.refresh_from_db()
    assert session.gate_reopened_at is None


def test_the_pages_of_the_rota_read_well(eyes: Eyes, screen: Screen, coordinator: User, practitioner: User) -> None:
    session, mine = staffed(coordinator, practitioner, "Drums and songs")
    other, _ = staffed(coordinator, practitioner, "Story time", starts_at=tomorrow_at(10) + timedelta(days=1))
    lead = session.assignments.get(role="lead")
    tom = StaffProfileFactory(
        user=UserFactory(name="Tom Brennan"), dbs_valid_until=timezone.localdate() + timedelta(20)
    )
    asked = swapping.ask(other.assignments.get(role="lead").pk, tom, by=lead.staff.user, now=timezone.now())
    swapping.agree(asked.pk, tom, by=tom.user, now=timezone.now())
    tomorrow = tomorrow_at(8).date()
    ill = whole_days(tomorrow, tomorrow)
    absences.enter_absence(lead.staff, "sickness", *ill, by=lead.staff.user, now=timezone.now())
    StaffProfileFactory(user=UserFactory(name="Rhys Morgan"), dbs_valid_until=None)
    eyes.use(screen)
    pages = {
        coordinator: {
            "week": f"{reverse('admin:rota')}?week={tomorrow}",
            "home": reverse("admin:index"),
            "availability-of": reverse("admin:rota_availability", args=[lead.staff_id]),
            "person": reverse("admin:sessions_app_staffprofile_change", args=[tom.pk]),
            "skill": reverse("admin:sessions_app_skill_add"),
            "drop-out": reverse("admin:sessions_app_session_drop_out", args=[session.pk, mine.pk]),
        },
        practitioner: {
            "mine": reverse("admin:my_rota"),
            "swap": reverse("admin:my_rota_swap", args=[mine.pk]),
            "availability": reverse("admin:my_rota_availability"),
        },
        tom.user: {"asked": reverse("admin:my_rota")},
    }
    for user, addresses in pages.items():
        eyes.sign_in(user)
        for name, address in addresses.items():
            eyes.go(address)
            eyes.check(f"rota-{name}")
