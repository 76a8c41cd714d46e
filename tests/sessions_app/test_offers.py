"""Waiting lists and offers of places: the order, every way an offer ends, who is told, and races for one place."""

import threading
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from sessions_app import booking, confirming, offers, planning, waiting
from sessions_app.capacity import places_of
from sessions_app.models import Booking, Invitation, PhoneTask, PlaceOffer, Session
from sessions_app.offers import OfferClosed
from sessions_app.reach import guardians_to_reach
from tests.factories import GuardianshipFactory, UserFactory, household, ready_session
from tests.sessions_app.mail_scenes import deliver, mails, subjects, to
from tests.sessions_app.offer_scenes import (
    NOW,
    START,
    a_place,
    asked,
    booking_of,
    full_session,
    offers_of,
)
from whippersnappers.accounts.roles import Role
from whippersnappers.audit.models import AuditEvent

LATER = NOW + timedelta(hours=2)


def free_one(session, coordinator, now=LATER):
    booking.withdraw(a_place(session).pk, by=coordinator, now=now)


@pytest.mark.django_db
def test_a_free_place_is_offered_in_the_order_of_joining_and_held(coordinator):
    session, (first, second) = full_session(coordinator)
    assert asked(session) == []
    free_one(session, coordinator)
    assert asked(session) == [first.pk]
    places = places_of(Session.objects.get(pk=session.pk))
    assert (places.taken, places.offered, places.free) == (0, 1, 0)
    # The family is not invited before it takes the place.
    assert [reach for reach in guardians_to_reach(session) if first in reach.children] == []
    assert (
        Invitation.objects.filter(session=session, guardian__guardianships__child=first, withdrawn_at=None).count() == 0
    )
    with pytest.raises(ValidationError, match="No place is left"):
        booking.invite_children(session.pk, [second], by=coordinator, now=LATER)


@pytest.mark.django_db
def test_taking_makes_the_child_come_and_invites_its_family(coordinator):
    session, (first, _) = full_session(coordinator)
    free_one(session, coordinator)
    (offer,) = offers_of(session)
    guardian = first.guardianships.get().guardian
    for _ in range(2):  # a double press
        offers.take(offer.pk, guardian=guardian, by=guardian.user, now=LATER)
    assert booking_of(session, first).state == Booking.State.COMING
    assert [mail.to for mail in mails(session, "invitation") if mail.to == guardian.email] == [guardian.email]
    assert AuditEvent.objects.filter(event="place.taken").count() == 1
    offer.refresh_from_db()
    assert (offer.state, offer.answered_by) == ("taken", guardian)
    with pytest.raises(OfferClosed, match="taken already"):
        offers.decline(offer.pk, by=guardian.user, now=LATER)


@pytest.mark.django_db
def test_declining_offers_the_place_to_the_next_and_ends_the_waiting(coordinator):
    session, (first, second) = full_session(coordinator)
    free_one(session, coordinator)
    (offer,) = offers_of(session)
    for _ in range(2):
        offers.decline(offer.pk, by=coordinator, now=LATER)
    assert asked(session) == [second.pk]
    assert booking_of(session, first).state == Booking.State.NOT_COMING


@pytest.mark.django_db
def test_the_gate_opens_only_once_nobody_is_left_to_ask(coordinator):
    session, _ = full_session(coordinator)
    free_one(session, coordinator)
    for _ in range(2):
        session.refresh_from_db()
        assert session.gate_reopened_at is None
        offers.decline(offers_of(session, "open")[0].pk, by=coordinator, now=LATER)
    session.refresh_from_db()
    assert session.gate_reopened_at == LATER


@pytest.mark.django_db
def test_an_offer_that_nobody_answers_lapses_once_and_goes_on(coordinator):
    session, (first, second) = full_session(coordinator)
    free_one(session, coordinator)
    (offer,) = offers_of(session)
    assert offers.lapse_due(offer.answer_by - timedelta(seconds=1)) == 0
    with pytest.raises(OfferClosed, match="time to answer is over"):
        offers.take(offer.pk, by=coordinator, now=offer.answer_by)
    assert offers.lapse_due(offer.answer_by) == 2
    assert offers.lapse_due(offer.answer_by) == 0
    assert (asked(session, "lapsed"), asked(session)) == ([first.pk], [second.pk])
    # The first waits on, at the end; when the second does not answer either, nobody is asked twice.
    assert [b.child_id for b in session.bookings.all().waiting()] == [second.pk, first.pk]
    after = offers_of(session, "open")[0].answer_by
    assert offers.lapse_due(after) == 1
    assert offers.lapse_due(after + timedelta(hours=1)) == 0
    assert asked(session) == []
    # Staff may ask again.
    offers.offer_to(booking_of(session, first).pk, by=coordinator, now=after)
    assert asked(session) == [first.pk]


