"""Killed workers, a Redis that is gone and mail servers that misbehave, with a real Celery worker.

Always: nothing is lost, no more repeats than kills, and every repeat carries its first Message-ID.
"""

import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests import mail_kinds
from tests.faults.mail_scene import (
    Broker,
    Worker,
    assert_nothing_lost,
    confirm,
    finish,
    let_time_pass,
    states,
    sweep_until,
    timed,
)
from tests.faults.processes import wait_until
from tests.mail_kinds import put
from tests.mail_sink import DROP, HANG, HOST, Sink
from whippersnappers.outbox import claiming, wake
from whippersnappers.outbox.models import MailServerPause, OutgoingMail

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults]
State = OutgoingMail.State


@pytest.fixture(autouse=True)
def ground(broker: Broker, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    settings.CELERY_BROKER_URL = broker.url
    monkeypatch.setattr(wake, "_rest_until", 0.0)
    mail_kinds.add()
    yield
    mail_kinds.remove()


# --- Killed with -9 ----------------------------------------------------------------------------------------
def test_senders_killed_six_times_at_any_moment(sink: Sink, worker: Worker) -> None:
    sink.delay = 0.01
    # More than can go in the time that the senders have, however quick the machine.
    mails = confirm(90)
    moments = random.Random(20261124)
    with senders(worker) as next_sender:
        for kill in range(6):
            sender, before = next_sender(), len(sink.struck)
            if kill % 2:
                sink.fault("KEPT", HANG)
                wait_until(lambda before=before: len(sink.struck) > before)  # type: ignore[misc]
            else:
                time.sleep(moments.uniform(0.01, 0.3))
            os.kill(sender, signal.SIGKILL)
            let_time_pass()
    finish(90)
    assert_nothing_lost(sink, mails, repeats=6)
    assert len(sink.mails) >= 93


@contextmanager
def senders(worker: Worker) -> Iterator[Callable[[], int]]:
    """Processes that each sweep once, made quickly; the function starts one and gives its process id."""
    command = [sys.executable, "-m", "tests.faults.mail_worker", "fork"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, env=worker.environment, text=True, **pipes) as mother:

        def start() -> int:
            assert mother.stdin is not None
            assert mother.stdout is not None
            print("go", file=mother.stdin, flush=True)
            return int(mother.stdout.readline())

        try:
            yield start
        finally:
            mother.kill()


def test_a_celery_child_killed_in_mid_send(worker: Worker, sink: Sink) -> None:
    mails = confirm(12)
    sink.fault("KEPT", HANG)
    sweep_until(lambda: sink.struck)
    worker.kill_child()
    let_time_pass()
    finish(12)
    assert_nothing_lost(sink, mails, repeats=1)
    assert len(sink.mails) == 13


def test_the_whole_worker_killed_and_started_again(worker: Worker, sink: Sink) -> None:
    mails = confirm(6)
    sink.fault("KEPT", HANG)
    sweep_until(lambda: sink.struck)
    worker.kill()
    assert states()[State.SENDING] in (1, 2)
    worker.start()
    let_time_pass()
    finish(6)
    assert_nothing_lost(sink, mails, repeats=1)


def test_a_mail_that_kills_its_worker_ends_dead_and_takes_nobody_along(worker: Worker, sink: Sink) -> None:
    killer = put("killer", context={"render": "die"})
    # It has killed before: two more times and it is caught.
    before = claiming.UNFINISHED_CLAIMS - 2
    OutgoingMail.objects.update(attempts=before, unfinished=before)
    mails = confirm(5)

    def killed_for_good() -> bool:
        let_time_pass()
        killer.refresh_from_db()
        return killer.state == State.DEAD

    sweep_until(killed_for_good, seconds=40)
    innocent = OutgoingMail.objects.filter(pk__in=[mail.pk for mail in mails])
    sweep_until(lambda: innocent.filter(state=State.SENT).count() == 5)
    assert killer.attempts == claiming.UNFINISHED_CLAIMS
    assert_nothing_lost(sink, mails, repeats=2)


# --- Redis -------------------------------------------------------------------------------------------------
def test_redis_flushed_while_mails_wait(worker: Worker, sink: Sink, broker: Broker) -> None:
    sink.delay = 0.05
    first = confirm(5)
    broker.flush()
    second = [put(f"later-{number}") for number in range(5)]
    broker.flush()
    finish(10)
    assert_nothing_lost(sink, first + second, repeats=0)


def test_redis_stopped_while_a_page_saves(worker: Worker, sink: Sink, broker: Broker) -> None:
    broker.stop()
    try:
        mails, seconds = timed(lambda: confirm(10))
        assert seconds < 1
        assert states() == {State.WAITING: 10}
    finally:
        broker.start()
    finish(10)
    assert_nothing_lost(sink, mails, repeats=0)


def test_redis_hanging_while_a_page_saves(worker: Worker, sink: Sink, broker: Broker) -> None:
    with broker.frozen():
        mails, seconds = timed(lambda: confirm(10))
        again, at_once = timed(lambda: [put(f"later-{number}") for number in range(10)])
    assert (seconds < 1, at_once < 0.5) == (True, True)
    finish(20)
    assert_nothing_lost(sink, mails + again, repeats=0)


def test_redis_behind_a_wall_that_swallows_packets(settings: Any) -> None:
    # A listener whose queue is full: the connection is never made and never refused.
    with socket.socket() as wall:
        wall.bind((HOST, 0))
        wall.listen(0)
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(wall.getsockname())
        settings.CELERY_BROKER_URL = f"redis://{HOST}:{wall.getsockname()[1]}/0"
        mails, seconds = timed(lambda: confirm(10))
        for filler in fillers:
            filler.close()
    assert seconds < 1
    assert states() == {State.WAITING: len(mails)}


# --- The mail server ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("stage", "what", "repeats"),
    [
        ("RCPT", "451 4.7.1 later", 0),
        ("DATA", "452 4.3.1 full", 0),
        ("EHLO", DROP, 0),
        ("RCPT", DROP, 0),
        ("DATA", DROP, 0),
        ("KEPT", DROP, 3),
        ("EHLO", HANG, 0),
        ("DATA", HANG, 0),
    ],
)
def test_a_server_that_misbehaves(worker: Worker, sink: Sink, stage: str, what: str, repeats: int) -> None:
    times = 3 if what != HANG else 1
    sink.fault(stage, what, times=times)
    mails = confirm(6)
    finish(6)
    assert len(sink.struck) == times
    assert_nothing_lost(sink, mails, repeats=repeats)
    assert len(sink.mails) == 6 + repeats


