"""What the mails of one round have in common, read once a second instead of once a mail.

Sixty invitations to one session say the same about it. Only within a round of delivery anything is
remembered, and only so briefly that it makes no difference to what a mail may know when it goes.
"""

import threading
import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

T = TypeVar("T")
_SECONDS = 1.0


class Memory:
    """Values by key, each with the time when it was made."""

    def __init__(self) -> None:
        self._kept: dict[Hashable, tuple[float, Any]] = {}
        # One thread reads, the others wait for it; `make` may ask for more itself.
        self._making = threading.RLock()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """The value if it is fresh; otherwise a new one."""
        with self._making:
            now = time.monotonic()
            made_at, value = self._kept.get(key, (float("-inf"), None))
            if now - made_at >= _SECONDS:
                value = make()
                # When it was asked for, not when it was there: it is as old as that.
                self._kept[key] = (now, value)
            return value


_current: ContextVar[Memory | None] = ContextVar("outbox_memory", default=None)


@contextmanager
def remembering(memory: Memory) -> Iterator[None]:
    """Within this block, in this thread, `shared` remembers."""
    token = _current.set(memory)
    try:
        yield
    finally:
        _current.reset(token)


def shared(key: Hashable, make: Callable[[], T]) -> T:
    """What `make` gives, at most a second old within a round of delivery; outside one always new.

    Whoever gets it must not change it.
    """
    memory = _current.get()
    return make() if memory is None else memory.get(key, make)
