"""Coming or not coming: the child's answer, what becomes of the place, who hears what, until when."""

from datetime import timedelta

import pytest
from django.db import connection

from families.models import Guardianship
from sessions_app import answering, due_mails, gate, invitations, waiting
from sessions_app.models import Booking, FamilyAnswer, Invitation, PhoneTask, Session
from tests.factories import GuardianFactory, GuardianshipFactory, household
from tests.sessions_app.mail_scenes import NOW, START, deliver, edit, family, mails, planned, subjects
from tests.sessions_app.offer_scenes import asked, booking_of, full_session
from whippersnappers.audit.models import AuditEvent
from whippersnappers.outbox.models import OutgoingMail

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(hours=1)
State = Booking.State


def say(booking, coming, *, guardian=None, reason=None, sure=True, now=LATER):
    guardian = guardian or booking.child.guardianships.get().guardian
    return answering.say(
        booking.pk, coming=coming, reason=reason, sure=sure, guardian=guardian, by=guardian.user, now=now
    )


@pytest.fixture
def ours(coordinator):
    """A confirmed session with one family's child in it."""
    guardian, kid = family()
    session = planned(coordinator, children=[kid])
    return guardian, booking_of(session, kid)


def test_yes_is_kept_and_told_in_the_trail_without_words(ours):
    guardian, booking = ours
    assert say(booking, True).state == State.COMING
    event = AuditEvent.objects.get(event="booking.answered")
    said = {"child": str(booking.child_id), "coming": True, "guardian": str(guardian.pk), "state": "coming"}
    assert event.detail == said


def test_no_frees_the_place_and_offers_it_in_the_same_moment(coordinator):
    session, waiters = full_session(coordinator)
    booking = session.bookings.all().holding_a_place()[0]
    say(booking, False, reason="canary: in hospital")
    assert booking_of(session, booking.child).state == State.NOT_COMING
    assert asked(session) == [waiters[0].pk]
    trail = str(list(AuditEvent.objects.values_list("detail", flat=True)))
    assert "canary" not in trail
    with connection.cursor() as cursor:
        cursor.execute("SELECT reason FROM sessions_app_familyanswer")
        assert b"canary" not in bytes(cursor.fetchone()[0])


def test_the_same_press_twice_is_once(ours):
    _, booking = ours
    for coming in (True, True, False, False, False):
        say(booking, coming)
    assert list(FamilyAnswer.objects.order_by("answered_at").values_list("coming", flat=True)) == [True, False]
    assert AuditEvent.objects.filter(event="booking.answered").count() == 2


def test_a_reason_can_be_added_changed_and_taken_back(ours):
    _, booking = ours
    say(booking, False)
    for reason, kept in [("A cold", "A cold"), (None, "A cold"), ("  \x00 A bad cold ", "A bad cold"), ("", "")]:
        say(booking, False, reason=reason)
        assert FamilyAnswer.objects.get().reason == kept


def test_a_reason_of_a_megabyte_is_refused_plainly_and_changes_nothing(ours):
    _, booking = ours
    with pytest.raises(answering.ValidationError) as refused:
        say(booking, False, reason="x" * 1_000_000)
    assert refused.value.message_dict == {"reason": ["That is too long. Please use less than 1,000 letters."]}
    booking.refresh_from_db()
    assert booking.state == State.INVITED


def test_changing_their_mind_takes_the_place_back_while_it_is_free(ours):
    _, booking = ours
    say(booking, False)
    assert say(booking, True).state == State.COMING


def test_a_place_that_is_gone_means_the_waiting_list(coordinator):
    session, _ = full_session(coordinator)
    booking = session.bookings.all().holding_a_place()[0]
    say(booking, False)
    assert say(booking, True).state == State.WAITING
    assert [b.child_id for b in session.bookings.all().waiting()][-1] == booking.child_id


def test_whoever_waits_can_leave_the_list_by_saying_no(coordinator):
    session, _ = full_session(coordinator)
    booking = session.bookings.all().holding_a_place()[0]
    for coming in (False, True, False):
        answered = say(booking, coming)
    assert answered.state == State.NOT_COMING
    assert booking.child_id not in [b.child_id for b in session.bookings.all().waiting()]


def test_a_place_that_is_gone_shortly_before_the_start_is_said_kindly(coordinator):
    session, _waiters = full_session(coordinator)
    booking = session.bookings.all().holding_a_place()[0]
    say(booking, False)
    late = START - timedelta(minutes=30)
    with pytest.raises(answering.AnswerClosed, match="another child has the place now"):
        say(booking, True, now=late)
    booking.refresh_from_db()
    assert (booking.state, FamilyAnswer.objects.count()) == (State.NOT_COMING, 1)


@pytest.mark.parametrize(("before", "open_"), [(timedelta(microseconds=1), True), (timedelta(0), False)])
def test_it_can_be_changed_until_the_start_and_not_after(ours, before, open_):
    _, booking = ours
    if open_:
        assert say(booking, False, now=START - before).state == State.NOT_COMING
    else:
        with pytest.raises(answering.AnswerClosed, match="has started"):
            say(booking, False, now=START - before)


def test_the_last_answer_of_two_guardians_holds(ours):
    guardian, booking = ours
    other = GuardianshipFactory(child=booking.child).guardian
    say(booking, False, guardian=guardian, reason="canary")
    say(booking, True, guardian=other)
    booking.refresh_from_db()
    assert booking.state == State.COMING
    say(booking, False, guardian=other)
    assert [a.reason for a in FamilyAnswer.objects.filter(guardian=other)] == ["", ""]
    assert FamilyAnswer.objects.get(guardian=guardian).reason == "canary"


