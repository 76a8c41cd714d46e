"""What the account has to tell the portal: one delivery for each event, its retries, and the trouble on order.

Nothing here looks at a clock or opens a connection: whoever sends says what time it is. So the same queue serves
the process, where `postman.py` empties it, and tests, which feed the portal without waiting.
"""

import heapq
import itertools
import json
import threading
import uuid
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from demo.zoom.signing import signature

Json = dict[str, Any]
# Minutes after the first try.
RETRIES: Final = (5, 25, 85)
DELAY: Final = timedelta(seconds=20)
OVERTAKEN: Final = timedelta(seconds=6)
STALE: Final = timedelta(minutes=10)
# The switches. They act on events that happen while they are on.
TROUBLE: Final = {
    "delay": "Late by 20 seconds",
    "repeat": "Everything twice",
    "reorder": "Out of order",
    "lose_some": "Lose every second one",
    "lose_all": "Lose everything",
    "forge": "Wrong signature at the first try",
    "stale": "Ten minutes old at the first try",
}
_KEPT: Final = 300
_AT_ONCE: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class SignedRequest:
    """One POST as it goes out. `at` is when it is sent; `headers` are those that matter to the portal."""

    at: datetime
    event: str
    request_id: str
    body: bytes
    headers: dict[str, str]


@dataclass
class Delivery:
    """One event on its way. `tries` counts the requests made; `spoilt` names what is wrong with the first."""

    event: str
    meeting: int
    about: str
    body: bytes
    due: datetime
    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    tries: int = 0
    first_at: datetime | None = None
    spoilt: str = ""


@dataclass
class Outbox:
    """The queue. `address` is where it goes; `hurry` is how many times faster retries come than Zoom's."""

    secret: str = ""
    address: str = ""
    hurry: float = 1
    # When to ask the address next whether it knows the secret, and how it answered the last time.
    validate_at: datetime = _AT_ONCE
    validation: Json = field(default_factory=dict)
    trouble: set[str] = field(default_factory=set)
    log: deque[Json] = field(default_factory=lambda: deque(maxlen=_KEPT))
    _lock: threading.RLock = field(default_factory=threading.RLock)
    _queue: list[tuple[datetime, int, Delivery]] = field(default_factory=list)
    _order: Any = field(default_factory=itertools.count)
    _told: int = 0

    def tell(self, body: Json, at: datetime, about: str = "") -> None:
        """An event that happens at `at`: put it in the queue, after the trouble that is on order."""
        number = int(body["payload"].get("object", {}).get("id", 0))
        delivery = Delivery(body["event"], number, about, json.dumps(body).encode(), at)
        with self._lock:
            self._told += 1
            odd = self._told % 2 == 1
            if "lose_all" in self.trouble or ("lose_some" in self.trouble and odd):
                self._write(delivery, at, "lost on the way")
                return
            if "delay" in self.trouble:
                delivery.due += DELAY
            if "reorder" in self.trouble and odd:
                delivery.due += OVERTAKEN
            delivery.spoilt = next((name for name in ("forge", "stale") if name in self.trouble), "")
            self._push(delivery)
            if "repeat" in self.trouble:
                again = Delivery(**{**vars(delivery), "due": delivery.due + timedelta(seconds=1)})
                self._push(again)

    def take(self, now: datetime) -> list[Delivery]:
        """The deliveries that are due, the earliest first; they leave the queue."""
        taken = []
        with self._lock:
            while self._queue and self._queue[0][0] <= now:
                taken.append(heapq.heappop(self._queue)[2])
        return taken

    def next_due(self) -> datetime | None:
        """When the next delivery goes out; None when none waits."""
        with self._lock:
            return self._queue[0][0] if self._queue else None

    def waiting(self) -> int:
        """How many deliveries are in the queue."""
        with self._lock:
            return len(self._queue)

    def noted(self) -> list[Json]:
        """What was sent and how it was answered, the earliest first."""
        with self._lock:
            return list(self.log)

    def sign(self, delivery: Delivery, now: datetime) -> SignedRequest:
        """The request of a delivery as it is sent now: the same body and id at every try, a new signature."""
        spoilt = delivery.spoilt if delivery.tries == 0 else ""
        timestamp = str(int((now - STALE if spoilt == "stale" else now).timestamp()))
        secret = f"not {self.secret}" if spoilt == "forge" else self.secret
        headers = {
            "Content-Type": "application/json",
            "x-zm-signature": signature(secret, timestamp, delivery.body),
            "x-zm-request-timestamp": timestamp,
            "x-zm-request-id": delivery.request_id,
        }
        return SignedRequest(now, delivery.event, delivery.request_id, delivery.body, headers)

    def answered(self, delivery: Delivery, now: datetime, answer: str, *, good: bool) -> None:
        """Note how a try was answered; one that was not good is tried again, three times at most."""
        with self._lock:
            delivery.first_at = delivery.first_at or now
            delivery.tries += 1
            next_at = None
            if not good and delivery.tries <= len(RETRIES):
                pause = timedelta(minutes=RETRIES[delivery.tries - 1]) / self.hurry
                next_at = max(delivery.first_at + pause, now)
                delivery.due = next_at
                self._push(delivery)
            self._write(delivery, now, answer, good=good, next_at=next_at)

    def validated(self, now: datetime, problem: str, *, again_at: datetime) -> None:
        """Note how the address answered to its validation; `problem` is empty when it was right."""
        with self._lock:
            self.validation = {"at": now.isoformat(), "problem": problem}
            self.validate_at = again_at

    def send_now(self, now: datetime) -> None:
        """Whatever waits for a retry, or is held back, goes out at once."""
        with self._lock:
            for _, _, delivery in self._queue:
                delivery.due = min(delivery.due, now)
            self._queue = [(delivery.due, number, delivery) for _, number, delivery in self._queue]
            heapq.heapify(self._queue)

    def clear(self) -> None:
        """Forget what waits, what was noted, and all trouble."""
        with self._lock:
            self._queue.clear()
            self.log.clear()
            self.trouble.clear()

    def _push(self, delivery: Delivery) -> None:
        heapq.heappush(self._queue, (delivery.due, next(self._order), delivery))

    def _write(
        self, delivery: Delivery, now: datetime, answer: str, *, good: bool = False, next_at: datetime | None = None
    ) -> None:
        self.log.append(
            {
                "at": now.isoformat(),
                "event": delivery.event,
                "meeting": delivery.meeting,
                "about": delivery.about,
                "request_id": delivery.request_id,
                "try": delivery.tries,
                "spoilt": delivery.spoilt if delivery.tries <= 1 else "",
                "answer": answer,
                "good": good,
                "next_at": next_at.isoformat() if next_at else "",
            }
        )