@pytest.mark.django_db
def test_the_sweep_offers_a_place_that_became_free_unnoticed(coordinator):
    session, (first, _) = full_session(coordinator)
    Booking.objects.filter(pk=a_place(session).pk).update(state=Booking.State.NOT_COMING)
    assert offers.lapse_due(LATER) == 1
    assert offers.lapse_due(LATER) == 0
    assert asked(session) == [first.pk]


@pytest.mark.django_db
def test_nothing_is_swept_at_the_cost_of_two_queries(coordinator, django_assert_num_queries):
    for number in range(3):
        session, _ = full_session(coordinator, starts_at=START + timedelta(hours=number))
        free_one(session, coordinator)
    with django_assert_num_queries(2):
        assert offers.lapse_due(LATER) == 0


@pytest.mark.django_db
def test_more_places_are_offered_at_once_and_none_is_promised_twice(coordinator):
    session, children = full_session(coordinator, waiters=3)
    session.capacity = 3
    planning.save_session(session, by=coordinator, now=LATER)
    planning.settle(session.pk, by=coordinator, now=LATER)
    assert asked(session) == [children[0].pk, children[1].pk]
    session.capacity = 2
    with pytest.raises(ValidationError) as refused:
        planning.save_session(session, by=coordinator, now=LATER)
    assert refused.value.message_dict == {
        "capacity": [
            "1 child has a place and 2 more are offered: give the session at least 3 places, "
            "or take children out first."
        ]
    }


@pytest.mark.django_db
def test_a_draft_asks_nobody_and_confirming_offers_what_is_free(coordinator):
    session = ready_session(starts_at=START, capacity=3)
    _, children = household(children=3)
    waiting.join_waiting_list(session.pk, children, by=coordinator, now=NOW)
    assert offers.lapse_due(NOW) == 0
    with pytest.raises(ValidationError, match="once the session is confirmed"):
        offers.offer_to(booking_of(session, children[0]).pk, by=coordinator, now=NOW)
    with pytest.raises(ValidationError, match="Say why this child"):
        booking.place_waiting(booking_of(session, children[1]).pk, by=coordinator, now=NOW)
    booking.place_waiting(booking_of(session, children[1]).pk, reason="Was ill last time", by=coordinator, now=NOW)
    assert booking_of(session, children[1]).state == Booking.State.INVITED
    confirming.confirm(session.pk, by=coordinator, now=NOW)
    assert asked(session) == [children[0].pk]


@pytest.mark.django_db
def test_passing_somebody_over_takes_a_reason(coordinator):
    session, (first, second, third) = full_session(coordinator, waiters=3)
    with pytest.raises(ValidationError, match="Say why this child"):
        waiting.move_up(booking_of(session, third).pk, reason=" ", by=coordinator, now=NOW)
    waiting.move_up(booking_of(session, third).pk, reason="Has waited all term", by=coordinator, now=NOW)
    assert [b.child_id for b in session.bookings.all().waiting()] == [third.pk, first.pk, second.pk]
    free_one(session, coordinator)
    assert asked(session) == [third.pk]
    # A place that nobody is asked about: the offer is taken back, the one who was asked stays on the list.
    Session.objects.filter(pk=session.pk).update(capacity=2)
    with pytest.raises(ValidationError, match="Others have waited longer"):
        offers.offer_to(booking_of(session, second).pk, by=coordinator, now=LATER)
    offer = offers.offer_to(booking_of(session, second).pk, reason="Lives next door", by=coordinator, now=LATER)
    assert offer.passed_over_reason == "Lives next door"
    assert "next door" not in " ".join(str(event.detail) for event in AuditEvent.objects.all())


@pytest.mark.django_db
def test_an_offer_taken_back_goes_to_the_next_and_those_asked_are_told(coordinator, sink):
    session, (first, second) = full_session(coordinator)
    free_one(session, coordinator)
    deliver(LATER)
    (offer,) = offers_of(session)
    for _ in range(2):
        offers.take_back(offer.pk, by=coordinator, now=LATER)
    assert asked(session) == [second.pk]
    assert booking_of(session, first).state == Booking.State.WAITING
    deliver(LATER)
    address = first.guardianships.get().guardian.email
    assert subjects(sink, address) == [
        "A place is free: Drums and songs, Tuesday 24 November, 4:00pm",
        "About the place we offered: Drums and songs, Tuesday 24 November, 4:00pm",
    ]


