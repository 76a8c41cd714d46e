"""Wake-ups through Redis: they make things fast, never certain. The sweep makes them certain.

A page that saves something waits for this, so a Redis that is dead, hangs or swallows packets costs a
fraction of a second once, and then nothing until it is tried again.
"""

import time
from functools import lru_cache

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from kombu import Connection
from kombu.exceptions import KombuError
from kombu.pools import producers
from redis.exceptions import RedisError

from whippersnappers.celery import app
from whippersnappers.outbox.claiming import busy, due

log = structlog.get_logger(__name__)

# Seconds that a wake-up may take, and how long after a failure none is tried.
_PATIENCE = 0.3
_REST = 5.0
# Seconds for which a wake-up for mails is of use. When all processes are busy for so long, they are busy with
# mails and find the new ones themselves; and the sweep need not queue behind a heap of wake-ups.
_OF_USE_FOR = 5.0
_rest_until = 0.0


def wake(task_name: str, *args: str, expires: float | None = None) -> bool:
    """Ask a worker to run a task now; False when the broker cannot be reached, which is no error.

    `args` are ids only; after `expires` seconds it is forgotten.
    """
    global _rest_until
    if time.monotonic() < _rest_until:
        return False
    try:
        with producers[_broker(settings.CELERY_BROKER_URL)].acquire(block=True, timeout=_PATIENCE) as producer:
            app.send_task(
                task_name, args=list(args), expires=expires, ignore_result=True, producer=producer, retry=False
            )
    except (KombuError, RedisError, OSError) as error:
        _rest_until = time.monotonic() + _REST
        log.warning("wake_up_lost", task=task_name, error=type(error).__name__)
        return False
    return True


def wake_delivery() -> None:
    """Ask idle processes to look at the outbox: one for each mail that is due, as long as there are any."""
    now = timezone.now()
    if waiting := due(now)[: settings.OUTBOX_CONNECTIONS].count():
        # At least one: a process that seems busy may have been killed.
        idle = max(settings.OUTBOX_CONNECTIONS - busy(now), 1)
        for _ in range(min(waiting, idle)):
            wake("whippersnappers.outbox.tasks.deliver_due", expires=_OF_USE_FOR)


def wake_after_commit() -> None:
    """Wake the delivery once when the present transaction commits, however many mails it adds."""
    if not any(hook[1] is wake_delivery for hook in connection.run_on_commit):
        transaction.on_commit(wake_delivery)


@lru_cache(maxsize=4)
def _broker(url: str) -> Connection:
    # Apart from the workers' own connections, which wait for work and so must not time out like this.
    options = settings.CELERY_BROKER_TRANSPORT_OPTIONS | {
        "socket_connect_timeout": _PATIENCE,
        "socket_timeout": _PATIENCE,
        "max_retries": 0,
    }
    return app.connection_for_write(url, transport_options=options, connect_timeout=_PATIENCE)
