"""Whom a session reaches, and how: the one place that decides it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from families.models import Guardian, Guardianship
from sessions_app.models import Booking
from sessions_app.reach import guardians_to_reach, reach_by_session, reached_guardian
from tests.factories import (
    BookingFactory,
    ChildFactory,
    GuardianFactory,
    GuardianshipFactory,
    SessionFactory,
    household,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("fields", "by_mail", "why"),
    [
        ({}, True, ""),
        ({"email": ""}, False, "no e-mail address; no phone number either"),
        ({"email": "", "phone": "020 7946 0001"}, False, "no e-mail address"),
        ({"email_problem": "550 gone", "phone": "1"}, False, "mail to ada@example.com bounced: 550 gone"),
        ({"prefers": Guardian.Contact.PHONE, "phone": "1"}, True, "prefers the phone"),
        ({"prefers": Guardian.Contact.PHONE}, True, ""),
        ({"prefers": Guardian.Contact.PHONE, "email": "", "phone": "1"}, False, "no e-mail address"),
    ],
)
def test_how_a_guardian_is_reached(fields, by_mail, why):
    _, (kid,) = household(**{"email": "ada@example.com", **fields})
    (reach,) = guardians_to_reach(BookingFactory(child=kid).session)
    assert (reach.by_mail, reach.why_phone) == (by_mail, why)


@pytest.mark.parametrize("state", Booking.State.values)
def test_only_children_who_hold_a_place_reach_anybody(state):
    _, (kid,) = household()
    booking = BookingFactory(child=kid, state=state)
    assert len(guardians_to_reach(booking.session)) == (state in ("invited", "coming"))


@pytest.mark.parametrize(
    "lost",
    [
        {"restricted": True, "restriction_review_on": "2027-01-01"},
        {"may_be_invited": False},
    ],
)
def test_each_guardian_is_told_only_of_the_children_they_may_be_told_of(lost):
    session = SessionFactory()
    both, one = GuardianFactory(last_name="Abel"), GuardianFactory(last_name="Bell")
    first, second = ChildFactory(known_as="First"), ChildFactory(known_as="Second")
    for guardian in (both, one):
        for child in (first, second):
            GuardianshipFactory(guardian=guardian, child=child)
    for child in (first, second):
        BookingFactory(session=session, child=child)
    Guardianship.objects.filter(guardian=one, child=first).update(**lost)
    told = {reach.guardian: [child.known_as for child in reach.children] for reach in guardians_to_reach(session)}
    assert told == {both: ["First", "Second"], one: ["Second"]}
    alone = reached_guardian(session.pk, one.pk)
    assert alone is not None
    assert [child.known_as for child in alone.children] == ["Second"]
    Guardianship.objects.filter(guardian=one, child=second).update(**lost)
    assert reached_guardian(session.pk, one.pk) is None
    assert [reach.guardian for reach in guardians_to_reach(session)] == [both]


def test_may_not_see_details_is_not_may_not_be_invited():
    _, (kid,) = household()
    kid.guardianships.update(may_see_details=False)
    assert len(guardians_to_reach(BookingFactory(child=kid).session)) == 1


def test_nobody_is_reached_by_an_empty_session():
    assert guardians_to_reach(SessionFactory()) == []


def test_many_sessions_cost_two_queries_and_no_secrets():
    sessions = [SessionFactory() for _ in range(5)]
    for session in sessions:
        for _ in range(3):
            BookingFactory(session=session, child=household()[1][0])
    with CaptureQueriesContext(connection) as captured:
        found = reach_by_session([session.pk for session in sessions])
        assert [len(found[session.pk]) for session in sessions] == [3] * 5
        assert all(str(reach.guardian) and str(reach.children[0]) for reach in found[sessions[0].pk])
    assert len(captured.captured_queries) == 2
    assert "medical_notes" not in str(captured.captured_queries)