@pytest.mark.django_db
def test_leaving_the_list_ends_the_offer_and_tells_nobody_who_was_not_asked(coordinator, sink):
    session, (first, second) = full_session(coordinator)
    free_one(session, coordinator)
    for _ in range(2):
        waiting.leave(booking_of(session, first).pk, by=coordinator, now=LATER)
    assert (asked(session, "taken_back"), asked(session)) == ([first.pk], [second.pk])
    deliver(LATER)
    assert to(sink, first.guardianships.get().guardian.email) == []


@pytest.mark.django_db
def test_cancelling_ends_offers_and_tells_those_who_were_asked(coordinator, sink):
    session, (first, second) = full_session(coordinator)
    free_one(session, coordinator)
    deliver(LATER)
    confirming.cancel(session.pk, reason="Maya is ill", by=coordinator, now=LATER)
    assert (asked(session, "taken_back"), asked(session)) == ([first.pk], [])
    deliver(LATER)
    assert len(to(sink, first.guardianships.get().guardian.email)) == 2
    assert to(sink, second.guardianships.get().guardian.email) == []


@pytest.mark.django_db
def test_too_near_to_the_start_nobody_is_asked(coordinator):
    session, (first, _) = full_session(coordinator)
    free_one(session, coordinator, now=START - timedelta(hours=2))
    assert asked(session) == []
    with pytest.raises(ValidationError, match="too late to offer"):
        offers.offer_to(booking_of(session, first).pk, by=coordinator, now=START - timedelta(hours=2))


@pytest.mark.django_db
def test_a_session_moved_nearer_shortens_the_time_to_answer(coordinator):
    session, (first, _second) = full_session(coordinator)
    free_one(session, coordinator)
    (offer,) = offers_of(session)
    sooner = LATER + timedelta(hours=6)
    confirming.reschedule(
        session.pk, starts_at=sooner, ends_at=sooner + timedelta(minutes=45), by=coordinator, now=LATER
    )
    with pytest.raises(OfferClosed):
        offers.take(offer.pk, by=coordinator, now=sooner - timedelta(hours=2))
    assert offers.lapse_due(sooner - timedelta(hours=2)) == 1
    assert (asked(session, "lapsed"), asked(session)) == ([first.pk], [])


def restrict(child):
    standing = child.guardianships.get()
    standing.restricted, standing.restriction_review_on, standing.restriction_reason = True, NOW.date(), "Court order"
    standing.save()


@pytest.mark.django_db
def test_a_restricted_guardian_is_not_asked_and_a_child_of_nobody_is_passed(coordinator, sink):
    session, (first, second) = full_session(coordinator)
    restrict(first)
    free_one(session, coordinator)
    assert asked(session) == [second.pk]
    # Restricted after the offer was made: the mail does not go.
    restrict(second)
    deliver(LATER)
    assert to(sink, second.guardianships.get().guardian.email) == []


@pytest.mark.django_db
def test_separated_parents_are_asked_apart_and_the_first_answer_counts(coordinator, sink):
    session, (child, _) = full_session(coordinator)
    mother = child.guardianships.get().guardian
    father = GuardianshipFactory(child=child, relationship="father").guardian
    free_one(session, coordinator)
    deliver(LATER)
    for own, other in ((mother, father), (father, mother)):
        (message,) = to(sink, own.email)
        assert other.email not in message.as_string()
        assert other.first_name not in message.as_string()
    (offer,) = offers_of(session, "open")
    offers.decline(offer.pk, guardian=mother, by=mother.user, now=LATER)
    deliver(LATER)
    assert len(to(sink, mother.email)) == 1
    gone = to(sink, father.email)[-1]
    assert gone["Subject"].startswith("About the place we offered")
    assert mother.first_name not in gone.as_string()
    with pytest.raises(OfferClosed):
        offers.take(offer.pk, guardian=father, by=father.user, now=LATER)


