"""What the fault tests of the outbox share: starting a Celery worker takes seconds, so one serves a module."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from tests.faults.mail_scene import Broker, Worker
from tests.mail_sink import HOST, Sink, free_port
from whippersnappers.outbox.models import Heartbeat, MailServerPause


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: Any) -> Iterator[Broker]:
    broker = Broker(tmp_path_factory.mktemp("valkey"))
    yield broker
    broker.stop()
    # The worker outlives the last test, and may have swept once more after that was cleared up. Where that test
    # broke our own connection, there is a new one.
    connection.close()
    with django_db_blocker.unblock():
        Heartbeat.objects.all().delete()
        MailServerPause.objects.all().delete()


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
