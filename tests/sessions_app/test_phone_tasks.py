"""Calls that stand for mails: recorded as they went, done when somebody was reached (W2)."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from sessions_app import booking, confirming, phone_tasks
from sessions_app.contacting import contacts_of
from sessions_app.models import Booking, PhoneTask
from tests.factories import household
from tests.sessions_app.mail_scenes import NOW, START, deliver, from_clock, planned
from whippersnappers.audit.models import AuditEvent

pytestmark = pytest.mark.django_db


@pytest.fixture
def task(coordinator) -> PhoneTask:
    _, kids = household(email="", phone="020 7946 0001")
    return PhoneTask.objects.get(session=planned(coordinator, children=kids))


def call(task: PhoneTask, outcome: str, by, **fields) -> PhoneTask:
    return phone_tasks.record_call(task.pk, outcome=outcome, by=by, now=NOW, **fields)


@pytest.mark.parametrize(("outcome", "done"), [("reached", True), ("message_left", False), ("no_answer", False)])
def test_only_reaching_somebody_is_done(task, coordinator, outcome, done):
    after = call(task, outcome, coordinator, note=" rings at six ")
    assert (after.outcome, after.attempts, after.note) == (outcome, 1, "rings at six")
    assert (after.done_at is not None, after.done_by == coordinator) == (done, done)
    event = AuditEvent.objects.get(event="phonetask.called")
    assert (event.target_id, event.detail) == (str(task.pk), {"outcome": outcome, "attempt": 1})


def test_attempts_add_up_and_an_empty_note_keeps_the_last_one(task, coordinator):
    call(task, "no_answer", coordinator, note="rings at six")
    after = call(task, "reached", coordinator)
    assert (after.attempts, after.note, after.done_at) == (2, "rings at six", NOW)


def test_a_done_call_is_not_recorded_again_but_can_be_opened(task, coordinator):
    call(task, "reached", coordinator)
    with pytest.raises(ValidationError, match="done already"):
        call(task, "no_answer", coordinator)
    opened = phone_tasks.reopen(task.pk, by=coordinator, now=NOW)
    assert (opened.done_at, opened.done_by, opened.outcome, opened.attempts) == (None, None, "", 1)
    phone_tasks.reopen(task.pk, by=coordinator, now=NOW)
    assert AuditEvent.objects.filter(event="phonetask.reopened").count() == 1
    assert call(task, "reached", coordinator).attempts == 2


@pytest.mark.parametrize(("outcome", "note"), [("", ""), ("shouted", ""), ("reached", "x" * 301)])
def test_what_makes_no_sense_is_refused_and_changes_nothing(task, coordinator, outcome, note):
    with pytest.raises(ValidationError):
        call(task, outcome, coordinator, note=note)
    task.refresh_from_db()
    assert (task.attempts, task.outcome) == (0, "")


def test_two_presses_are_one_call(task, coordinator):
    for _ in range(2):
        call(task, "no_answer", coordinator, note="rings at six", tried=0)
    for _ in range(2):
        after = call(task, "reached", coordinator, tried=1)
    assert (after.attempts, AuditEvent.objects.filter(event="phonetask.called").count()) == (2, 2)


def test_what_a_colleague_noted_meanwhile_is_said_and_not_lost(task, coordinator, practitioner):
    call(task, "message_left", practitioner, tried=0)
    with pytest.raises(ValidationError, match=r"Meanwhile a colleague noted: left a message\."):
        call(task, "no_answer", coordinator, tried=0)
    task.refresh_from_db()
    assert (task.attempts, task.outcome) == (1, "message_left")


def test_a_needless_call_is_taken_off_the_list_signed_and_once(task, coordinator):
    for _ in range(2):
        after = phone_tasks.take_off(task.pk, by=coordinator, now=NOW)
    assert (after.done_at, after.done_by, after.outcome) == (NOW, coordinator, "")
    assert AuditEvent.objects.filter(event="phonetask.taken_off").count() == 1
    assert not any(contact.is_contacted for contact in contacts_of(task.session_id))


def test_a_call_is_to_be_made_until_its_session_is_over(task):
    ends = task.session.ends_at
    for now, to_make in ((NOW, True), (ends - timedelta(seconds=1), True), (ends, False)):
        assert (PhoneTask.objects.to_make(now).exists(), PhoneTask.objects.never_made(now).exists()) == (
            to_make,
            not to_make,
        )


def test_cancelling_takes_the_call_off_the_list_or_asks_for_another(coordinator):
    (_, heard_kids), (_, other_kids) = (household(email="", phone=str(n)) for n in (1, 2))
    session = planned(coordinator, children=[*heard_kids, *other_kids])
    heard = PhoneTask.objects.get(guardian__phone="1")
    call(heard, "message_left", coordinator)
    confirming.cancel(session.pk, reason="The drummer is ill", by=coordinator, now=NOW)
    waiting = PhoneTask.objects.filter(done_at=None)
    assert [(task.guardian_id, task.purpose) for task in waiting] == [(heard.guardian_id, "cancelled")]
    assert PhoneTask.objects.get(guardian__phone="2").note == "The session is cancelled."


def test_a_call_still_to_be_made_tells_of_a_move_too(coordinator, task):
    confirming.reschedule(
        task.session_id, starts_at=START.replace(hour=17), ends_at=START.replace(hour=18), by=coordinator, now=NOW
    )
    assert list(PhoneTask.objects.filter(done_at=None).values_list("purpose", flat=True)) == ["invite"]


def test_a_place_taken_back_takes_the_call_off_the_list(coordinator, task):
    booking.withdraw(Booking.objects.get(session=task.session_id).pk, by=coordinator, now=NOW)
    task.refresh_from_db()
    assert (task.done_at, task.done_by, task.note) == (NOW, None, "The child's place was taken back.")
    assert PhoneTask.objects.filter(done_at=None).count() == 0


@pytest.mark.parametrize(
    ("address", "reason", "fault"),
    [
        ("ada@example.com", "The mail server refused it: 550 5.1.1 no such user", True),
        ("ada@example.com", "The mail server refused it: 550 no such user here", True),
        ("ada@example.com", "The mail server refused it: 554 5.2.1 mailbox disabled", True),
        ("ada@example.com", "The mail server refused it: 550-5.1.1 The account does not exist", True),
        ("ada@example.com", "The mail server refused it: 550 5.7.1 looks like spam", False),
        ("ada@example.com", "The mail server refused it: 554 looks like spam", False),
        ("ada@example.com", "The mail server refused it: 552 5.3.4 too big", False),
        ("ada@example.com", "This mail cannot be put together (KeyError).", False),
        ("ádá@example.com", "The address has letters before the @ that mail servers do not accept.", True),
    ],
)
def test_an_address_is_blamed_only_when_it_is_at_fault(address, reason, fault):
    assert phone_tasks.is_address_at_fault(address, reason) == fault


def test_a_family_is_contacted_by_the_preparation_or_a_conversation_not_by_an_early_invitation(coordinator, sink):
    (mailed, phoned), kids = zip(*(household(email=email, phone="1") for email in ("ada@example.com", "")), strict=True)
    session = planned(coordinator, children=[kid for (kid,) in kids])

    def contacted() -> set:
        return {contact.reach.guardian for contact in contacts_of(session.pk) if contact.is_contacted}

    deliver(NOW)
    call(PhoneTask.objects.get(), "message_left", coordinator)
    assert contacted() == set()
    from_clock(START - timedelta(hours=48), START - timedelta(hours=47))
    assert contacted() == {*mailed}
    call(PhoneTask.objects.get(), "reached", coordinator)
    assert contacted() == {*mailed, *phoned}
