"""Wake-ups through Redis: they make things fast, never certain. The sweep makes them certain."""

import structlog
from django.db import connection, transaction
from kombu.exceptions import OperationalError

from whippersnappers.celery import app

log = structlog.get_logger(__name__)


def wake(task_name: str, *args: str) -> bool:
    """Ask a worker to run a task now; False when the broker cannot be reached, which is no error.

    `args` are ids only.
    """
    try:
        app.send_task(task_name, args=list(args), ignore_result=True)
    except (OperationalError, OSError) as error:
        log.warning("wake_up_lost", task=task_name, error=type(error).__name__)
        return False
    return True


def wake_delivery() -> None:
    """Ask a worker to look at the outbox."""
    wake("whippersnappers.outbox.tasks.deliver_due")


def wake_after_commit() -> None:
    """Wake the delivery once when the present transaction commits, however many mails it adds."""
    if not any(hook[1] is wake_delivery for hook in connection.run_on_commit):
        transaction.on_commit(wake_delivery)
