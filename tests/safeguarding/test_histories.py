"""A child's page and a person's page: everything over time, and nothing of what somebody is kept from."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from safeguarding.gathering import history
from safeguarding.gathering.chart import chart
from safeguarding.gathering.history import Month
from safeguarding.models import ConcernPerson
from safeguarding.vocabulary import Kind, PersonRole
from sessions_app.models import Booking
from tests.factories import BookingFactory, ChildFactory, SessionFactory, StaffAssignmentFactory
from tests.safeguarding.scenes import WORDS, raised
from whippersnappers.accounts.models import User
from whippersnappers.audit.models import AuditEvent

pytestmark = pytest.mark.django_db


def about(child, **fields):
    concern = raised(**fields)
    ConcernPerson.objects.create(concern=concern, child=child, role=PersonRole.AFFECTED)
    return concern


def test_a_childs_page_has_concerns_sessions_and_staff(client: Client, lead: User) -> None:
    child, now = ChildFactory(known_as="Pip"), timezone.now()
    concern = about(child)
    session = SessionFactory(
        title="Drums", starts_at=now - timedelta(days=3), ends_at=now - timedelta(days=3, hours=-1)
    )
    BookingFactory(session=session, child=child, attendance=Booking.Attendance.ABSENT)
    there = StaffAssignmentFactory(session=session)
    client.force_login(lead)
    page = client.get(reverse("safeguarding_child", args=[child.pk])).content.decode()
    for said in (concern.reference, WORDS, "Session: Drums", "Absent", str(there.staff)):
        assert said in page
    assert AuditEvent.objects.filter(event="concern.child_read", target_id=str(child.pk)).count() == 1


def test_what_somebody_is_kept_from_is_not_counted(lead: User) -> None:
    child, now = ChildFactory(), timezone.now()
    hidden = about(child)
    ConcernPerson.objects.create(concern=hidden, user=lead, role=PersonRole.SUBJECT)
    told = history.of_child(lead, child, now)
    assert (told.lines, told.events, sum(month.concerns for month in told.months)) == ([], [], 0)


def test_a_trustee_sees_a_child_only_through_a_concern_of_theirs(client: Client, lead: User, trustee: User) -> None:
    child, other = ChildFactory(), ChildFactory()
    concern = about(child, kind=Kind.LEAD)
    about(child)
    about(other)
    client.force_login(trustee)
    page = client.get(reverse("safeguarding_child", args=[child.pk])).content.decode()
    assert page.count("Submitted</strong>") == 1
    assert concern.reference in page
    assert client.get(reverse("safeguarding_child", args=[other.pk])).status_code == 404


def test_low_level_concerns_about_somebody_add_up(client: Client, lead: User, practitioner: User) -> None:
    for _ in range(3):
        concern = raised(kind=Kind.LOW_LEVEL)
        ConcernPerson.objects.create(concern=concern, user=practitioner, role=PersonRole.SUBJECT)
    client.force_login(lead)
    page = client.get(reverse("safeguarding_person", args=[practitioner.pk])).content.decode()
    assert page.count('class="concern-line"') == 3
    assert history.of_person(lead, practitioner, timezone.now()).months[-1].concerns == 3


def test_the_chart_says_what_the_table_says() -> None:
    drawn = chart([Month("Jan 2026", 2, 4, 0), Month("Feb 2026")])
    (january, february) = drawn.columns
    assert [(bar.kind, bar.number, bar.height) for bar in january.bars] == [("concerns", 2, 75), ("attended", 4, 150)]
    assert february.bars == []
