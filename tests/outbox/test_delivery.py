"""From row to server: one mail once, whatever its kind or the server does."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from tests.mail_kinds import OTHERS, put, was_called
from tests.mail_sink import DROP, FINE, HANG, Sink, free_port
from tests.outbox.conftest import use
from whippersnappers.outbox import claiming
from whippersnappers.outbox.delivery import deliver
from whippersnappers.outbox.models import MailServerPause, OutgoingMail
from whippersnappers.outbox.sweeping import expire, recover, sweep

State = OutgoingMail.State
pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 16, 0, tzinfo=UTC)


def again(mail: OutgoingMail) -> OutgoingMail:
    return OutgoingMail.objects.get(pk=mail.pk)


def send(now: datetime | None = None) -> dict[str, int]:
    return dict(deliver(threads=1, **({"clock": lambda: now} if now else {})))


# --- The good way ------------------------------------------------------------------------------------------
def test_a_due_mail_is_sent_once_and_noted(sink: Sink) -> None:
    mail = put(to="ada@example.com", to_name="Ada")
    assert send() == {"sent": 1}
    assert send() == {}
    mail = again(mail)
    assert [(m.recipients, m.message_id, m.sender) for m in sink.mails] == [
        (["ada@example.com"], mail.message_id, "hello@whippersnappers.org")
    ]
    assert (mail.state, mail.attempts, mail.unfinished, mail.lease_owner, mail.reason) == (State.SENT, 1, 0, None, "")
    assert mail.sent_at is not None
    assert was_called("sent", mail)


def test_a_mail_that_is_not_due_waits(sink: Sink) -> None:
    now = timezone.now()
    put(now=now, not_before=now + timedelta(minutes=5))
    assert send(now) == {}
    assert send(now + timedelta(minutes=5)) == {"sent": 1}


def test_the_same_key_is_one_mail(sink: Sink) -> None:
    first = put(key="invitation:1")
    assert put(key="invitation:1", to="other@example.com") == first
    assert send() == {"sent": 1}
    assert [mail.recipients for mail in sink.mails] == [["person1@example.com"]]


def test_many_mails_go_over_one_connection(sink: Sink) -> None:
    for number in range(5):
        put(number)
    assert send() == {"sent": 5}
    assert (len(sink.mails), sink.connections) == (5, 1)


def test_urgent_mails_go_first(sink: Sink) -> None:
    put(1, priority=OutgoingMail.Priority.BULK)
    put(2, priority=OutgoingMail.Priority.NORMAL)
    put(3, priority=OutgoingMail.Priority.NOW)
    send()
    assert [m.recipients[0] for m in sink.mails] == [f"person{n}@example.com" for n in (3, 2, 1)]


def test_a_mail_goes_to_the_address_that_is_right_now(sink: Sink) -> None:
    mail = put(context={"moved_to": "new@example.com"})
    send()
    assert (sink.mails[0].recipients, sink.mails[0].message["To"]) == (["new@example.com"], "new@example.com")
    assert again(mail).to == "new@example.com"


def test_a_code_is_in_the_mail_and_nowhere_afterwards(sink: Sink) -> None:
    mail = put(secret="481516")
    assert again(mail).secret == "481516"
    send()
    assert "481516" in sink.mails[0].message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert (again(mail).secret, again(mail).carries_secret) == ("", True)


# --- Not wanted, not yet, too late -------------------------------------------------------------------------
def test_a_mail_that_nobody_wants_any_more_is_cancelled(sink: Sink) -> None:
    mail = put(context={"check": "not wanted"})
    assert send() == {"cancelled": 1}
    assert (again(mail).state, again(mail).reason) == (State.CANCELLED, "Nobody needs it any more.")
    assert sink.mails == []


def test_a_mail_that_must_wait_keeps_its_attempts(sink: Sink) -> None:
    mail = put(now=NOW, context={"check": "not yet"})
    assert send(NOW) == {"waiting": 1}
    mail = again(mail)
    assert (mail.state, mail.attempts, mail.not_before) == (State.WAITING, 0, NOW + timedelta(minutes=7))
    assert mail.reason == "It waits for the meeting."


def test_a_mail_past_its_use_is_cancelled_and_its_code_wiped(sink: Sink) -> None:
    at_delivery = put(1, now=NOW, expires_at=NOW + timedelta(minutes=15), secret="1234")
    in_back_off = put(
        2, now=NOW, expires_at=NOW + timedelta(minutes=15), not_before=NOW + timedelta(hours=1), secret="1"
    )
    assert send(NOW + timedelta(minutes=15)) == {"cancelled": 1}
    assert expire(NOW + timedelta(minutes=15)) == 1
    for mail in (again(at_delivery), again(in_back_off)):
        assert (mail.state, mail.secret) == (State.CANCELLED, "")
        assert mail.reason == "It could not be sent in time and would be of no use now."
    assert sink.mails == []


# --- What the server may do --------------------------------------------------------------------------------
@pytest.mark.parametrize("stage", ["MAIL", "RCPT", "DATA"])
def test_asked_to_come_later_it_backs_off_and_the_others_go_on(sink: Sink, stage: str) -> None:
    first, second = put(1), put(2)
    sink.fault(stage, "451 4.7.1 greylisted")
    assert send() == {"waiting": 1, "sent": 1}
    mail = again(first)
    assert (mail.state, mail.attempts, mail.unfinished) == (State.WAITING, 1, 0)
    assert mail.reason == "The mail server asked us to try later: 451 4.7.1 greylisted"
    assert again(second).state == State.SENT
    assert sink.connections == 1


@pytest.mark.parametrize("stage", ["RCPT", "DATA"])
def test_refused_for_good_it_is_dead_and_its_kind_and_the_coordinator_hear_of_it(
    sink: Sink, coordinator: Any, stage: str
) -> None:
    first, second = put(1), put(2)
    sink.fault(stage, "550 5.1.1 no such person")
    assert send() == {"dead": 1, "sent": 1}
    mail = again(first)
    assert (mail.state, mail.reason) == (State.DEAD, "The mail server refused it: 550 5.1.1 no such person")
    assert mail.dead_at is not None
    assert was_called("dead", mail)
    assert again(second).state == State.SENT
    alert = OutgoingMail.objects.get(kind="dead_mails")
    assert (alert.to, alert.state) == (coordinator.email, State.WAITING)


def test_the_alert_says_how_many_and_does_not_alert_about_itself(sink: Sink, coordinator: Any) -> None:
    put(1), put(2)
    sink.fault("RCPT", "550 no", times=3)
    assert send() == {"dead": 2}
    later = timezone.now() + timedelta(minutes=3)
    assert send(later) == {"dead": 1}
    assert OutgoingMail.objects.filter(kind="dead_mails").count() == 1
    OutgoingMail.objects.filter(kind="dead_mails").update(state=State.WAITING, dead_at=None)
    assert send(later) == {"sent": 1}
    message = sink.mails[0].message
    assert message["Subject"] == "2 mails could not be sent"
    assert "/admin/outbox/outgoingmail/?state__exact=dead" in message.get_body(("plain",)).get_content()  # type: ignore[union-attr]


def test_an_alert_is_not_sent_when_the_mails_went_after_all(sink: Sink, coordinator: Any) -> None:
    mail = put(1)
    sink.fault("RCPT", "550 no")
    send()
    OutgoingMail.objects.filter(pk=mail.pk).update(state=State.WAITING, dead_at=None)
    send()
    assert send(timezone.now() + timedelta(minutes=3)) == {"cancelled": 1}
    assert [m.recipients for m in sink.mails] == [["person1@example.com"]]


@pytest.mark.parametrize(
    ("stage", "what", "kept"),
    [("EHLO", HANG, 0), ("MAIL", DROP, 0), ("DATA", DROP, 0), ("DATA", HANG, 0), ("KEPT", DROP, 1)],
)
def test_a_connection_that_breaks_puts_the_mail_off_and_ends_the_round(
    sink: Sink, stage: str, what: str, kept: int
) -> None:
    first, second = put(1), put(2)
    sink.fault(stage, what)
    assert send() == {"waiting": 1}
    assert (again(first).state, again(first).attempts) == (State.WAITING, 1)
    assert (again(second).state, again(second).attempts) == (State.WAITING, 0)
    assert len(sink.mails) == kept
    OutgoingMail.objects.update(not_before=timezone.now())
    assert send() == {"sent": 2}
    assert sink.message_ids.count(first.message_id) == 1 + kept
    assert sink.message_ids.count(second.message_id) == 1


def test_a_server_that_hung_up_between_two_mails_is_called_again(sink: Sink) -> None:
    first, second = put(1), put(2)
    sink.fault("MAIL", FINE)
    sink.fault("MAIL", "421 too many mails on this connection")
    assert send() == {"sent": 2}
    assert [(again(first).attempts, again(second).attempts), sink.connections] == [(1, 1), 2]


def test_with_the_server_down_nothing_is_lost_and_only_one_mail_is_tried(settings: Any) -> None:
    use(settings, f"smtp://127.0.0.1:{free_port()}")
    first, second = put(1), put(2)
    assert send() == {"waiting": 1}
    assert (again(first).reason, again(first).attempts) == ("The mail server cannot be reached.", 1)
    assert (again(second).reason, again(second).attempts) == ("", 0)


def test_a_wrong_password_pauses_the_queue_and_blames_no_mail(settings: Any) -> None:
    with Sink(password="right") as sink:
        use(settings, sink.url.replace("right", "wrong"))
        mail = put(now=NOW)
        assert send(NOW) == {"waiting": 1}
        pause = MailServerPause.objects.get()
        assert (pause.since, again(mail).attempts, again(mail).not_before) == (NOW, 0, NOW)
        assert pause.reason.startswith("The mail server refused our sign-in: 535")
        assert send(NOW + timedelta(minutes=1)) == {}
        use(settings, sink.url)
        assert send(NOW + timedelta(minutes=11)) == {"sent": 1}
        assert not MailServerPause.objects.exists()
        assert sink.message_ids == [mail.message_id]


def test_a_password_that_stays_wrong_keeps_the_first_time(settings: Any) -> None:
    with Sink(password="right") as sink:
        use(settings, sink.url.replace("right", "wrong"))
        put(now=NOW)
        send(NOW)
        send(NOW + timedelta(minutes=11))
        pause = MailServerPause.objects.get()
        assert (pause.since, pause.until) == (NOW, NOW + timedelta(minutes=21))


def test_a_refused_sender_pauses_the_queue_too(sink: Sink) -> None:
    mail = put()
    sink.fault("MAIL", "553 5.7.1 sender not allowed")
    assert send() == {"waiting": 1}
    assert again(mail).attempts == 0
    assert (
        MailServerPause.objects.get().reason
        == "The mail server refuses our sender address: 553 5.7.1 sender not allowed"
    )


# --- What a kind of mail may do ----------------------------------------------------------------------------
@pytest.mark.parametrize("broken", [{"render": "fail"}, {"check": "fail"}])
def test_a_mail_that_cannot_be_built_does_not_hold_up_the_others(
    sink: Sink, broken: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    bad, good = put(1, context=broken), put(2)
    assert send() == {"waiting": 1, "sent": 1}
    assert again(bad).reason.startswith("The portal cannot put this mail together (")
    assert again(good).state == State.SENT
    assert "mail_cannot_be_built" in caplog.text
    assert "the name of a child" not in caplog.text + again(bad).reason


def test_a_mail_that_can_never_be_built_ends_dead(sink: Sink) -> None:
    mail = put(context={"render": "fail"})
    OutgoingMail.objects.update(attempts=claiming.BROKEN_ATTEMPTS - 1)
    assert send() == {"dead": 1}
    assert again(mail).state == State.DEAD


def test_a_kind_that_no_longer_exists_does_not_hold_up_the_others(sink: Sink) -> None:
    gone, good = put(1), put(2)
    OutgoingMail.objects.filter(pk=gone.pk).update(kind="forgotten")
    assert send() == {"waiting": 1, "sent": 1}
    assert again(good).state == State.SENT


def test_a_hook_that_fails_does_not_make_a_sent_mail_go_twice(sink: Sink) -> None:
    mail = put(context={"hook": "fail"})
    assert send() == {"sent": 1}
    assert (again(mail).state, was_called("sent", mail)) == (State.SENT, False)
    assert len(sink.mails) == 1


@pytest.mark.parametrize(
    "address", ["no-at-sign", "two words@example.com", "zoë@example.com", "a@" + "b" * 70 + ".com"]
)
def test_an_address_that_no_server_takes_is_dead_at_once(sink: Sink, address: str) -> None:
    mail = put(to=address)
    assert send() == {"dead": 1}
    assert again(mail).state == State.DEAD
    assert sink.connections == 0


# --- Claims ------------------------------------------------------------------------------------------------
def test_a_claim_raises_the_attempts_before_anything_is_sent() -> None:
    put(now=NOW)
    [mail] = claiming.claim(NOW)
    assert (again(mail).state, again(mail).attempts, again(mail).unfinished) == (State.SENDING, 1, 1)
    assert claiming.claim(NOW) == []


def test_no_claim_while_the_queue_is_paused() -> None:
    put(now=NOW)
    claiming.pause("No.", NOW)
    assert claiming.claim(NOW + timedelta(minutes=9)) == []
    assert len(claiming.claim(NOW + timedelta(minutes=10))) == 1


def test_what_lost_its_lease_cannot_be_noted() -> None:
    put(now=NOW)
    [mine] = claiming.claim(NOW)
    OutgoingMail.objects.update(lease_until=NOW - timedelta(seconds=1))
    assert recover(NOW) == 1
    [theirs] = claiming.claim(NOW)
    assert not claiming.renew(mine, NOW)
    assert not claiming.note_sent(mine, NOW, to=mine.to)
    assert not claiming.note_dead(mine, "no", NOW)
    assert not claiming.hand_back(mine, "no", NOW)
    assert claiming.note_sent(theirs, NOW, to=theirs.to)
    assert again(mine).state == State.SENT


def test_a_live_lease_is_left_alone() -> None:
    put(now=NOW)
    [mail] = claiming.claim(NOW)
    assert recover(NOW + timedelta(seconds=30)) == 0
    assert again(mail).state == State.SENDING


def test_a_mail_that_kills_every_worker_ends_dead(coordinator: Any) -> None:
    mail = put(now=NOW)
    now = NOW
    for _ in range(claiming.UNFINISHED_CLAIMS):
        [claimed] = claiming.claim(now)
        assert claimed.lease_until
        now = claimed.lease_until + timedelta(seconds=1)
        assert recover(now) == 1
        OutgoingMail.objects.filter(state=State.WAITING, pk=mail.pk).update(not_before=now)
    mail = again(mail)
    assert (mail.state, mail.attempts) == (State.DEAD, claiming.UNFINISHED_CLAIMS)
    assert was_called("dead", mail)
    assert OutgoingMail.objects.filter(kind="dead_mails").count() == 1


def test_a_failure_that_was_reported_clears_the_suspicion(sink: Sink) -> None:
    mail = put()
    OutgoingMail.objects.update(unfinished=claiming.UNFINISHED_CLAIMS - 1)
    sink.fault("RCPT", "451 later")
    send()
    assert again(mail).unfinished == 0


@pytest.mark.parametrize(("failures", "seconds"), [(1, 30), (2, 60), (3, 120), (7, 1920), (8, 3600), (100, 3600)])
def test_back_off_doubles_up_to_an_hour_with_full_jitter(failures: int, seconds: int) -> None:
    assert claiming.back_off(failures, lambda: 1.0) == timedelta(seconds=seconds)
    assert claiming.back_off(failures, lambda: 0.0) == timedelta(0)
    assert claiming.back_off(failures, lambda: 0.5) == timedelta(seconds=seconds / 2)


def test_a_temporary_refusal_ends_after_its_last_attempt(sink: Sink) -> None:
    mail = put()
    OutgoingMail.objects.update(attempts=claiming.PATIENT_ATTEMPTS - 1)
    sink.fault("RCPT", "451 later")
    assert send() == {"dead": 1}
    assert again(mail).attempts == claiming.PATIENT_ATTEMPTS


@pytest.mark.django_db(transaction=True)
def test_a_hundred_claims_by_six_connections_give_every_mail_once() -> None:
    now = timezone.now()
    for number in range(100):
        put(number, now=now)
    start = threading.Barrier(6)

    def grab() -> list[str]:
        start.wait()
        found = []
        try:
            while mails := claiming.claim(now, limit=3):
                found += [mail.key for mail in mails]
        finally:
            connection.close()
        return found

    with ThreadPoolExecutor(6) as pool:
        keys = [key for done in [pool.submit(grab) for _ in range(6)] for key in done.result()]
    assert sorted(keys) == sorted(f"for-tests:{number}" for number in range(100))


@pytest.mark.django_db(transaction=True)
def test_two_deliveries_at_once_send_every_mail_once(sink: Sink, settings: Any) -> None:
    settings.OUTBOX_CONNECTIONS = 2
    for number in range(40):
        put(number)
    with ThreadPoolExecutor(2) as pool:
        counts = [done.result() for done in [pool.submit(_deliver_and_leave) for _ in range(2)]]
    assert sum(count["sent"] for count in counts) == 40
    assert len(set(sink.message_ids)) == len(sink.message_ids) == 40


def _deliver_and_leave() -> dict[str, int]:
    try:
        return deliver()
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_no_more_connections_are_used_than_allowed(sink: Sink, settings: Any) -> None:
    settings.OUTBOX_CONNECTIONS = 3
    sink.delay = 0.02
    for number in range(30):
        put(number)
    assert deliver() == {"sent": 30}
    assert (sink.busiest, sink.connections) == (3, 3)


# --- The sweep ---------------------------------------------------------------------------------------------
def test_the_sweep_sends_what_is_due_and_leaves_its_heartbeats(sink: Sink) -> None:
    put()
    assert sweep(clock=lambda: timezone.now()) == {"sent": 1}
    assert len(sink.mails) == 1


def test_a_kind_for_other_eyes_is_sent_all_the_same(sink: Sink) -> None:
    put(kind=OTHERS)
    assert send() == {"sent": 1}
    assert len(sink.mails) == 1