def test_a_server_that_refuses_one_person_for_good(worker: Worker, sink: Sink) -> None:
    sink.fault("RCPT", "550 5.1.1 no such person")
    mails = confirm(4)
    sweep_until(lambda: states() == {State.SENT: 3, State.DEAD: 1})
    [dead] = OutgoingMail.objects.filter(state=State.DEAD)
    assert dead.reason == "The mail server refused it: 550 5.1.1 no such person"
    assert_nothing_lost(sink, [mail for mail in mails if mail.pk != dead.pk], repeats=0)


def test_a_server_that_is_down_for_a_while(worker: Worker, mail_port: int) -> None:
    mails = confirm(5)
    sweep_until(lambda: OutgoingMail.objects.filter(reason="The mail server cannot be reached.").exists())
    assert OutgoingMail.objects.exclude(state__in=[State.WAITING, State.SENDING]).count() == 0
    with Sink(password="right", port=mail_port) as sink:
        finish(5)
        assert_nothing_lost(sink, mails, repeats=0)


def test_a_password_that_is_wrong_for_a_while(worker: Worker, mail_port: int) -> None:
    with Sink(password="changed", port=mail_port) as sink:
        mails = confirm(5)
        sweep_until(MailServerPause.objects.exists)
        wait_until(lambda: states() == {State.WAITING: 5})
        assert sink.mails == []
        assert set(OutgoingMail.objects.values_list("attempts", flat=True)) == {0}
    with Sink(password="right", port=mail_port) as sink:
        finish(5)
        assert not MailServerPause.objects.exists()
        assert_nothing_lost(sink, mails, repeats=0)
