"""Somebody's account is closed: their sessions do not go on as if nothing had happened."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from sessions_app import confirming
from sessions_app.models import StaffProfile
from tests.factories import ready_session, tomorrow_at
from tests.sessions_app.staff_forms import text_of
from whippersnappers.outbox.models import OutgoingMail

pytestmark = pytest.mark.django_db


@pytest.fixture
def sessions(coordinator):
    """A confirmed session and a draft with the same two people."""
    session = ready_session()
    confirming.confirm(session.pk, by=coordinator, now=timezone.now())
    later = tomorrow_at(16) + timedelta(days=7)
    draft = ready_session(starts_at=later, ends_at=later + timedelta(minutes=45))
    draft.assignments.all().delete()
    for place in session.assignments.all():
        draft.assignments.create(staff=place.staff, role=place.role)
    return session, draft


def close(client, administrator, person):
    client.force_login(administrator)
    data = {"name": person.name, "email": person.email, "roles": person.roles}
    return client.post(reverse("admin:accounts_user_change", args=[person.pk]), data, follow=True)


def test_the_gates_of_their_sessions_open_at_once_and_it_is_said(client, administrator, coordinator, sessions):
    session, _draft = sessions
    person = session.assignments.first().staff.user
    page = close(client, administrator, person)
    assert f"{person} is on 2 sessions that are still to come" in text_of(page)
    person.refresh_from_db()
    session.refresh_from_db()
    assert not person.is_active
    assert session.gate_reopened_at is not None
    alert = OutgoingMail.objects.get(kind="coordinator_alert", to=coordinator.email)
    assert alert.context["alert"] == "gate_reopened"


def test_who_is_on_nothing_leaves_without_a_word(client, administrator, coordinator, practitioner):
    page = close(client, administrator, practitioner)
    assert not StaffProfile.objects.filter(user=practitioner).exists()
    assert "still to come" not in text_of(page)
