"""Several processes that send, as in production: all take part, and a kill costs one repeat at most."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db.models import QuerySet
from django.utils import timezone

from tests import mail_kinds
from tests.faults.mail_scene import (
    SWEEP,
    Broker,
    Worker,
    assert_nothing_lost,
    confirm,
    finish,
    states,
    sweep_until,
)
from tests.faults.processes import wait_until
from tests.mail_sink import HANG, HOST, Sink
from whippersnappers.outbox import wake
from whippersnappers.outbox.models import Heartbeat, OutgoingMail

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults]
State = OutgoingMail.State
PROCESSES = 3


@pytest.fixture(scope="module")
def workers(broker: Broker, mail_port: int, django_db_setup: None) -> Iterator[Worker]:
    # Whoever hangs here is killed, not waited for.
    worker = Worker(broker, f"smtp://portal:right@{HOST}:{mail_port}", PROCESSES, answer_timeout=60)
    yield worker
    worker.kill()


@pytest.fixture(autouse=True)
def ground(broker: Broker, workers: Worker, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    settings.CELERY_BROKER_URL = broker.url
    settings.OUTBOX_CONNECTIONS = PROCESSES
    monkeypatch.setattr(wake, "_rest_until", 0.0)
    mail_kinds.add()
    yield
    mail_kinds.remove()


@pytest.fixture
def listening(broker: Broker) -> None:
    """From the first sweep on, the worker hears everything; what it was told up to here is done."""
    sweep_until(lambda: Heartbeat.objects.filter(name="sweep").exists())
    wait_until(broker.has_nothing)


def test_a_change_with_many_mails_wakes_all_and_each_has_one_line(listening: None, sink: Sink) -> None:
    sink.delay = 0.2
    mails = confirm(18)
    wait_until(lambda: states() == {State.SENT: 18})
    assert (sink.busiest, sink.connections) == (PROCESSES, PROCESSES)
    assert_nothing_lost(sink, mails, repeats=0)


def test_after_a_lost_wake_up_one_sweep_brings_all(
    listening: None, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    sink.delay = 0.2
    with monkeypatch.context() as lost:
        lost.setattr(wake, "_rest_until", float("inf"))
        mails = confirm(18)
    assert states() == {State.WAITING: 18}
    assert wake.wake(SWEEP)
    wait_until(lambda: states() == {State.SENT: 18})
    assert sink.busiest == PROCESSES
    assert_nothing_lost(sink, mails, repeats=0)


def test_a_server_in_trouble_is_tried_once_by_each_that_was_woken(listening: None, sink: Sink) -> None:
    sink.fault("DATA", "421 4.3.2 closing", times=100)
    confirm(18)
    wait_until(lambda: len(sink.struck) == PROCESSES)
    wait_until(lambda: states() == {State.WAITING: 18})
    assert OutgoingMail.objects.filter(attempts__gt=0).count() == len(sink.struck) == PROCESSES


def test_all_killed_twice_in_mid_send(listening: None, workers: Worker, sink: Sink) -> None:
    mails = confirm(24)
    kills = 0
    sink.fault("KEPT", HANG, times=2 * PROCESSES)
    for _ in range(2):
        # Each has one mail that the server has taken, and one that it has built meanwhile.
        sweep_until(lambda kills=kills: _all_in_hand(sink, kills))  # type: ignore[misc]
        abandoned = list(_in_hand().values_list("lease_owner", flat=True))
        kills += workers.kill_children()
        OutgoingMail.objects.filter(lease_owner__in=abandoned).update(lease_until=timezone.now())
    finish(24)
    assert kills == 2 * PROCESSES
    assert_nothing_lost(sink, mails, repeats=kills)
    assert len(sink.mails) == 24 + kills


def _all_in_hand(sink: Sink, kills: int) -> bool:
    return len(sink.struck) == kills + PROCESSES and _in_hand().count() == 2 * PROCESSES


def _in_hand() -> QuerySet[OutgoingMail]:
    return OutgoingMail.objects.filter(state=State.SENDING, lease_until__gt=timezone.now())
