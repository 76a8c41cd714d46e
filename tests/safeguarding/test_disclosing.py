"""What left the house: complete, signed, never changed, and only for whom the concern exists."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from safeguarding.models import ChronologyEntry, Concern, Disclosure, Recusal
from tests.factories import UserFactory
from tests.safeguarding.scenes import deputy_named, raised, shared
from whippersnappers.accounts.models import User
from whippersnappers.audit.models import AuditEvent

pytestmark = pytest.mark.django_db
LIST = "safeguarding_disclosures"


def test_entry_chronology_and_audit_say_the_same(lead: User) -> None:
    concern = raised()
    entry = shared(concern, by=lead)
    told = concern.chronology.get(kind=ChronologyEntry.Kind.SHARED)
    assert "J. Hart" in told.words
    assert "canary-shared" in told.words
    event = AuditEvent.objects.get(event="concern.disclosed")
    assert event.target_id == str(concern.pk)
    assert event.detail == {
        "disclosure": str(entry.pk),
        "decided_by": str(lead.pk),
        "recipient": "children",
        "basis": "safeguarding",
        "consent": "not_asked",
        "how": "phone",
        "sha256": "",
    }


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"consent_words": " "}, "consent_words"),
        ({"consent": "given", "consent_words": ""}, "consent_words"),
        ({"basis": "consent"}, "basis"),
        ({"basis": "because"}, "basis"),
        ({"recipient": "nobody"}, "recipient"),
        ({"what": ""}, "what"),
        ({"person": ""}, "person"),
        ({"shared_at": timezone.now() + timedelta(days=1)}, "shared_at"),
        ({"shared_at": timezone.now() - timedelta(days=400)}, "shared_at"),
    ],
)
def test_nothing_incomplete_is_kept(lead: User, wrong: dict[str, object], field: str) -> None:
    concern = raised()
    with pytest.raises(ValidationError) as refused:
        shared(concern, by=lead, **wrong)
    assert list(refused.value.message_dict) == [field]
    assert not Disclosure.objects.exists()
    assert not concern.chronology.filter(kind=ChronologyEntry.Kind.SHARED).exists()


def test_who_decided_looks_after_it(lead: User) -> None:
    with pytest.raises(ValidationError, match="looks after this concern"):
        shared(raised(), by=lead, decided_by=UserFactory())


def test_for_whom_the_concern_does_not_exist_nothing_can_be_shared(lead: User, coordinator: User) -> None:
    concern = raised()
    Recusal.objects.create(concern=concern, user=lead, at=timezone.now())
    for person in (lead, coordinator):
        with pytest.raises(Concern.DoesNotExist):
            shared(concern, by=person)


@pytest.mark.parametrize("statement", ["UPDATE {0} SET recipient = 'other'", "DELETE FROM {0}", "TRUNCATE {0} CASCADE"])
def test_postgres_refuses_to_change_an_entry(lead: User, statement: str) -> None:
    shared(raised(), by=lead)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format("safeguarding_disclosure"))
    assert Disclosure.objects.get().recipient == "children"


def test_the_form_keeps_what_was_shared(client: Client, lead: User) -> None:
    concern = raised()
    client.force_login(lead)
    at = reverse("safeguarding_step", args=[concern.pk, "share"])
    said = {
        "what": "The bruise, and when ☂",
        "recipient": "police",
        "person": "PC Hill",
        "identity": "badge",
        "how": "person",
        "shared_at": timezone.localtime().strftime("%Y-%m-%dT%H:%M"),
        "basis": "consent",
        "consent": "refused",
        "decided_by": str(lead.pk),
    }
    page = client.post(at, said).content.decode()
    assert "Say who agreed, or why it is shared without their yes." in page
    page = client.post(at, {**said, "consent_words": "Danger to the child"}).content.decode()
    assert "They did not agree: choose another basis." in page
    assert "The bruise, and when ☂" in page
    assert not Disclosure.objects.exists()
    page = client.post(at, {**said, "basis": "vital", "consent_words": "Danger"}, follow=True).content.decode()
    assert "It stands in the log of what left the house." in page
    assert "PC Hill" in page


def test_the_list_shows_what_this_person_may_know_of_and_is_noted(client: Client, lead: User) -> None:
    mine, hidden, deputy = raised(), raised(), deputy_named()
    shared(mine, by=lead)
    shared(hidden, by=deputy, what="hidden words")
    Recusal.objects.create(concern=hidden, user=lead, at=timezone.now())
    client.force_login(lead)
    page = client.get(reverse(LIST)).content.decode()
    assert "1 shared" in page
    assert mine.reference in page
    assert "hidden words" not in page
    assert hidden.reference not in page
    noted = AuditEvent.objects.get(event="concern.disclosures_read").detail
    assert noted == {"shown": 1, "page": 1, "concerns": [str(mine.pk)]}


def test_the_list_asks_the_same_few_queries(client: Client, lead: User) -> None:
    client.force_login(lead)
    counts = []
    for _ in range(2):
        for _ in range(6):
            shared(raised(), by=lead)
        client.get(reverse(LIST))
        with CaptureQueriesContext(connection) as asked:
            assert client.get(reverse(LIST)).status_code == 200
        counts.append(len([q for q in asked if "SAVEPOINT" not in q["sql"]]))
    assert counts[0] == counts[1] <= 12
