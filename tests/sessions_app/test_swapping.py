"""Swaps from asking to accepting, and everything that may come between; going off and coming back."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from sessions_app import absences, confirming, staffing, swapping
from sessions_app.absences import whole_days
from sessions_app.models import Session, StaffAssignment, SwapRequest
from tests.factories import StaffProfileFactory, UserFactory, household, ready_session
from tests.sessions_app.mail_scenes import NOW, START, deliver, entry, part, planned, subjects, to

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def session(coordinator):
    return planned(coordinator, children=household()[1])


@pytest.fixture
def lead(session) -> StaffAssignment:
    return session.assignments.select_related("staff__user").get(role="lead")


@pytest.fixture
def tom():
    return StaffProfileFactory(user=UserFactory(name="Tom Brennan", email="tom@whippersnappers.org"))


def ask(lead, whom=None, now=NOW) -> SwapRequest:
    return swapping.ask(lead.pk, whom, by=lead.staff.user, now=now)


def present(session) -> dict[str, str]:
    rows = session.assignments.filter(withdrawn_at=None).select_related("staff__user")
    return {str(a.staff): a.role for a in rows}


def test_a_swap_changes_hands_once_the_coordinator_says_yes(coordinator, session, lead, tom, sink):
    deliver(NOW)
    swap = ask(lead, tom)
    deliver(NOW)
    assert subjects(sink, tom.user.email) == ["Can you take over?: Drums and songs, Tuesday 24 November"]
    swapping.agree(swap.pk, tom, by=tom.user, now=NOW + HOUR)
    swapping.agree(swap.pk, tom, by=tom.user, now=NOW + HOUR)
    deliver(NOW + HOUR)
    assert subjects(sink, coordinator.email) == ["A swap waits for you: session on Tuesday 24 November, 4:00pm"]
    assert str(tom) not in present(session)
    for _ in range(2):
        swapping.accept(swap.pk, by=coordinator, now=NOW + 2 * HOUR)
    deliver(NOW + 2 * HOUR)
    assert present(session)[str(tom)] == "lead"
    assert str(lead.staff) not in present(session)
    assert subjects(sink, tom.user.email)[1:] == ["You are on: Drums and songs, Tuesday 24 November, 4:00pm"]
    assert subjects(sink, lead.staff.user.email)[-1] == "You are off: Drums and songs, Tuesday 24 November, 4:00pm"
    # The gate never opened, so nobody was alarmed.
    assert len(subjects(sink, coordinator.email)) == 1
    assert Session.objects.get(pk=session.pk).gate_reopened_at is None


def test_anyone_suitable_is_asked_and_the_first_to_agree_has_it(session, lead, tom, sink):
    ann = StaffProfileFactory(user=UserFactory(name="Ann", email="ann@whippersnappers.org"))
    lapsed = StaffProfileFactory(dbs_valid_until=date(2026, 11, 1))
    swap = ask(lead)
    deliver(NOW)
    asked = [len(subjects(sink, one.user.email)) for one in (tom, ann, lapsed)]
    assert asked == [1, 1, 0]
    swapping.agree(swap.pk, ann, by=ann.user, now=NOW)
    with pytest.raises(ValidationError, match="settled already"):
        swapping.agree(swap.pk, tom, by=tom.user, now=NOW)


def test_what_was_true_when_they_agreed_may_not_be_any_more(coordinator, session, lead, tom):
    swap = ask(lead, tom)
    swapping.agree(swap.pk, tom, by=tom.user, now=NOW)
    away = absences.enter_absence(tom, "sickness", *whole_days(START.date(), START.date()), by=tom.user, now=NOW)
    with pytest.raises(ValidationError, match="Tom Brennan is not free and cleared for this session any more"):
        swapping.accept(swap.pk, by=coordinator, now=NOW)
    absences.take_back_absence(away.pk, by=tom.user, now=NOW)
    tom.training_valid_until = date(2026, 11, 20)
    tom.save()
    with pytest.raises(ValidationError, match="not free and cleared"):
        swapping.accept(swap.pk, by=coordinator, now=NOW)
    tom.training_valid_until = date(2099, 1, 1)
    tom.save()
    elsewhere = ready_session(starts_at=START)
    staffing.assign(elsewhere.pk, tom, "support", by=coordinator, now=NOW)
    with pytest.raises(ValidationError, match="not free and cleared"):
        swapping.accept(swap.pk, by=coordinator, now=NOW)
    assert SwapRequest.objects.get().state == "agreed"
    assert str(lead.staff) in present(session)


def test_refusing_tells_whoever_asked_and_leaves_all_as_it_was(coordinator, session, lead, tom, sink):
    swap = ask(lead, tom)
    swapping.refuse(swap.pk, by=tom.user, now=NOW)
    swapping.refuse(swap.pk, by=tom.user, now=NOW)
    deliver(NOW)
    assert "No swap: Drums and songs, Tuesday 24 November" in subjects(sink, lead.staff.user.email)
    assert subjects(sink, tom.user.email) == []
    assert present(session)[str(lead.staff)] == "lead"


def test_asking_twice_asking_somebody_busy_and_asking_too_late(session, lead, tom):
    ask(lead, tom)
    with pytest.raises(ValidationError, match="You have asked already"):
        ask(lead, tom)
    support = session.assignments.get(role="support")
    with pytest.raises(ValidationError, match="is not free then: choose somebody else"):
        swapping.ask(support.pk, lead.staff, by=support.staff.user, now=NOW)
    with pytest.raises(ValidationError, match="cannot be swapped any more"):
        swapping.ask(support.pk, tom, by=support.staff.user, now=START)


def test_whoever_goes_off_or_a_cancelled_session_has_nothing_to_swap(coordinator, session, lead, tom, sink):
    swap = ask(lead, tom)
    staffing.drop_out(lead.pk, reason="", by=lead.staff.user, now=NOW)
    assert SwapRequest.objects.get().state == "taken_back"
    deliver(NOW)
    assert subjects(sink, tom.user.email) == []
    with pytest.raises(ValidationError, match="settled already"):
        swapping.agree(swap.pk, tom, by=tom.user, now=NOW)
    support = session.assignments.get(role="support")
    other = swapping.ask(support.pk, None, by=support.staff.user, now=NOW)
    confirming.cancel(session.pk, reason="The hall is closed", by=coordinator, now=NOW)
    assert not SwapRequest.objects.pending(NOW).exists()
    with pytest.raises(ValidationError, match="cannot be swapped any more"):
        swapping.agree(other.pk, tom, by=tom.user, now=NOW)


def test_postgres_keeps_one_open_request_and_states_that_fit(lead, tom):
    swap = ask(lead, tom)
    for broken in ({"state": "agreed"}, {"state": "accepted"}, {"state": "refused"}, {"agreed_at": NOW}):
        with pytest.raises(IntegrityError), transaction.atomic():
            SwapRequest.objects.filter(pk=swap.pk).update(**broken)
    with pytest.raises(IntegrityError), transaction.atomic():
        SwapRequest.objects.create(assignment=lead, asked_at=NOW)


def test_going_off_can_be_undone_until_somebody_comes_instead(coordinator, session, lead, tom):
    me = lead.staff.user
    staffing.drop_out(lead.pk, reason="", by=me, now=NOW)
    assert Session.objects.get(pk=session.pk).gate_reopened_at == NOW
    for _ in range(2):
        staffing.come_back(lead.pk, by=me, now=NOW + HOUR)
    assert present(session)[str(lead.staff)] == "lead"
    assert Session.objects.get(pk=session.pk).gate_reopened_at is None
    staffing.drop_out(lead.pk, reason="", by=me, now=NOW + 2 * HOUR)
    staffing.assign(session.pk, tom, "lead", by=coordinator, now=NOW + 3 * HOUR)
    with pytest.raises(ValidationError, match="Somebody has come instead"):
        staffing.come_back(lead.pk, by=me, now=NOW + 4 * HOUR)


def test_what_the_coordinator_did_nobody_else_undoes(coordinator, lead):
    staffing.drop_out(lead.pk, reason="", by=coordinator, now=NOW)
    with pytest.raises(ValidationError):
        staffing.come_back(lead.pk, by=lead.staff.user, now=NOW)


def test_coming_back_meets_a_clash_in_words(coordinator, session, lead):
    me = lead.staff.user
    staffing.drop_out(lead.pk, reason="", by=me, now=NOW)
    elsewhere = ready_session(starts_at=START, title="Stories")
    staffing.assign(elsewhere.pk, lead.staff, "support", by=coordinator, now=NOW)
    with pytest.raises(ValidationError, match="is at “Stories”"):
        staffing.come_back(lead.pk, by=me, now=NOW)


def test_the_calendar_entry_is_one_for_ever_and_follows_each_step(coordinator, session, lead, sink):
    me = lead.staff.user
    deliver(NOW)
    confirming.reschedule(session.pk, starts_at=START + HOUR, ends_at=START + 2 * HOUR, by=coordinator, now=NOW + HOUR)
    deliver(NOW + 2 * HOUR)
    staffing.drop_out(lead.pk, reason="", by=me, now=NOW + 3 * HOUR)
    deliver(NOW + 3 * HOUR)
    staffing.come_back(lead.pk, by=me, now=NOW + 4 * HOUR)
    deliver(NOW + 4 * HOUR)
    received = to(sink, me.email)
    assert [str(m["Subject"]).split(":")[0] for m in received] == ["You are on", "Changed", "You are off", "You are on"]
    entries = [entry(message) for message in received]
    assert [method for _, method in entries] == ["REQUEST", "REQUEST", "CANCEL", "REQUEST"]
    assert len({str(event["UID"]) for event, _ in entries}) == 1
    assert [int(event["SEQUENCE"]) for event, _ in entries] == [1, 2, 3, 4]
    for message in received:
        assert "drum42" not in part(message, "text/calendar")


def test_undone_before_anybody_heard_is_no_news(session, lead, sink):
    deliver(NOW)
    staffing.drop_out(lead.pk, reason="", by=lead.staff.user, now=NOW + HOUR)
    staffing.come_back(lead.pk, by=lead.staff.user, now=NOW + HOUR)
    deliver(NOW + HOUR)
    assert len(subjects(sink, lead.staff.user.email)) == 1
