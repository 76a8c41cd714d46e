"""One round of delivery: the lines to the mail server, and whether the round goes on."""

import queue
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from whippersnappers.outbox.memory import Memory
from whippersnappers.outbox.models import MailServerPause
from whippersnappers.outbox.smtp import Line, Server

Clock = Callable[[], datetime]

# A round ends before a worker that is asked to stop loses patience, and long before Redis hands the
# wake-up to another worker; what is left is done by the next round.
_SECONDS = 15.0


class Round:
    """What the threads of one round share."""

    def __init__(self, clock: Clock, server: Server, connections: int) -> None:
        self.clock = clock
        self.memory = Memory()
        self.counts: Counter[str] = Counter()
        self.was_paused = MailServerPause.objects.exists()
        self._counting = threading.Lock()
        self._deadline = time.monotonic() + _SECONDS
        self._trouble = threading.Event()
        self._lines: queue.LifoQueue[Line] = queue.LifoQueue()
        for _ in range(connections):
            self._lines.put(Line(server))

    @property
    def goes_on(self) -> bool:
        """Whether another mail may be begun."""
        return not self.in_trouble and time.monotonic() < self._deadline

    @property
    def has_more(self) -> bool:
        """Whether it ended only for want of time."""
        return not self.in_trouble and time.monotonic() >= self._deadline

    @property
    def in_trouble(self) -> bool:
        """Whether the server or the database has shown that no mail would go now."""
        return self._trouble.is_set()

    def end(self) -> None:
        """The server or the database is in trouble: begin nothing more."""
        self._trouble.set()

    def count(self, outcome: str) -> None:
        """One more mail that ended so."""
        with self._counting:
            self.counts[outcome] += 1

    @contextmanager
    def line(self) -> Iterator[Line]:
        """A line that nobody else uses, the one used last if there is a choice."""
        line = self._lines.get()
        try:
            yield line
        finally:
            self._lines.put(line)

    def hang_up(self) -> None:
        """Close all lines."""
        while not self._lines.empty():
            self._lines.get_nowait().close()
