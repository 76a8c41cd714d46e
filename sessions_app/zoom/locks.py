"""Locks that one worker holds across a call to Zoom.

They are Postgres' session-level advisory locks: no transaction stays open while Zoom is slow, and a worker
that dies lets go with its connection. So the portal needs a real connection to Postgres, not one that a
pooler lends out by the transaction.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

_POLL_SECONDS = 0.05


@contextmanager
def held(name: str, *, wait: float = 0) -> Iterator[bool]:
    """Hold the lock with this name; False if another connection still has it after `wait` seconds.

    Raises RuntimeError inside a transaction.
    """
    outside_transaction()
    deadline = time.monotonic() + wait
    while not _ask("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", name):
        if time.monotonic() >= deadline:
            yield False
            return
        time.sleep(_POLL_SECONDS)
    try:
        yield True
    finally:
        # Where the connection broke meanwhile, Postgres has let go of the lock already.
        if connection.is_usable():
            _ask("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", name)


def outside_transaction() -> None:
    """Raise RuntimeError inside a transaction: a call to Zoom must never hold rows locked while it waits."""
    with transaction.atomic(durable=True):
        pass


def _ask(sql: str, name: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(sql, [name])
        return bool(cursor.fetchone()[0])
