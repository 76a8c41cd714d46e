"""What is late is said once: to whom it may be said, in a mail that says nothing."""

from datetime import timedelta

import pytest
from django.utils import timezone

from safeguarding import acting, handling, referring
from safeguarding.escalating import escalate, last_ran
from safeguarding.models import Concern, ConcernPerson, Escalation, Recusal
from safeguarding.vocabulary import Kind, PersonRole, State
from tests.safeguarding.scenes import WORDS, deputy_named, raised, triaged
from tests.safeguarding.test_handling import referral
from whippersnappers.audit.models import AuditEvent
from whippersnappers.outbox import catalogue
from whippersnappers.outbox.models import OutgoingMail

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def told():
    return sorted(OutgoingMail.objects.filter(kind="concern_waits").values_list("to", flat=True))


def test_deputy_then_trustee_each_once(lead, trustee):
    deputy, now = deputy_named(), timezone.now()
    concern = raised(now=now)
    assert escalate(now + HOUR - timedelta(seconds=1)) == 0
    assert escalate(now + HOUR) == 1
    assert told() == [deputy.email]
    assert not Concern.objects.visible_to(trustee).exists()
    assert escalate(now + 2 * HOUR) == 1
    assert told() == sorted([deputy.email, trustee.email])
    assert Concern.objects.visible_to(trustee).get() == concern
    assert escalate(now + 9 * HOUR) == 0
    assert [e.event for e in AuditEvent.objects.filter(event="concern.late")] == ["concern.late"] * 2
    assert concern.chronology.filter(kind="late").count() == 2
    assert last_ran() == now + 9 * HOUR


def test_nobody_is_told_of_what_does_not_exist_for_them(lead, trustee):
    subject, recused, now = deputy_named(), deputy_named("Re Cused"), timezone.now()
    concern = raised(now=now)
    ConcernPerson.objects.create(concern=concern, user=subject, role=PersonRole.SUBJECT)
    Recusal.objects.create(concern=concern, user=recused, at=now)
    assert escalate(now + HOUR) == 1
    assert told() == []


def test_the_mail_says_nothing(lead):
    deputy_named()
    now = timezone.now()
    concern = raised(now=now)
    escalate(now + HOUR)
    mail = OutgoingMail.objects.get(kind="concern_waits")
    said = catalogue.kind_of(mail.kind).render(mail, now)
    text = f"{said.subject} {said.text} {said.html}"
    assert [
        word for word in (WORDS, concern.reference, str(concern.pk), "child", "bruise") if word in said.subject
    ] == []
    assert [word for word in (WORDS, concern.reference, str(concern.pk)) if word in text] == []


def test_what_was_seen_to_meanwhile_is_not_said(lead):
    deputy_named()
    now = timezone.now()
    concern = raised(now=now)
    handling.acknowledge(concern.pk, by=lead, now=now + HOUR / 2)
    assert escalate(now + 3 * HOUR) == 0
    assert not Escalation.objects.exists()


def test_an_allegation_that_the_lado_does_not_know_of(lead):
    now = timezone.now()
    concern = triaged(lead, kind=Kind.STAFF, now=now)
    assert escalate(now + timedelta(days=6)) == 1
    assert told() == [lead.email]
    assert list(concern.escalations.values_list("step", flat=True)) == ["lado"]


def test_a_decision_of_childrens_services_is_asked_for_once(lead):
    concern = triaged(lead)
    now = timezone.now()
    made = referring.refer(concern.pk, referral(made_at=now), by=lead, now=now)
    assert escalate(now + timedelta(days=6)) == 1
    assert escalate(now + timedelta(days=9)) == 0
    assert Escalation.objects.get().about == made.pk


def test_a_late_action_is_told_to_owner_and_lead_every_day(lead):
    deputy, concern, now = deputy_named(), triaged(lead), timezone.now()
    acting.add_action(concern.pk, what="Call", owner=deputy, due_at=now + HOUR, by=lead, now=now)
    assert escalate(now + HOUR) == 1
    assert told() == sorted([deputy.email, lead.email])
    assert escalate(now + HOUR) == 0
    assert escalate(now + HOUR + timedelta(days=1)) == 1
    assert len(told()) == 4


def test_a_closed_one_has_no_clocks(lead):
    concern, now = triaged(lead, kind=Kind.STAFF), timezone.now()
    handling.move(concern.pk, State.ERROR, reason="Twice the same", by=lead, now=now)
    assert escalate(now + timedelta(days=30)) == 0


def test_the_clocks_ask_as_much_for_twenty_as_for_one(lead, django_assert_num_queries):
    triaged(lead)
    now = timezone.now()
    escalate(now)
    with django_assert_num_queries(7):
        escalate(now)
    for _ in range(19):
        triaged(lead)
    with django_assert_num_queries(7):
        escalate(now)
