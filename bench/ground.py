"""What is measured with: embedded engines, a mail server in a process of its own, a Celery worker, plain smtplib."""

import os
import signal
import smtplib
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from demo.engines import Engines
from whippersnappers.crypto import KEYSETS
from whippersnappers.keysets import new_keyset

HOST = "127.0.0.1"
SENDER = "hello@whippersnappers.org"
ENVIRONMENT = {
    "ENVIRONMENT": "test",
    "SECRET_KEY": "only-for-measuring-0123456789-0123456789-0123456789-0123456789",
    "AUDIT_KEY": "only-for-measuring",
    "DEFAULT_FROM_EMAIL": f"Whippersnappers <{SENDER}>",
    "DJANGO_SETTINGS_MODULE": "whippersnappers.settings",
}


@contextmanager
def engines(directory: Path) -> Iterator[None]:
    """Postgres, as durable as in production, and Valkey; the environment leads to them."""
    for name in ("DATABASE_URL", "REDIS_URL"):
        os.environ.pop(name, None)
    servers = Engines(directory)
    try:
        os.environ.update(ENVIRONMENT | {name: new_keyset() for name in KEYSETS} | servers.start())
        yield
    finally:
        servers.stop()


class MailServer:
    """The server of `bench.sink`, in its process."""

    def __init__(self, delay: float) -> None:
        command = [sys.executable, "-m", "bench.sink", "--delay", str(delay)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.port = int(self.process.stdout.readline())

    @property
    def url(self) -> str:
        return f"smtp://{HOST}:{self.port}"

    def taken(self) -> tuple[int, float]:
        """How many mails it has taken, and when the last one, on the monotonic clock."""
        with smtplib.SMTP(HOST, self.port) as smtp:
            return _taken(smtp)

    def wait_for(self, count: int) -> float:
        """Wait until it has taken that many; returns when it took the last one."""
        with smtplib.SMTP(HOST, self.port) as smtp:
            while (answer := _taken(smtp))[0] < count:
                time.sleep(0.02)
        return answer[1]

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()


def _taken(smtp: smtplib.SMTP) -> tuple[int, float]:
    count, last = smtp.docmd("XCOUNT")[1].split()
    return int(count), float(last)


@contextmanager
def mail_server(delay: float) -> Iterator[MailServer]:
    """A server that takes `delay` seconds for each mail."""
    server = MailServer(delay)
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def worker(server: MailServer, connections: int) -> Iterator[None]:
    """The `mailer` of docker-compose.yml, with so many processes, sending to the server."""
    environment = os.environ | {"EMAIL_URL": server.url, "OUTBOX_CONNECTIONS": str(connections)}
    command = [sys.executable, "-m", "celery", "-A", "whippersnappers.celery", "--quiet", "worker", "--queues", "mail"]
    process = subprocess.Popen(
        [*command, "--loglevel", "INFO"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def send_raw(server: MailServer, letters: list[tuple[str, bytes]], connections: int) -> float:
    """What plain smtplib needs for the same mails over as many connections, in seconds."""
    before, _ = server.taken()
    shares = [letters[first::connections] for first in range(connections)]
    began = time.monotonic()
    with ThreadPoolExecutor(connections) as pool:
        for done in [pool.submit(_send_share, server, share) for share in shares]:
            done.result()
    return server.wait_for(before + len(letters)) - began


def _send_share(server: MailServer, share: list[tuple[str, bytes]]) -> None:
    with smtplib.SMTP(HOST, server.port) as smtp:
        for recipient, data in share:
            smtp.sendmail(SENDER, [recipient], data)
