"""Destruction takes two people and leaves a certificate without content; Postgres itself asks for both."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, InternalError, connection, models, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from safeguarding import acting, handling, linking
from safeguarding.files.attaching import attach
from safeguarding.files.opening import open_upload
from safeguarding.models import Concern, ConcernPerson, DestructionCertificate, Recusal
from safeguarding.retention.destroying import certificates, destroy, propose_destruction
from safeguarding.retention.reviewing import hold, keep_longer, lift, open_reviews
from safeguarding.vocabulary import Kind, PersonRole
from tests.factories import ChildFactory
from tests.safeguarding.scenes import REASON, WORDS, deputy_named, raised, triaged
from tests.safeguarding.test_closing import agree, propose
from whippersnappers.accounts.models import User
from whippersnappers.accounts.roles import Role
from whippersnappers.audit.models import AuditEvent
from whippersnappers.audit.trail import verify

pytestmark = pytest.mark.django_db
LATER = datetime(2060, 1, 1, tzinfo=UTC)
# What may name a concern that is gone.
LEFT = {"audit_auditevent", "safeguarding_destructioncertificate", "outbox_outgoingmail"}


@pytest.fixture
def deputy(lead: User) -> User:
    return deputy_named()


@pytest.fixture
def old(lead: User, deputy: User) -> Concern:
    """Rich, closed, and kept for as long as it must be; another one beside it."""
    other = raised()
    concern = triaged(lead, children=[ChildFactory(date_of_birth=datetime(2016, 5, 3).date())])
    now = timezone.now()
    handling.note(concern.pk, "canary-note", by=lead, now=now)
    due = now + timedelta(days=1)
    action = acting.add_action(concern.pk, what="canary-action", owner=lead, due_at=due, by=lead, now=now)
    acting.finish_action(concern.pk, action.pk, outcome="Done", by=lead, now=now)
    attach(concern.pk, [open_upload(SimpleUploadedFile("a.txt", b"canary-file"))], about="A note", by=lead, now=now)
    linking.link(concern.pk, other.reference, reason="canary-link", by=lead, now=now)
    hold(concern.pk, reason="canary-hold", by=lead, now=now)
    lift(concern.pk, reason="Over", by=lead, now=now)
    propose(concern, lead)
    agree(concern, deputy)
    open_reviews(LATER)
    return Concern.objects.get(pk=concern.pk)


def tables_that_name(pk: Any) -> set[str]:
    with connection.cursor() as cursor:
        found = set()
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT count(*) FROM "{table}" t WHERE t::text LIKE %s', [f"%{pk}%"])
            found |= {table} if cursor.fetchone()[0] else set()
    return found


def test_two_people_destroy_it_and_a_certificate_is_left(
    client: Client, lead: User, deputy: User, old: Concern
) -> None:
    before, events = tables_that_name(old.pk), AuditEvent.objects.filter(target_id=str(old.pk)).count()
    assert {"safeguarding_concernversion", "safeguarding_concernfile", "safeguarding_concernlink"} <= before
    client.force_login(lead)
    step = reverse("safeguarding_step", args=[old.pk, "destroy"])
    # The task is there, but by the clock of today it would be too early.
    assert "It must be kept still" in client.post(step, {"reason": REASON}).content.decode()
    propose_destruction(old.pk, reason=REASON, by=lead, now=LATER)
    with pytest.raises(ValidationError, match="proposed it already"):
        propose_destruction(old.pk, reason=REASON, by=deputy, now=LATER)
    with pytest.raises(ValidationError, match="somebody else"):
        destroy(old.pk, by=lead, now=LATER)
    assert "agree-to-destroy" not in client.get(reverse("safeguarding_concern", args=[old.pk])).content.decode()
    certificate = destroy(old.pk, by=deputy, now=LATER)
    assert tables_that_name(old.pk) <= LEFT
    assert (certificate.proposed_by, certificate.agreed_by, certificate.reference) == (lead, deputy, old.reference)
    # The trail is as it was, with what happened since, and whole.
    about = AuditEvent.objects.filter(target_id=str(old.pk)).order_by("sequence")
    assert about.count() >= events + 2
    assert about.last().event == "concern.destroyed"
    assert about.last().detail == {"certificate": str(certificate.pk), "rows": certificate.rows}
    assert verify()[0] == AuditEvent.objects.count()
    # The other one, which was linked with it, is untouched.
    assert Concern.objects.get().versions.get().what_happened == WORDS
    page = client.get(reverse("safeguarding_destroyed")).content.decode()
    assert certificate.reference in page
    assert "Proposed by Lena Frost" in page
    assert client.get(reverse("safeguarding_concern", args=[old.pk])).status_code == 404


def test_the_second_person_agrees_on_the_page(client: Client, lead: User, deputy: User, old: Concern) -> None:
    Concern.objects.filter(pk=old.pk).update(submitted_at=datetime(1940, 1, 1, tzinfo=UTC))
    child = old.people.get().child
    child.date_of_birth = datetime(1930, 1, 1).date()
    child.save()
    for user, name, said, then in (
        (lead, "destroy", {"reason": REASON}, "Somebody else has to agree"),
        (deputy, "agree-to-destroy", {}, "Tick this if you agree"),
        (deputy, "agree-to-destroy", {}, "Destroy it for ever</button>"),
        (deputy, "agree-to-destroy", {"sure": "on"}, "The certificate is kept"),
    ):
        client.force_login(user)
        address = reverse("safeguarding_step", args=[old.pk, name])
        assert then in client.post(address, said, follow=True).content.decode()
    assert DestructionCertificate.objects.count() == 1
    assert not Concern.objects.filter(pk=old.pk).exists()


def test_a_hold_and_a_clock_that_runs_keep_it(lead: User, deputy: User, old: Concern) -> None:
    with pytest.raises(ValidationError):
        propose_destruction(old.pk, reason=" ", by=lead, now=LATER)
    propose_destruction(old.pk, reason=REASON, by=lead, now=LATER)
    hold(old.pk, reason=REASON, by=deputy, now=LATER)
    with pytest.raises(ValidationError, match="legal hold"):
        destroy(old.pk, by=deputy, now=LATER)
    lift(old.pk, reason=REASON, by=deputy, now=LATER)
    # Another, younger child has been named since.
    ConcernPerson.objects.create(concern=old, child=ChildFactory(date_of_birth=datetime(2040, 1, 1).date()))
    with pytest.raises(ValidationError, match="must be kept"):
        destroy(old.pk, by=deputy, now=LATER)
    # Whoever does not agree keeps it longer, and the proposal is over.
    keep_longer(old.pk, datetime(2070, 1, 1).date(), reason=REASON, by=deputy, now=LATER)
    with pytest.raises(ValidationError, match="must be kept"):
        destroy(old.pk, by=deputy, now=datetime(2068, 1, 1, tzinfo=UTC))
    assert Concern.objects.filter(pk=old.pk).exists()


def test_for_whom_it_did_not_exist_its_certificate_does_not(
    lead: User, deputy: User, trustee: User, old: Concern
) -> None:
    subject, recused = deputy_named("Su Bject"), deputy_named("Re Cused")
    ConcernPerson.objects.create(concern=old, user=subject, role=PersonRole.SUBJECT)
    Recusal.objects.create(concern=old, user=recused, at=timezone.now())
    propose_destruction(old.pk, reason=REASON, by=lead, now=datetime(2090, 1, 1, tzinfo=UTC))
    certificate = destroy(old.pk, by=deputy, now=datetime(2090, 1, 1, tzinfo=UTC))
    knows = {user.name: certificates(user) == [certificate] for user in (lead, deputy, trustee, subject, recused)}
    assert knows == {lead.name: True, deputy.name: True, trustee.name: True, subject.name: False, recused.name: False}
    assert str(subject.pk) not in str(certificate.hidden_from)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE safeguarding_destructioncertificate SET trustees_only = true")
    assert (certificates(lead), len(certificates(trustee))) == ([], 1)


def hanging(model: type[models.Model] = Concern) -> Iterator[type[models.Model]]:
    for relation in model._meta.get_fields(include_hidden=True):
        if isinstance(relation, models.ForeignObjectRel):
            yield relation.related_model
            yield from hanging(relation.related_model)


def test_postgres_deletes_nothing_without_a_certificate_of_two(lead: User, deputy: User, old: Concern) -> None:
    guarded = {m for m in {Concern, *hanging()} if getattr(m._meta, "triggers", [])}
    assert len(guarded) >= 12
    with_rows = [m for m in guarded if m._base_manager.exists()]
    assert len(with_rows) >= 7
    for model in with_rows:
        with pytest.raises(InternalError, match="Cannot"), transaction.atomic():
            model._base_manager.all()._raw_delete("default")
    facts = {"concern": old.pk, "reference": "x", "due_on": LATER.date(), "rows": 1}
    signed = {"proposed_at": LATER, "agreed_at": LATER, "proposed_by": lead}
    with pytest.raises(IntegrityError), transaction.atomic():
        DestructionCertificate.objects.create(**facts, **signed, agreed_by=lead)
    row = DestructionCertificate.objects.create(**facts, **signed, agreed_by=deputy)
    for attempt in (row.delete, row.save):
        with pytest.raises(InternalError, match="Cannot"), transaction.atomic():
            attempt()


def test_every_table_that_hangs_on_a_concern_can_be_emptied_by_two() -> None:
    """A new table whose guard knows no certificate would keep words for ever: its trigger must ask for one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, pg_get_functiondef(tgfoid) FROM pg_trigger WHERE tgtype & 8 > 0"
        )
        guards = [(table, body) for table, body in cursor.fetchall() if "Cannot" in body]
    tables = {m._meta.db_table for m in {Concern, *hanging()}}
    assert [table for table, body in guards if table in tables and "destructioncertificate" not in body] == []
    assert len([table for table, _ in guards if table in tables]) >= 12
    assert apps.get_model("safeguarding", "ConcernVersion")._meta.db_table in tables


def test_a_concern_about_the_lead_leaves_a_certificate_for_trustees(lead: User, trustee: User) -> None:
    second = deputy_named("Ti Two")
    second.roles = [Role.TRUSTEE]
    second.save()
    concern = raised(kind=Kind.LEAD)
    now = datetime(2150, 1, 1, tzinfo=UTC)
    for user in (trustee, second):
        concern.assignments.get_or_create(user=user, defaults={"at": now})
    handling.move(concern.pk, "error", reason=REASON, by=trustee, now=timezone.now())
    open_reviews(now)
    propose_destruction(concern.pk, reason=REASON, by=trustee, now=now)
    certificate = destroy(concern.pk, by=second, now=now)
    assert certificate.trustees_only
    assert (certificates(lead), certificates(trustee)) == ([], [certificate])
