"""Every blocker of the gate, found where it is and absent where it is not."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from sessions_app.models import Booking, Meeting, Session, SessionItem, StaffAssignment, ZoomHost
from sessions_app.readiness import blockers, gate_facts
from tests.factories import (
    BookingFactory,
    PlaceFactory,
    StaffAssignmentFactory,
    StaffProfileFactory,
    household,
    london,
    ready_session,
)
from whippersnappers.policy import Clause

pytestmark = pytest.mark.django_db


def codes(session: Session, now=None) -> set[str]:
    """What blocks the session, asked for it alone; a list, which asks for all at once, must say the same."""
    now = now or timezone.now()
    found = blockers(Session.objects.get(pk=session.pk), now)
    assert [blockers(listed, now) for listed in gate_facts(Session.objects.filter(pk=session.pk))] == [found]
    return {b.code for b in found}


def test_a_ready_session_has_no_blocker():
    assert codes(ready_session()) == set()


def test_an_empty_draft_names_everything_with_its_clause():
    session = ready_session()
    session.steps.all().delete()
    session.items.all().delete()
    session.assignments.all().delete()
    session.bookings.all().delete()
    ZoomHost.objects.all().delete()
    found = {b.code: b.clause for b in blockers(session, timezone.now())}
    assert found == {
        "no_content": Clause.W2,
        "props_unanswered": Clause.W2,
        "too_few_staff": Clause.W5,
        "no_lead": Clause.W5,
        "nobody_invited": Clause.F7,
        "no_host": Clause.W1,
    }


def test_nothing_needed_answers_the_props():
    session = ready_session(nothing_needed=True)
    session.items.all().delete()
    assert codes(session) == set()
    SessionItem.objects.create(session=session, name="A scarf")
    assert codes(session) == {"props_contradict"}


def test_clearance_counts_on_the_day_of_the_session():
    session = ready_session(starts_at=london("2027-03-10 16:00"))
    second = session.assignments.filter(role=StaffAssignment.Role.SUPPORT).get()
    second.staff.dbs_valid_until = date(2027, 3, 10)
    second.staff.save()
    assert codes(session) == set()
    second.staff.dbs_valid_until = date(2027, 3, 9)
    second.staff.save()
    found = blockers(session, timezone.now())
    assert [b.code for b in found] == ["too_few_staff", "not_cleared"]
    assert "DBS is valid only until 9 March 2027" in found[1].message


def test_a_third_person_without_clearance_blocks_too():
    session = ready_session()
    StaffAssignmentFactory(session=session, staff=StaffProfileFactory(training_valid_until=None))
    assert codes(session) == {"not_cleared"}


def test_somebody_withdrawn_does_not_count():
    session = ready_session()
    session.assignments.filter(role=StaffAssignment.Role.LEAD).update(withdrawn_at=timezone.now())
    assert codes(session) == {"too_few_staff", "no_lead"}


def test_text_that_asks_for_a_password_blocks_wherever_it_stands():
    session = ready_session()
    session.items.create(name="Your tablet", note="Please send us your password first.", position=9)
    found = blockers(session, timezone.now())
    assert [(b.code, b.clause) for b in found] == [("asks_for_secret", Clause.N1)]
    assert codes(session) == {"asks_for_secret"}


@pytest.mark.parametrize(
    ("start", "minutes", "blocked"),
    [
        ("2027-03-10 08:00", 45, False),
        ("2027-03-10 07:59", 45, True),
        ("2027-03-10 19:15", 45, False),
        ("2027-03-10 19:16", 45, True),
        # Summer time: 08:00 in London is 07:00 UTC.
        ("2027-07-10 08:00", 45, False),
        ("2027-07-10 07:30", 45, True),
    ],
)
def test_hours_are_those_of_the_clock_in_london(start, minutes, blocked):
    starts_at = london(start)
    session = ready_session(starts_at=starts_at, ends_at=starts_at + timedelta(minutes=minutes))
    assert codes(session) == ({"outside_hours"} if blocked else set())


def test_a_draft_in_the_past_is_blocked():
    session = ready_session(starts_at=london("2026-01-10 10:00"))
    assert codes(session, now=london("2026-01-10 10:00")) == {"in_the_past"}
    assert codes(session, now=london("2026-01-10 09:59")) == set()


def test_in_person_needs_a_place_and_no_host():
    session = ready_session(delivery=Session.Delivery.IN_PERSON)
    ZoomHost.objects.all().delete()
    assert codes(session) == {"no_place"}
    session.place = PlaceFactory()
    session.save()
    assert codes(session) == set()


def test_one_child_in_a_one_to_one():
    _, children = household(children=2)
    session = ready_session(kind=Session.Kind.ONE_TO_ONE, children=children)
    assert codes(session) == {"one_child_only"}
    session.bookings.filter(child=children[0]).update(state=Booking.State.WITHDRAWN)
    assert codes(session) == set()


def test_more_children_than_places():
    _, children = household(children=3)
    assert codes(ready_session(children=children, capacity=2)) == {"over_capacity"}


def test_a_host_busy_at_the_time_is_not_free_but_one_next_to_it_is():
    busy = ready_session(starts_at=london("2027-03-10 16:00"))
    host = ZoomHost.objects.get()
    Meeting.objects.create(session=busy, host=host)
    overlapping = ready_session(starts_at=london("2027-03-10 16:44"))
    ZoomHost.objects.exclude(pk=host.pk).delete()
    assert codes(overlapping) == {"no_host"}
    after = ready_session(starts_at=london("2027-03-10 16:45"))
    ZoomHost.objects.exclude(pk=host.pk).delete()
    assert codes(after) == set()


@pytest.mark.parametrize("number", [1, 30])
def test_blockers_of_a_list_cost_the_same_queries(number, django_assert_num_queries):
    for n in range(number):
        session = ready_session(starts_at=london("2027-03-10 09:00") + timedelta(days=n))
        BookingFactory(session=session)
    now = timezone.now()
    with django_assert_num_queries(2):
        found = [blockers(session, now) for session in gate_facts(Session.objects.all())]
    assert found == [[]] * number


@pytest.mark.parametrize("state", [Session.State.DELIVERED, Session.State.CANCELLED])
def test_nothing_of_the_gate_is_gathered_for_a_session_that_is_over(state):
    session = ready_session()
    now = timezone.now()
    times = {"confirmed_at": now, "cancelled_at": now if state == Session.State.CANCELLED else None}
    Session.objects.filter(pk=session.pk).update(state=state, **times)
    [listed] = gate_facts(Session.objects.all())
    assert (listed.steps_said, listed.items_said, listed.has_host, listed.staff_away) == (None,) * 4
    assert (len(listed.assignments.all()), listed.places_taken) == (2, 1)
