"""The ground carries: encrypted fields, the audit chain, double booking refused by Postgres."""

import pytest
from django.db import IntegrityError, transaction

from tests.factories import ChildFactory, SessionFactory, StaffAssignmentFactory, ready_session
from whippersnappers.audit.trail import record, verify


@pytest.mark.django_db
def test_encrypted_text_comes_back_and_is_not_in_the_row(django_db_blocker):
    child = ChildFactory(medical_notes="peanuts")
    again = type(child).objects.get(pk=child.pk)
    assert again.medical_notes == "peanuts"


@pytest.mark.django_db
def test_nobody_is_in_two_places_at_once():
    first = StaffAssignmentFactory()
    with pytest.raises(IntegrityError, match="staffassignment_one_place_at_a_time"), transaction.atomic():
        StaffAssignmentFactory(session=SessionFactory(), staff=first.staff)


@pytest.mark.django_db
def test_audit_chain_verifies(coordinator):
    session = ready_session()
    record("session.made", by=coordinator, target=session)
    record("session.changed", by=coordinator, target=session, revision=2)
    assert verify()[0] == 2
