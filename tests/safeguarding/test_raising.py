"""Sent means kept: one concern, its words, its audit event and the Lead's mail, or nothing at all."""

import uuid
from dataclasses import replace
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import Error, InternalError, connection, transaction
from django.utils import timezone

from safeguarding import raising, telling
from safeguarding.models import ChronologyEntry, Concern, ConcernPerson, ConcernVersion, Recusal
from safeguarding.raising import Report, raise_concern
from safeguarding.vocabulary import Kind, PersonRole, State
from tests.factories import UserFactory, household
from whippersnappers.accounts.models import User
from whippersnappers.accounts.roles import Role
from whippersnappers.audit.models import AuditEvent
from whippersnappers.outbox import catalogue
from whippersnappers.outbox.models import OutgoingMail

pytestmark = pytest.mark.django_db
CANARY = "canary: he shouted at her – ☂"


@pytest.fixture
def parent() -> Any:
    (guardian,), (child,) = household()
    guardian.user.child = child
    return guardian.user


@pytest.fixture
def deputy() -> User:
    return UserFactory(roles=[Role.DEPUTY], email="dev@whippersnappers.org")


def report(**fields: Any) -> Report:
    given = Report(
        kind=Kind.CHILD,
        source=Concern.Source.GUARDIAN,
        form_key=uuid.uuid4(),
        danger_now=Concern.Danger.NO,
        words={"what_happened": CANARY, "reach_reporter": "after 3pm"},
    )
    return replace(given, **fields)


def send(by: User, **fields: Any) -> Concern:
    return raise_concern(report(**fields), by=by, now=timezone.now())


def told() -> set[str]:
    return set(OutgoingMail.objects.filter(kind=telling.NEW_CONCERN).values_list("to", flat=True))


def test_what_was_sent_is_kept_with_its_event_and_the_leads_mail(parent, lead, deputy, trustee):
    concern = send(parent, children=[parent.child])
    assert (concern.state, concern.severity, concern.reporter) == (State.SUBMITTED, "", parent)
    version = ConcernVersion.objects.get(concern=concern)
    assert (version.what_happened, version.reach_reporter, version.number) == (CANARY, "after 3pm", 1)
    assert version.seal == version.sealed()
    person = ConcernPerson.objects.get(concern=concern)
    assert (person.child, person.role) == (parent.child, PersonRole.AFFECTED)
    assert ChronologyEntry.objects.get(concern=concern).kind == ChronologyEntry.Kind.SUBMITTED
    event = AuditEvent.objects.get(event="concern.raised")
    assert event.target_id == str(concern.pk)
    assert event.detail == {"source": "guardian", "version": 1, "seal": version.seal}
    assert told() == {lead.email}


def test_the_mail_says_nothing_and_hides_from_every_mail_log(parent, lead, coordinator, administrator):
    concern = send(parent, children=[parent.child], danger_now=Concern.Danger.YES)
    mail = OutgoingMail.objects.get(kind=telling.NEW_CONCERN)
    rendered = catalogue.kind_of(mail.kind).render(mail, timezone.now())
    said = f"{rendered.subject} {rendered.text} {rendered.html} {mail.about} {mail.reason}"
    for hint in (CANARY, concern.reference, str(concern.pk), parent.name, parent.child.known_as, "danger now"):
        assert hint not in said
    for person in (coordinator, administrator, lead):
        assert not OutgoingMail.objects.visible_to(person).filter(pk=mail.pk).exists()


def test_the_same_form_twice_is_one_concern(parent, lead):
    key = uuid.uuid4()
    first, second = send(parent, form_key=key), send(parent, form_key=key)
    assert first == second
    assert ConcernVersion.objects.count() == AuditEvent.objects.filter(event="concern.raised").count() == 1
    assert OutgoingMail.objects.filter(kind=telling.NEW_CONCERN).count() == 1


def test_nothing_stays_of_one_whose_mail_could_not_be_kept(parent, lead, monkeypatch):
    monkeypatch.setattr(telling, "NEW_CONCERN", "no such kind")
    with pytest.raises(catalogue.UnknownMailKind):
        send(parent)
    assert not Concern.objects.exists()
    assert not AuditEvent.objects.filter(event="concern.raised").exists()


def test_a_guardian_cannot_name_another_familys_child(parent, lead):
    _, (stranger,) = household()
    with pytest.raises(ValidationError) as refusal:
        send(parent, children=[parent.child, stranger])
    assert refusal.value.message_dict == {"children": [raising.NOT_YOUR_CHILD]}
    assert not Concern.objects.exists()


