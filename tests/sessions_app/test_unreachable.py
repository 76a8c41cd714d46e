"""Guardians whom mail cannot reach: nobody is forgotten, somebody calls (W2)."""

from datetime import timedelta

import pytest

from sessions_app.models import Invitation, PhoneTask
from tests.sessions_app.mail_scenes import NOW, START, deliver, family, from_clock, mails, part, planned, subjects, to
from whippersnappers.outbox.models import OutgoingMail

pytestmark = pytest.mark.django_db


def test_no_address_makes_a_call_instead_and_preferring_the_phone_a_call_as_well(coordinator, sink):
    nobody, kid = family(email="", phone="020 7946 0001")
    caller, other = family(email="caller@example.com", phone="020 7946 0002", prefers="phone")
    session = planned(coordinator, children=[kid, other])
    from_clock(NOW, START)
    calls = {task.guardian_id: task for task in PhoneTask.objects.filter(session=session)}
    assert {task.purpose for task in calls.values()} == {"invite"}
    assert calls[nobody.pk].reason == "no e-mail address"
    assert calls[caller.pk].reason == "prefers the phone"
    assert [subject.split(":")[0] for subject in subjects(sink, caller.email)] == ["Your invitation", "Today"]
    assert "We will call you before the day." in part(to(sink, caller.email)[0], "text/plain")
    assert Invitation.objects.filter(session=session).count() == 2


def test_a_dead_address_is_marked_and_becomes_a_call(coordinator, sink):
    adult, kid = family(phone="020 7946 0001")
    session = planned(coordinator, children=[kid])
    OutgoingMail.objects.exclude(kind="invitation").delete()
    sink.fault("RCPT", "550 5.1.1 no such user")
    deliver(NOW)
    adult.refresh_from_db()
    assert "550 5.1.1" in adult.email_problem
    task = PhoneTask.objects.get(session=session)
    assert task.key == mails(session, "invitation")[0].key
    assert task.reason.startswith(f"mail to {adult.email} bounced")
    from_clock(NOW, START)
    assert to(sink, adult.email) == []
    assert PhoneTask.objects.filter(session=session).count() == 1


def test_a_mail_refused_for_its_content_is_a_call_but_no_dead_address(coordinator, sink):
    adult, kid = family(phone="020 7946 0001")
    session = planned(coordinator, children=[kid])
    OutgoingMail.objects.exclude(kind="invitation").delete()
    sink.fault("DATA", "554 5.7.1 looks like spam")
    deliver(NOW)
    adult.refresh_from_db()
    assert adult.email_problem == ""
    assert PhoneTask.objects.filter(session=session).count() == 1
    from_clock(NOW, START - timedelta(hours=47))
    assert PhoneTask.objects.filter(session=session).count() == 1
