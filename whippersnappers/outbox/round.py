"""One round of delivery: the line to the mail server, and whether the round goes on."""

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

# A round ends before a worker that is asked to stop loses patience, long before Redis hands the wake-up to
# another worker, and soon enough for a sweep that waits (15 seconds); what is left is done by the next round.
_SECONDS = 10.0


class Round:
    """What the threads of one round share."""

    def __init__(self, clock: Clock, server: Server) -> None:
        self.clock = clock
        self.memory = Memory()
        self.counts: Counter[str] = Counter()
        self.was_paused = MailServerPause.objects.exists()
        self._counting = threading.Lock()
        self._deadline = time.monotonic() + _SECONDS
        self._trouble = threading.Event()
        self._has_accepted = False
        self._line = Line(server)
        self._on_the_line = threading.Lock()

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

    def is_first_accepted(self) -> bool:
        """The server has accepted a mail: True when it is the round's first."""
        with self._counting:
            is_first, self._has_accepted = not self._has_accepted, True
        return is_first

    @contextmanager
    def line(self) -> Iterator[Line]:
        """The line, once nobody else uses it."""
        with self._on_the_line:
            yield self._line

    def hang_up(self) -> None:
        """Close the line."""
        self._line.close()
