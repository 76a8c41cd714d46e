"""The welcome mail from one person's page: how it stands, sending it again, and the offer when they are added."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from families import welcoming
from families.models import Guardian
from tests.factories import FamilyFactory, GuardianFactory
from tests.families.test_admin import filled
from whippersnappers.accounts.models import User
from whippersnappers.audit.models import AuditEvent
from whippersnappers.outbox.models import OutgoingMail

pytestmark = pytest.mark.django_db


@pytest.fixture
def cora(client: Client, coordinator: User) -> Client:
    client.force_login(coordinator)
    return client


def page(name: str, *args: Any) -> str:
    return reverse(f"admin:families_{name}", args=args)


def read(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def press(client: Client, guardian: Guardian, after: str = "") -> str:
    return client.post(page("guardian_welcome", guardian.pk), {"after": after}, follow=True).content.decode()


def mails(guardian: Guardian) -> list[OutgoingMail]:
    return list(OutgoingMail.objects.filter(person=f"guardian:{guardian.pk}").order_by("created_at"))


def test_the_persons_page_leads_to_it_and_says_how_it_stands(cora: Client) -> None:
    guardian = GuardianFactory()
    shown = read(cora, page("guardian_change", guardian.pk))
    assert "The welcome mail was not sent from here yet." in shown
    assert "Has never signed in." in shown
    assert "It goes to " + guardian.email in read(cora, page("guardian_welcome", guardian.pk))
    assert f"The welcome mail to {guardian} is on its way." in press(cora, guardian)
    assert "One is on its way already." in read(cora, page("guardian_welcome", guardian.pk))
    (mail,) = mails(guardian)
    OutgoingMail.objects.filter(pk=mail.pk).update(state="sent", sent_at=timezone.now())
    User.objects.filter(pk=guardian.user_id).update(last_login=timezone.now())
    shown = read(cora, page("guardian_change", guardian.pk))
    assert "Send the welcome mail again" in shown
    assert "Signed in last: Today" in shown
    assert reverse("admin:outbox_outgoingmail_change", args=[mail.pk]) in shown
    assert "They had it before: Today" in read(cora, page("guardian_welcome", guardian.pk))


def test_it_goes_again_however_soon_and_once_for_two_presses(cora: Client) -> None:
    guardian = GuardianFactory()
    assert "is on its way." in press(cora, guardian)
    assert "This press sent no other." in press(cora, guardian)
    (first,) = mails(guardian)
    assert "is on its way." in press(cora, guardian, str(first.pk))
    for _ in range(2):
        assert "This press sent no other." in press(cora, guardian, str(first.pk))
    assert len(mails(guardian)) == 2
    assert AuditEvent.objects.filter(event="guardian.welcomed").count() == 2
    # The list of everybody sends no third one today, nor does nonsense.
    assert welcoming.welcome([guardian], by=guardian.user, now=timezone.now()) == 0
    press(cora, guardian, "\x00")
    assert len(mails(guardian)) == 2


@pytest.mark.parametrize("why", ["no address", "comes back"])
def test_whom_no_mail_reaches_gets_none_and_the_page_says_why(cora: Client, why: str) -> None:
    guardian = GuardianFactory(email="" if why == "no address" else "robin@example.com")
    Guardian.objects.filter(pk=guardian.pk).update(email_problem="Unknown." if why == "comes back" else "")
    assert "No mail reaches them" in read(cora, page("guardian_change", guardian.pk))
    assert "No mail reaches them" in press(cora, guardian)
    assert 'type="submit" class="st-button st-button--main"' not in read(cora, page("guardian_welcome", guardian.pk))
    assert mails(guardian) == []


def added(client: Client, email: str) -> str:
    values = {"first_name": "Robin", "last_name": "Green", "family": FamilyFactory().pk, "email": email}
    form = filled(client, page("guardian_add")) | values | {"prefers": "email", "language": "en"}
    return client.post(page("guardian_add"), form, follow=True).content.decode()


def test_who_is_added_is_offered_the_mail_at_once(cora: Client) -> None:
    offered = added(cora, "robin@example.com")
    robin = Guardian.objects.get(email="robin@example.com")
    assert "Robin Green can sign in now." in offered
    assert page("guardian_welcome", robin.pk) in offered
    assert mails(robin) == []
    assert "can sign in now" not in added(cora, "")


def test_who_is_added_to_a_household_is_offered_it_too_and_the_others_are_not_again(cora: Client) -> None:
    there = GuardianFactory()
    address = page("family_change", there.family_id)
    values = filled(cora, address)
    new = {"first_name": "Ann", "last_name": "Lee", "email": "ann@example.com", "phone": "", "prefers": "email"}
    values |= {"guardians-TOTAL_FORMS": "2"} | {f"guardians-1-{name}": value for name, value in new.items()}
    offered = cora.post(address, values, follow=True).content.decode()
    assert "Ann Lee can sign in now." in offered
    assert offered.count("can sign in now") == 1
    assert "can sign in now" not in cora.post(address, filled(cora, address), follow=True).content.decode()
