"""Fifty presses at the same moment, each over a connection of its own: one place is one place."""

from datetime import timedelta

import pytest

from sessions_app import answering
from sessions_app.models import Booking, FamilyAnswer, PlaceOffer
from tests.factories import GuardianshipFactory
from tests.families.test_races import both
from tests.sessions_app.offer_scenes import NOW, full_session
from whippersnappers.audit.trail import verify

pytestmark = pytest.mark.django_db(transaction=True)

LATER = NOW + timedelta(hours=1)
PRESSES = 50


def test_fifty_presses_of_two_parents_leave_one_answer_and_no_place_too_many(coordinator):
    session, _ = full_session(coordinator, capacity=2, waiters=3)
    booking = session.bookings.all().holding_a_place()[0]
    mother = booking.child.guardianships.get().guardian
    father = GuardianshipFactory(child=booking.child).guardian

    def press(number: int) -> str:
        who = mother if number % 3 else father
        now = LATER + timedelta(milliseconds=number)
        said = answering.say(booking.pk, coming=bool(number % 2), sure=True, guardian=who, by=who.user, now=now)
        return said.state

    states = both(press, PRESSES)
    assert set(states) <= {"coming", "not_coming", "waiting"}
    booking.refresh_from_db()
    last = FamilyAnswer.objects.filter(booking=booking).first()
    assert (booking.state == Booking.State.NOT_COMING) == (not last.coming)
    held = session.bookings.all().holding_a_place().count() + PlaceOffer.objects.open().count()
    assert held <= 2
    assert PlaceOffer.objects.open().values("booking").distinct().count() == PlaceOffer.objects.open().count()
    verify()


def test_two_families_who_both_come_back_share_out_the_last_place(coordinator):
    session, _ = full_session(coordinator, capacity=2, waiters=0)
    bookings = list(session.bookings.all().holding_a_place())
    for booking in bookings:
        guardian = booking.child.guardianships.get().guardian
        answering.say(booking.pk, coming=False, guardian=guardian, by=guardian.user, now=LATER)
    type(session).objects.filter(pk=session.pk).update(capacity=1)

    def come_back(number: int) -> str:
        guardian = bookings[number].child.guardianships.get().guardian
        return answering.say(bookings[number].pk, coming=True, guardian=guardian, by=guardian.user, now=LATER).state

    assert sorted(both(come_back)) == ["coming", "waiting"]
