"""Away means away: the gate opens at once, and nobody learns why who need not (W5, W8)."""

import re
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from sessions_app import absences
from sessions_app.absences import whole_days
from sessions_app.models import Absence, Session
from sessions_app.readiness import blockers, gate_facts
from tests.factories import StaffProfileFactory, UserFactory, household, london
from tests.sessions_app.mail_scenes import NOW, START, deliver, part, planned, to
from whippersnappers.audit.models import AuditEvent

pytestmark = pytest.mark.django_db
TUESDAY = whole_days(date(2026, 11, 24), date(2026, 11, 24))


@pytest.fixture
def session(coordinator):
    return planned(coordinator, children=household()[1])


def support(session):
    return session.assignments.select_related("staff__user").get(role="support").staff


def reopened(session) -> bool:
    return Session.objects.get(pk=session.pk).gate_reopened_at is not None


def test_an_absence_opens_the_gate_and_taking_it_back_closes_it(coordinator, session):
    staff = support(session)
    away = absences.enter_absence(staff, "sickness", *TUESDAY, by=staff.user, now=NOW)
    assert reopened(session)
    found = {b.code: b for b in blockers(session, NOW)}
    assert set(found) == {"too_few_staff", "away"}
    assert found["away"].message == f"{staff} is away at that time: find somebody else."
    assert {b.clause for b in found.values()} == {"W5"}
    absences.take_back_absence(away.pk, by=staff.user, now=NOW)
    absences.take_back_absence(away.pk, by=staff.user, now=NOW)
    assert not reopened(session)


def test_lists_see_the_same_as_a_single_session(coordinator, session):
    staff = support(session)
    absences.enter_absence(staff, "holiday", *TUESDAY, by=staff.user, now=NOW)
    [listed] = gate_facts(Session.objects.filter(pk=session.pk))
    assert [b.code for b in blockers(listed, NOW)] == [b.code for b in blockers(session, NOW)]


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2026-11-23 00:00", "2026-11-24 00:00", False),
        ("2026-11-24 12:00", "2026-11-24 16:00", False),
        ("2026-11-24 16:44", "2026-11-24 18:00", True),
        ("2026-11-24 16:45", "2026-11-24 18:00", False),
    ],
)
def test_only_what_overlaps_counts(coordinator, session, start, end, expected):
    absences.enter_absence(support(session), "other", london(start), london(end), by=coordinator, now=NOW)
    assert reopened(session) is expected


def test_the_coordinators_mail_names_who_could_step_in(coordinator, session, sink):
    staff = support(session)
    StaffProfileFactory(user=UserFactory(name="Aisha Bello"))
    absences.enter_absence(staff, "sickness", *TUESDAY, by=staff.user, now=NOW)
    deliver(NOW)
    text = part(to(sink, coordinator.email)[0], "text/plain")
    assert "Who could step in:\n- Aisha Bello: free, cleared, no hours in these 4 weeks\n" in text
    assert not re.search(r"\bill\b", text)
    assert "sick" not in text.lower()


def test_the_audit_trail_does_not_say_why(coordinator, session):
    absences.enter_absence(support(session), "sickness", *TUESDAY, by=coordinator, now=NOW)
    trail = " ".join(f"{event.event} {event.detail}" for event in AuditEvent.objects.all())
    assert "staff.away" in trail
    assert "sickness" not in trail


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        (START, START, "It must end after it begins."),
        (START, START - timedelta(hours=1), "It must end after it begins."),
        (NOW - timedelta(days=3), NOW - timedelta(days=2), "This has passed: it changes nothing any more."),
        (START, START + timedelta(days=3650), "That is more than a year: look at the days again."),
    ],
)
def test_what_cannot_be_is_said_at_the_last_day(coordinator, session, start, end, said):
    with pytest.raises(ValidationError) as refused:
        absences.enter_absence(support(session), "holiday", start, end, by=coordinator, now=NOW)
    assert refused.value.message_dict == {"last_day": [said]}


def test_pressing_twice_is_one_absence(coordinator, session):
    for _ in range(2):
        absences.enter_absence(support(session), "sickness", *TUESDAY, by=coordinator, now=NOW)
    assert Absence.objects.count() == 1
    assert AuditEvent.objects.filter(event="staff.away").count() == 1


@pytest.mark.parametrize(
    ("first", "last", "hours"),
    [(date(2027, 3, 28), date(2027, 3, 28), 23), (date(2026, 10, 25), date(2026, 10, 25), 25)],
)
def test_a_whole_day_is_as_long_as_the_day_is(first, last, hours):
    start, end = whole_days(first, last)
    assert end.timestamp() - start.timestamp() == hours * 3600


def test_postgres_refuses_an_absence_without_an_end(session):
    with pytest.raises(IntegrityError), transaction.atomic():
        Absence.objects.create(staff=support(session), kind="holiday", period=(START, None))