def test_in_danger_now_the_deputy_is_told_too(parent, lead, deputy, trustee):
    send(parent, danger_now=Concern.Danger.YES)
    assert told() == {lead.email, deputy.email}


def test_about_the_lead_goes_past_lead_and_deputy(parent, lead, deputy, trustee):
    concern = send(parent, kind=Kind.LEAD)
    assert told() == {trustee.email}
    seen = {person: Concern.objects.visible_to(person).filter(pk=concern.pk).exists() for person in (lead, deputy)}
    assert set(seen.values()) == {False}
    assert Concern.objects.visible_to(trustee).get() == concern


def test_without_a_lead_the_next_one_is_told(parent, deputy, trustee, settings):
    send(parent)
    assert told() == {deputy.email}
    deputy.is_active = False
    deputy.save()
    concern = send(parent)
    assert told() == {deputy.email, trustee.email}
    assert Concern.objects.visible_to(trustee).get() == concern
    trustee.is_active = False
    trustee.save()
    send(parent)
    assert settings.ORGANISATION_SAFEGUARDING_LEAD_EMAIL in told()


def test_nobody_else_sees_it(parent, lead, deputy, coordinator, administrator, practitioner, trustee):
    concern = send(parent)
    assert set(Concern.objects.visible_to(lead)) == set(Concern.objects.visible_to(deputy)) == {concern}
    for person in (coordinator, administrator, practitioner, trustee, parent):
        assert not Concern.objects.visible_to(person).exists()
    assert Concern.objects.for_guardian(parent).get() == concern
    (other,), _ = household()
    assert not Concern.objects.for_guardian(other.user).exists()


def test_its_subject_and_who_stepped_aside_have_no_trace_and_no_mail(parent, lead, deputy):
    concern = send(parent, danger_now=Concern.Danger.YES)
    ConcernPerson.objects.create(concern=concern, user=lead, role=PersonRole.SUBJECT)
    Recusal.objects.create(concern=concern, user=deputy, at=timezone.now())
    for person in (lead, deputy):
        assert not Concern.objects.visible_to(person).exists()
    for mail in OutgoingMail.objects.filter(kind=telling.NEW_CONCERN):
        verdict = catalogue.kind_of(mail.kind).check(mail, timezone.now())
        assert verdict == catalogue.NotWanted("This person does not look after it.")


def test_being_a_witness_keeps_nobody_away(parent, lead):
    concern = send(parent)
    ConcernPerson.objects.create(concern=concern, user=lead, role=PersonRole.WITNESS)
    assert Concern.objects.visible_to(lead).get() == concern


@pytest.mark.parametrize("table", ["concernversion", "chronologyentry"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET at = now()", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_postgres_itself_keeps_what_was_said(parent, lead, table, statement):
    send(parent)
    with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(f"safeguarding_{table}"))


def test_a_concern_that_was_sent_is_never_deleted(parent, lead):
    concern = send(parent)
    with pytest.raises(InternalError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM safeguarding_concern")
    assert Concern.objects.filter(pk=concern.pk).exists()


def test_the_raw_row_holds_no_word_of_it(parent, lead):
    send(parent, words={"what_happened": "rawcanary", "who": "rawcanary"})
    with connection.cursor() as cursor:
        for table in ("concern", "concernversion", "chronologyentry", "concernperson"):
            cursor.execute(f"SELECT encode(t::text::bytea, 'escape') FROM safeguarding_{table} t")
            assert "rawcanary" not in str(cursor.fetchall())
        cursor.execute("SELECT what_happened FROM safeguarding_concernversion")
        assert b"rawcanary" not in bytes(cursor.fetchone()[0])


def test_references_tell_neither_order_nor_number(parent, lead):
    made = [send(parent).reference for _ in range(20)]
    assert len(set(made)) == 20
    assert all(len(reference) == len("WS-7K4M-2Q9P") for reference in made)
    assert made != sorted(made)


def test_the_administrators_trail_does_not_know_of_it(parent, lead, administrator, client):
    concern = send(parent)
    client.force_login(administrator)
    page = client.get("/admin/audit/auditevent/?q=concern").content.decode()
    assert "concern.raised" not in page
    assert str(concern.pk) not in page
    assert f"user:{parent.pk}" not in page
