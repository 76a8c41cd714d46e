"""Staff on sessions and children's places, the gate that follows them, and races for the last place."""

import threading
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from sessions_app import booking, confirming, gate, staffing
from sessions_app.models import Booking, Meeting, Session, StaffAssignment
from tests.factories import ChildFactory, StaffProfileFactory, UserFactory, household, london, ready_session
from whippersnappers.accounts.roles import Role
from whippersnappers.outbox.models import OutgoingMail

NOW = london("2027-03-01 10:00")


def confirmed(coordinator, **fields) -> Session:
    session = ready_session(starts_at=london("2027-03-10 16:00"), **fields)
    return confirming.confirm(session.pk, by=coordinator, now=NOW)


def alerts() -> int:
    return OutgoingMail.objects.filter(kind="coordinator_alert").count()


@pytest.mark.django_db
def test_a_clash_is_a_sentence_that_names_it(coordinator):
    first, second = (ready_session(starts_at=london("2027-03-10 16:00"), title=t) for t in ("Drums", "Stories"))
    busy = first.assignments.first().staff
    with pytest.raises(ValidationError) as refused:
        staffing.assign(second.pk, busy, StaffAssignment.Role.SUPPORT, by=coordinator, now=NOW)
    expected = (
        f"{busy} is at “Drums” on Wednesday 10 March 2027, 4:00pm to 4:45pm: choose another time or another person."
    )
    assert refused.value.message_dict == {"staff": [expected.replace(" 2027", "")]}
    assert second.assignments.count() == 2


@pytest.mark.django_db
def test_back_to_back_is_no_clash(coordinator):
    first = ready_session(starts_at=london("2027-03-10 16:00"))
    second = ready_session(starts_at=london("2027-03-10 16:45"))
    person = first.assignments.first().staff
    made = staffing.assign(second.pk, person, StaffAssignment.Role.SUPPORT, by=coordinator, now=NOW)
    assert made.session == second


@pytest.mark.django_db
def test_dropping_out_reopens_the_gate_once_and_mending_closes_it(coordinator):
    session = confirmed(coordinator)
    leader = session.assignments.get(role=StaffAssignment.Role.LEAD)
    staffing.drop_out(leader.pk, reason="Ill", by=coordinator, now=NOW)
    staffing.drop_out(leader.pk, reason="Ill", by=coordinator, now=NOW)
    session.refresh_from_db()
    assert session.gate_reopened_at == NOW
    assert alerts() == 1
    staffing.assign(session.pk, StaffProfileFactory(), StaffAssignment.Role.LEAD, by=coordinator, now=NOW)
    session.refresh_from_db()
    assert session.gate_reopened_at is None


@pytest.mark.django_db
def test_somebody_who_dropped_out_is_free_and_may_come_back(coordinator):
    session = confirmed(coordinator)
    leader = session.assignments.get(role=StaffAssignment.Role.LEAD)
    staffing.drop_out(leader.pk, reason="Ill", by=coordinator, now=NOW)
    elsewhere = ready_session(starts_at=london("2027-03-10 16:00"))
    staffing.assign(elsewhere.pk, leader.staff, StaffAssignment.Role.SUPPORT, by=coordinator, now=NOW)
    with pytest.raises(ValidationError):
        staffing.assign(session.pk, leader.staff, StaffAssignment.Role.LEAD, by=coordinator, now=NOW)
    assert elsewhere.assignments.filter(withdrawn_at=None).count() == 3


@pytest.mark.django_db
def test_clearance_that_lapses_reopens_the_gate_by_the_clock(coordinator):
    session = confirmed(coordinator)
    assert gate.recheck_all(NOW) == 0
    person = session.assignments.first().staff
    person.dbs_valid_until = date(2027, 3, 9)
    person.save()
    assert gate.recheck_all(NOW) == 1
    assert gate.recheck_all(NOW) == 1
    session.refresh_from_db()
    assert session.gate_reopened_at == NOW
    assert alerts() == 1
    assert gate.recheck_all(session.ends_at) == 0


@pytest.mark.django_db
def test_alternative_hosts_follow_the_staff(coordinator):
    session = confirmed(coordinator)
    before = Meeting.objects.get(session=session).version
    staffing.assign(session.pk, StaffProfileFactory(), StaffAssignment.Role.SUPPORT, by=coordinator, now=NOW)
    assert Meeting.objects.get(session=session).version == before + 1


@pytest.mark.django_db
def test_inviting_more_than_there_are_places_invites_nobody(coordinator):
    _, first = household()
    session = ready_session(children=first, capacity=2)
    with pytest.raises(ValidationError, match="One place is left, but 2 more would be invited"):
        booking.invite_children(session.pk, household(children=2)[1], by=coordinator, now=timezone.now())
    assert session.bookings.count() == 1


@pytest.mark.django_db
def test_inviting_twice_and_again_after_withdrawing(coordinator):
    session = confirmed(coordinator)
    _, [child] = household()
    first = booking.invite_children(session.pk, [child], by=coordinator, now=NOW)
    again = booking.invite_children(session.pk, [child], by=coordinator, now=NOW)
    assert (first.added, first.already) == ([child], [])
    assert (again.added, again.already) == ([], [child])
    place = Booking.objects.get(session=session, child=child)
    booking.withdraw(place.pk, by=coordinator, now=NOW)
    booking.withdraw(place.pk, by=coordinator, now=NOW)
    back = booking.invite_children(session.pk, [child], by=coordinator, now=NOW)
    assert back.added == [child]
    assert session.bookings.get(child=child).state == Booking.State.INVITED


@pytest.mark.django_db
def test_withdrawing_the_only_child_reopens_the_gate(coordinator):
    session = confirmed(coordinator)
    booking.withdraw(session.bookings.get().pk, by=coordinator, now=NOW)
    session.refresh_from_db()
    assert session.gate_reopened_at == NOW


@pytest.mark.django_db
def test_nobody_is_invited_to_what_is_over(coordinator):
    session = confirmed(coordinator)
    with pytest.raises(ValidationError, match="is over"):
        booking.invite_children(session.pk, household()[1], by=coordinator, now=session.ends_at)


@pytest.mark.django_db(transaction=True)
def test_two_people_filling_the_last_place_fill_it_once():
    coordinator = UserFactory(roles=[Role.COORDINATOR])
    session = ready_session(children=[], capacity=1)
    children = [ChildFactory(), ChildFactory()]
    start, outcomes = threading.Barrier(2), []

    def invite(child) -> None:
        start.wait(timeout=10)
        try:
            booking.invite_children(session.pk, [child], by=coordinator, now=timezone.now())
            outcomes.append("in")
        except ValidationError:
            outcomes.append("full")
        finally:
            connection.close()

    threads = [threading.Thread(target=invite, args=[child]) for child in children]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(outcomes) == ["full", "in"]
    assert session.bookings.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_sessions_confirmed_at_once_never_share_a_host():
    coordinator = UserFactory(roles=[Role.COORDINATOR])
    starts_at = london("2027-03-10 16:00")
    sessions = [ready_session(starts_at=starts_at), ready_session(starts_at=starts_at)]
    start, outcomes = threading.Barrier(2), []

    def confirm(session) -> None:
        start.wait(timeout=10)
        try:
            outcomes.append(confirming.confirm(session.pk, by=coordinator, now=NOW).state)
        finally:
            connection.close()

    threads = [threading.Thread(target=confirm, args=[session]) for session in sessions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert outcomes == ["confirmed", "confirmed"]
    assert len(set(Meeting.objects.values_list("host", flat=True))) == 2
