"""From row to server: one mail once, whatever its kind or the server does."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from tests.mail_kinds import OTHERS, put, was_called
from tests.mail_sink import Sink
from tests.outbox.scenes import again, send
from whippersnappers.outbox import claiming
from whippersnappers.outbox.delivery import deliver
from whippersnappers.outbox.models import OutgoingMail
from whippersnappers.outbox.sweeping import expire, sweep

State = OutgoingMail.State
pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 16, 0, tzinfo=UTC)


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


# --- Several at once ----------------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_two_deliveries_at_once_send_every_mail_once(sink: Sink) -> None:
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
def test_a_process_has_one_line_however_many_mails_wait(sink: Sink) -> None:
    sink.delay = 0.02
    for number in range(15):
        put(number)
    assert deliver() == {"sent": 15}
    assert (sink.busiest, sink.connections) == (1, 1)


# --- The sweep ---------------------------------------------------------------------------------------------
def test_the_sweep_sends_what_is_due_and_leaves_its_heartbeats(sink: Sink) -> None:
    put()
    assert sweep(clock=lambda: timezone.now()) == {"sent": 1}
    assert len(sink.mails) == 1


def test_a_kind_for_other_eyes_is_sent_all_the_same(sink: Sink) -> None:
    put(kind=OTHERS)
    assert send() == {"sent": 1}
    assert len(sink.mails) == 1
