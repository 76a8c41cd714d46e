"""Zoom's limits: calls per second by weight, and creates and updates per host and UTC day."""

import threading
import time
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

LIGHT: Final = "Light"
MEDIUM: Final = "Medium"
HEAVY: Final = "Heavy"
_MEDIUM_OPERATIONS: Final = frozenset(
    {
        "meetingCreate",
        "inMeetingControl",
        "meetings",
        "pastMeetings",
        "pastMeetingParticipants",
        "addBatchRegistrants",
        "meetingRegistrants",
        "recordingsList",
    }
)
_HEAVY_OPERATIONS: Final = frozenset({"reportMeetingDetails", "reportMeetingParticipants"})
COUNTED_DAILY: Final = frozenset({"meetingCreate", "meetingUpdate"})


def weight_of(operation: str) -> str:
    """Light, Medium or Heavy."""
    if operation in _HEAVY_OPERATIONS:
        return HEAVY
    return MEDIUM if operation in _MEDIUM_OPERATIONS else LIGHT


@dataclass
class Limits:
    """How many calls are allowed; the defaults are those of a Pro plan."""

    light: int = 30
    medium: int = 20
    heavy: int = 10
    daily: int = 100

    def per_second(self, weight: str) -> int:
        """The limit for a weight."""
        return {LIGHT: self.light, MEDIUM: self.medium, HEAVY: self.heavy}[weight]


class Window:
    """The calls of the last second, by weight."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: dict[str, deque[float]] = {weight: deque() for weight in (LIGHT, MEDIUM, HEAVY)}

    def take(self, weight: str, limit: int) -> int:
        """Count a call; how many more may follow this second, or -1 when this one is too many."""
        now = time.monotonic()
        with self._lock:
            calls = self._calls[weight]
            while calls and calls[0] <= now - 1:
                calls.popleft()
            if len(calls) >= limit:
                return -1
            calls.append(now)
            return limit - len(calls)


def rate_headers(weight: str, kind: str, limit: int, remaining: int) -> dict[str, str]:
    """The X-RateLimit headers of an answer; `kind` is QPS or Daily-limit."""
    return {
        "X-RateLimit-Category": weight,
        "X-RateLimit-Type": kind,
        "X-RateLimit-Limit": str(limit),
        "X-RateLimit-Remaining": str(max(remaining, 0)),
    }


def next_utc_midnight(now: datetime) -> str:
    """When the daily count begins again, as Retry-After says it."""
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return midnight.strftime("%Y-%m-%dT%H:%M:%SZ")