@pytest.mark.django_db
def test_a_family_without_mail_gets_a_call_that_ends_with_the_offer(coordinator):
    session, _ = full_session(coordinator, waiters=0)
    _, children = household(children=2, email="", phone="07700 900123")
    waiting.join_waiting_list(session.pk, children, by=coordinator, now=NOW)
    Session.objects.filter(pk=session.pk).update(capacity=3)
    offers.lapse_due(LATER)
    calls = PhoneTask.objects.filter(session=session, purpose=PhoneTask.Purpose.OFFER)
    assert calls.filter(done_at=None).count() == 2
    first, second = offers_of(session)
    offers.take(first.pk, by=coordinator, now=LATER)
    assert calls.filter(done_at=None).count() == 1
    offers.lapse_due(second.answer_by)
    assert calls.filter(done_at=None).count() == 0


@pytest.mark.django_db
def test_inviting_a_child_who_was_offered_a_place_uses_that_place(coordinator):
    session, (first, _) = full_session(coordinator)
    free_one(session, coordinator)
    booking.invite_children(session.pk, [first], by=coordinator, now=LATER)
    assert booking_of(session, first).state == Booking.State.INVITED
    assert (asked(session, "taken"), asked(session)) == ([first.pk], [])


@pytest.mark.django_db
def test_joining_twice_or_with_a_place_changes_nothing(coordinator):
    session, (first, second) = full_session(coordinator)
    inside = a_place(session).child
    assert waiting.join_waiting_list(session.pk, [first, inside], by=coordinator, now=LATER) == []
    assert [b.child_id for b in session.bookings.all().waiting()] == [first.pk, second.pk]
    with pytest.raises(ValidationError, match="over"):
        waiting.join_waiting_list(session.pk, [first], by=coordinator, now=session.ends_at)


@pytest.mark.django_db
def test_postgres_refuses_a_second_open_offer_and_a_waiting_without_since(coordinator):
    session, (first, _) = full_session(coordinator)
    free_one(session, coordinator)
    held = booking_of(session, first)
    for refused in (
        lambda: PlaceOffer.objects.create(booking=held, offered_at=NOW, answer_by=LATER),
        lambda: PlaceOffer.objects.filter(booking=held).update(state="taken"),
        lambda: PlaceOffer.objects.filter(booking=held).update(answer_by=NOW),
        lambda: Booking.objects.filter(pk=held.pk).update(waiting_since=None),
        lambda: Booking.objects.filter(pk=held.pk).update(queue_at=NOW - timedelta(days=1)),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            refused()


def race(*calls):
    """Run the calls at once, each with a connection of its own; returns what each came to, as words."""
    start, outcomes = threading.Barrier(len(calls)), []

    def run(call) -> None:
        start.wait(timeout=10)
        try:
            call()
            outcomes.append("done")
        except ValidationError as refused:
            outcomes.append(" ".join(refused.messages))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[call]) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return sorted(outcomes)


@pytest.mark.django_db(transaction=True)
def test_two_parents_answering_at_once_get_one_answer():
    coordinator = UserFactory(roles=[Role.COORDINATOR])
    session, (child, other) = full_session(coordinator)
    free_one(session, coordinator)
    (offer,) = offers_of(session)
    outcomes = race(
        lambda: offers.take(offer.pk, by=coordinator, now=LATER),
        lambda: offers.decline(offer.pk, by=coordinator, now=LATER),
    )
    assert len(outcomes) == 2
    offer.refresh_from_db()
    state = booking_of(session, child).state
    if offer.state == "taken":
        assert (state, outcomes[0]) == ("coming", "This place has been taken already.")
        assert asked(session) == []
    else:
        assert (state, asked(session)) == ("not_coming", [other.pk])
    assert places_of(Session.objects.get(pk=session.pk)).held == 1


@pytest.mark.django_db(transaction=True)
def test_the_last_place_is_never_given_twice():
    """A family takes it, its offer lapses, staff fill it and beat sweeps, all at the same moment."""
    coordinator = UserFactory(roles=[Role.COORDINATOR])
    session, (_first, _second) = full_session(coordinator)
    free_one(session, coordinator)
    (offer,) = offers_of(session)
    stranger = household()[1]
    race(
        lambda: offers.take(offer.pk, by=coordinator, now=offer.answer_by - timedelta(seconds=1)),
        lambda: offers.lapse_due(offer.answer_by),
        lambda: booking.invite_children(session.pk, stranger, by=coordinator, now=LATER),
        lambda: offers.lapse_due(offer.answer_by),
    )
    offers.lapse_due(offer.answer_by)
    places = places_of(Session.objects.get(pk=session.pk))
    assert (places.held, places.free) == (1, 0)
    assert stranger[0].pk not in session.bookings.values_list("child", flat=True)
    assert len(asked(session)) == places.offered <= 1