def restrict(guardian, booking):
    booking.child.guardianships.update(restricted=True, restriction_review_on=START.date())


def not_invited(guardian, booking):
    booking.child.guardianships.update(may_be_invited=False)


def archive(guardian, booking):
    guardian.archived_at = NOW
    guardian.save()


def forget_the_child(guardian, booking):
    Guardianship.objects.all().delete()


def take_out(guardian, booking):
    Booking.objects.update(state=State.WITHDRAWN)


@pytest.mark.parametrize("event", [restrict, not_invited, archive, forget_the_child, take_out])
def test_whoever_lost_their_standing_cannot_answer(ours, event):
    guardian, booking = ours
    event(guardian, booking)
    with pytest.raises(answering.AnswerClosed, match="not yours"):
        say(booking, False, guardian=guardian)
    assert FamilyAnswer.objects.count() == 0


def test_a_guardian_of_another_child_cannot_answer(ours):
    _, booking = ours
    with pytest.raises(answering.AnswerClosed):
        say(booking, False, guardian=GuardianFactory())


@pytest.mark.parametrize("state", [Session.State.CANCELLED, Session.State.DRAFT, Session.State.LIVE])
def test_only_a_confirmed_session_is_answered(ours, state):
    _, booking = ours
    Session.objects.update(state=state, cancelled_at=NOW if state == Session.State.CANCELLED else None)
    with pytest.raises(answering.AnswerClosed):
        say(booking, True)


def test_when_nobody_comes_any_more_the_gate_opens_and_coordinators_are_told(ours, coordinator):
    _, booking = ours
    say(booking, False)
    session = Session.objects.get()
    assert session.gate_reopened_at == LATER
    [alert] = OutgoingMail.objects.filter(kind="coordinator_alert")
    assert "No child is coming any more." in str(alert.context)
    say(booking, True)
    assert not gate.recheck(session.pk, by=coordinator, now=LATER)


def test_who_does_not_come_gets_no_more_mails_and_hears_again_after_a_change_of_mind(ours, sink):
    guardian, booking = ours
    deliver(NOW)
    say(booking, False)
    at_due = START - timedelta(hours=47)
    due_mails.enqueue_due(at_due)
    deliver(at_due)
    assert len(subjects(sink, guardian.email)) == 1
    say(booking, True, now=at_due)
    due_mails.enqueue_due(at_due)
    deliver(at_due)
    assert [subject.split(":")[0] for subject in subjects(sink, guardian.email)] == ["Your invitation", "Getting ready"]


def test_a_mail_still_in_the_house_is_taken_back_and_made_again(ours, sink):
    guardian, booking = ours
    for coming in (False, True, False, True):
        say(booking, coming)
    deliver(LATER)
    assert [subject.split(":")[0] for subject in subjects(sink, guardian.email)] == ["Your invitation"]


def test_who_comes_after_all_hears_what_changed_meanwhile(ours, sink, coordinator):
    guardian, booking = ours
    deliver(NOW)
    say(booking, False)
    edit(booking.session, now=LATER, by=coordinator, title="Trumpets")
    deliver(LATER + timedelta(hours=1))
    assert len(subjects(sink, guardian.email)) == 1
    say(booking, True, now=LATER + timedelta(hours=2))
    deliver(LATER + timedelta(hours=3))
    assert [subject.split(",")[0] for subject in subjects(sink, guardian.email)][-1] == "Changed: Trumpets"


def test_a_sibling_who_comes_keeps_the_mails_going(coordinator, sink):
    (guardian,), kids = household(children=2)
    session = planned(coordinator, children=kids)
    say(booking_of(session, kids[0]), False)
    deliver(LATER)
    assert len(subjects(sink, guardian.email)) == 1
    assert invitations.way_in(Invitation.objects.get(), START).state == "open"


def test_calls_end_and_come_back(coordinator):
    _guardian, kid = family(prefers="phone", phone="020 7000 0000")
    session = planned(coordinator, children=[kid])
    call = PhoneTask.objects.get()
    say(booking_of(session, kid), False)
    call.refresh_from_db()
    assert (call.done_at, call.note) == (LATER, "The family said that the child is not coming.")
    say(booking_of(session, kid), True)
    call.refresh_from_db()
    assert (call.done_at, call.note) == (None, "")


def test_a_way_in_that_staff_took_away_stays_away(ours, coordinator):
    guardian, booking = ours
    other = GuardianshipFactory(child=booking.child).guardian
    shut_out = Invitation.objects.create(session=booking.session, guardian=other, withdrawn_at=NOW)
    say(booking, False, guardian=guardian)
    say(booking, True, guardian=guardian)
    shut_out.refresh_from_db()
    assert shut_out.withdrawn_at == NOW
    assert mails(booking.session, "invitation")[0].person == f"guardian:{guardian.pk}"


def test_joining_the_list_again_keeps_one_booking(coordinator):
    session, _ = full_session(coordinator)
    booking = session.bookings.all().holding_a_place()[0]
    say(booking, False)
    say(booking, True)
    waiting.join_waiting_list(session.pk, [booking.child], by=coordinator, now=LATER)
    assert Booking.objects.filter(session=session, child=booking.child).count() == 1
