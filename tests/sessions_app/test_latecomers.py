"""Guardians who came to a child after its sessions were confirmed: the portal at once, one mail, never two."""

from datetime import timedelta

import pytest
from django.urls import reverse

from families import registering
from families.archiving import archive_guardian
from families.enlisting import enlist
from families.models import Guardian, Guardianship
from sessions_app import invitations, latecomers, notices
from sessions_app.models import Booking, Invitation, PhoneTask
from tests.factories import FamilyFactory, GuardianFactory, household
from tests.sessions_app.mail_scenes import NOW, START, deliver, mails, part, planned, subjects, to
from whippersnappers.audit.models import AuditEvent
from whippersnappers.outbox.models import OutgoingMail

pytestmark = pytest.mark.django_db
ROBIN = "robin@example.com"
LATER = NOW + timedelta(minutes=6)


@pytest.fixture
def child():
    return household(email="ada@example.com")[1][0]


@pytest.fixture
def sessions(coordinator, child):
    """Two confirmed sessions in two weeks, whose mails have gone."""
    found = [planned(coordinator, children=[child], start=START + timedelta(days=days)) for days in (0, 7)]
    deliver(NOW)
    return found


@pytest.fixture
def robin(child):
    """A parent in another home, who stands for nobody yet."""
    return GuardianFactory(family=FamilyFactory(), email=ROBIN, first_name="Robin", last_name="Green")


def stands_for(guardian, child, by, now=NOW, **fields):
    standing = Guardianship(guardian=guardian, child=child, relationship="father", **fields)
    registering.save_guardianship(standing, by=by, now=now)
    return standing


def test_who_is_added_later_gets_one_mail_about_all_that_is_planned_and_once(
    client, coordinator, sessions, robin, child, sink, time_machine
):
    time_machine.move_to(NOW, tick=False)
    registering.save_guardian(robin, by=coordinator, now=NOW)
    stands_for(robin, child, coordinator)
    client.force_login(Guardian.objects.get(pk=robin.pk).user)
    assert "Nothing planned" not in client.get(reverse("portal")).content.decode()
    assert Invitation.objects.filter(guardian=robin).count() == 2
    latecomers.sweep(NOW)
    notices.enqueue_due(LATER)
    deliver(NOW)
    assert to(sink, ROBIN) == []
    deliver(LATER)
    (mail,) = to(sink, ROBIN)
    assert str(mail["Subject"]).startswith("Your invitation: ")
    for invitation in Invitation.objects.filter(guardian=robin):
        assert invitations.join_url(invitation) in part(mail, "text/plain") or "/sign" in part(mail, "text/plain")
    latecomers.invite([robin.pk], by=coordinator, now=LATER)
    deliver(LATER + timedelta(hours=1))
    assert len(to(sink, ROBIN)) == 1
    assert len(to(sink, "ada@example.com")) == 2
    assert AuditEvent.objects.get(event="guardian.invited_later").detail["sessions"] == [str(s.pk) for s in sessions]


def test_two_children_added_one_after_the_other_are_one_mail(coordinator, sessions, robin, child, sink):
    other = household()[1][0]
    planned(coordinator, children=[other], start=START + timedelta(days=3))
    deliver(NOW)
    stands_for(robin, child, coordinator)
    stands_for(robin, other, coordinator, now=NOW + timedelta(minutes=1))
    deliver(NOW + timedelta(minutes=12))
    (subject,) = subjects(sink, ROBIN)
    assert "3 " in subject


def test_who_is_restricted_or_not_to_be_invited_is_told_nothing_until_that_ends(
    coordinator, sessions, robin, child, sink
):
    standing = stands_for(robin, child, coordinator, may_be_invited=False)
    assert not Invitation.objects.filter(guardian=robin).exists()
    standing.may_be_invited = True
    registering.save_guardianship(standing, by=coordinator, now=NOW)
    assert Invitation.objects.filter(guardian=robin).count() == 2
    # Restricted while the mail still waits: it never leaves, and goes after all when the restriction is lifted.
    registering.restrict(standing, reason="Court order", review_on=START.date(), by=coordinator, now=NOW)
    deliver(LATER)
    latecomers.sweep(LATER)
    assert to(sink, ROBIN) == []
    registering.lift_restriction(standing, by=coordinator, now=LATER)
    deliver(LATER + timedelta(minutes=6))
    assert len(to(sink, ROBIN)) == 1


def test_whom_staff_shut_out_is_not_let_in_by_an_edit(coordinator, sessions, robin, child):
    standing = stands_for(robin, child, coordinator)
    for invitation in Invitation.objects.filter(guardian=robin):
        invitations.withdraw(invitation.pk, by=coordinator, now=NOW)
    standing.may_be_invited = False
    registering.save_guardianship(standing, by=coordinator, now=LATER)
    standing.may_be_invited = True
    registering.save_guardianship(standing, by=coordinator, now=LATER)
    assert not Invitation.objects.filter(guardian=robin, withdrawn_at=None).exists()
    assert OutgoingMail.objects.filter(person=f"guardian:{robin.pk}", kind="invitation").count() == 2


def test_a_first_address_brings_the_mails_and_ends_the_calls(coordinator, child, sink):
    ada = child.guardianships.get().guardian
    ada.email = ""
    registering.save_guardian(ada, by=coordinator, now=NOW)
    session = planned(coordinator, children=[child])
    assert PhoneTask.objects.filter(session=session, done_at=None).count() == 1
    ada.email = "ada@new.example"
    registering.save_guardian(ada, by=coordinator, now=NOW)
    assert not PhoneTask.objects.filter(session=session, done_at=None).exists()
    deliver(LATER)
    assert len(to(sink, "ada@new.example")) == 1


def test_an_import_brings_them_too(coordinator, sessions, robin, child):
    enlist([Guardianship(guardian=robin, child=child, relationship="father")], [], by=coordinator, now=NOW)
    assert len(mails(sessions[0], "invitation")) == len(mails(sessions[1], "invitation")) == 2


def test_the_sweep_makes_good_what_nobody_said_and_what_is_not_planned_stays_out(coordinator, sessions, robin, child):
    archive_guardian(robin, by=coordinator, now=NOW)
    stands_for(robin, child, coordinator)
    Booking.objects.filter(session=sessions[1]).update(state=Booking.State.NOT_COMING)
    assert latecomers.sweep(NOW) == 0
    Guardian.objects.filter(pk=robin.pk).update(archived_at=None)
    assert latecomers.sweep(NOW) == 1
    assert latecomers.sweep(NOW) == 0
    assert list(Invitation.objects.filter(guardian=robin).values_list("session", flat=True)) == [sessions[0].pk]


def test_the_sweep_asks_once_when_there_is_nobody(sessions, django_assert_num_queries):
    with django_assert_num_queries(1):
        latecomers.sweep(NOW)
