"""Consents supersede each other; a published agreement never changes."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import InternalError, transaction

from families import agreeing, consenting, publishing
from families.models import Agreement, Consent, Signature
from tests.factories import GuardianFactory, GuardianshipFactory
from whippersnappers.audit.models import AuditEvent

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
RECORDED = Consent.Purpose.RECORDED_GROUP
pytestmark = pytest.mark.django_db


def test_a_later_answer_supersedes_the_earlier_one(coordinator):
    standing = GuardianshipFactory()
    child, guardian = standing.child, standing.guardian
    assert consenting.has_consent(child, RECORDED) is False
    consenting.record_consent(child, RECORDED, given=True, given_by=guardian, by=coordinator, now=NOW)
    assert consenting.has_consent(child, RECORDED) is True
    later = NOW + timedelta(days=1)
    consenting.record_consent(child, RECORDED, given=False, given_by=guardian, by=coordinator, now=later)
    assert consenting.has_consent(child, RECORDED) is False
    assert list(child.consents.order_by("decided_at").values_list("given", "superseded_at")) == [
        (True, later),
        (False, None),
    ]
    assert AuditEvent.objects.filter(event="consent.recorded").count() == 2


@pytest.mark.parametrize(
    "standing_fields",
    [
        {"parental_responsibility": False},
        {"restricted": True, "restriction_review_on": "2027-01-01"},
    ],
)
def test_only_a_guardian_who_may_decide_can_consent(coordinator, standing_fields):
    standing = GuardianshipFactory(**standing_fields)
    with pytest.raises(ValidationError) as refused:
        consenting.record_consent(
            standing.child, RECORDED, given=True, given_by=standing.guardian, by=coordinator, now=NOW
        )
    assert list(refused.value.message_dict) == ["given_by"]
    assert not Consent.objects.exists()


def test_staff_who_record_an_answer_say_how_they_know(coordinator):
    child = GuardianshipFactory().child
    with pytest.raises(ValidationError, match="Say who answered"):
        consenting.record_consent(child, RECORDED, given=True, by=coordinator, now=NOW)
    consenting.record_consent(
        child, RECORDED, given=True, recorded_note="By phone, her mother", by=coordinator, now=NOW
    )
    assert consenting.has_consent(child, RECORDED) is True


def test_the_published_undertakings_ship_word_for_word():
    current = agreeing.current_agreement()
    assert current.version == 1
    assert current.text.splitlines()[0] == "Parents/carers will:"
    assert current.text.splitlines()[2] == "· support their child during the session and encourage participation"
    assert current.text.count("\n· ") == 6
    assert current.easy_text.count("\n· ") == 6
    before = current.sha256
    assert before == Agreement.objects.get(version=1).sha256


def test_a_published_version_is_frozen_in_the_database_too(administrator):
    current = agreeing.current_agreement()
    current.easy_text = "something else"
    with pytest.raises(ValidationError, match="Add a new version"):
        agreeing.save_draft(current, by=administrator, now=NOW)
    with pytest.raises(InternalError, match="Cannot update"), transaction.atomic():
        Agreement.objects.filter(pk=current.pk).update(text="x")


def test_a_new_version_takes_over_when_published(administrator):
    guardian = GuardianFactory(signed=False)
    first = agreeing.current_agreement()
    agreeing.sign(guardian, first, typed_name="Ann Lee", by=guardian.user, now=NOW)
    assert agreeing.has_signed(guardian.pk) is True
    second = agreeing.save_draft(Agreement(text="New words.", easy_text="New."), by=administrator, now=NOW)
    assert (second.version, agreeing.current_agreement(), agreeing.has_signed(guardian.pk)) == (2, first, True)
    publishing.publish(second, by=administrator, now=NOW)
    assert (agreeing.current_agreement(), agreeing.has_signed(guardian.pk)) == (second, False)
    with pytest.raises(ValidationError, match="newer version"):
        agreeing.sign(guardian, first, typed_name="Ann Lee", by=guardian.user, now=NOW)


def test_signing_twice_is_signing_once_and_needs_a_name():
    guardian, current = GuardianFactory(signed=False), agreeing.current_agreement()
    with pytest.raises(ValidationError, match="type your name"):
        agreeing.sign(guardian, current, typed_name="  ", by=guardian.user, now=NOW)
    for _ in range(2):
        agreeing.sign(guardian, current, typed_name="Ann Lee", by=guardian.user, now=NOW)
    assert Signature.objects.get().sha256 == current.sha256
    assert AuditEvent.objects.filter(event="agreement.signed").count() == 1
