"""Who may send a mail, and who may write down how it ended."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from tests.mail_kinds import put, was_called
from tests.mail_sink import Sink
from tests.outbox.scenes import again, send
from whippersnappers.outbox import claiming
from whippersnappers.outbox.models import OutgoingMail
from whippersnappers.outbox.sweeping import recover

State = OutgoingMail.State
pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 16, 0, tzinfo=UTC)


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


def test_a_process_is_busy_while_it_has_a_mail_in_hand_whose_lease_holds() -> None:
    for number in range(3):
        put(number, now=NOW)
    for expected in (1, 1, 2):
        claiming.claim(NOW)
        assert claiming.busy(NOW) == expected
    assert claiming.busy(NOW + timedelta(hours=1)) == 0


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
