"""Faults on order: what should go wrong, at which operation, how many times."""

import threading
from dataclasses import asdict, dataclass, field
from typing import Any, Final

KINDS: Final = {
    "rate_limit": "429, too many calls per second",
    "daily_limit": "429, too many creates or updates for this host today, with an ISO time in Retry-After",
    "server_error": "a 5xx answer (`status`), nothing done",
    "server_error_after": "a 5xx answer although it was done",
    "unauthorized": "401 code 124",
    "scope": "4711, the app lacks the scope",
    "timeout_before": "no answer for `seconds`, nothing done",
    "timeout_after": "done, but no answer for `seconds`",
    "drop_before": "the connection is cut, nothing done",
    "drop_after": "done, then the connection is cut",
    "html": "a 200 answer that is a page, nothing done",
    "html_after": "a 200 answer that is a page although it was done",
    "html_error": "a page with `status`, nothing done",
    "override": "`settings` are stored instead of what was asked, without a word",
    "slow": "`seconds` late, but right",
}


@dataclass
class Fault:
    """One order. `operation` is an operationId, `token`, or `*`; `times` None means until cleared; the first
    `skip` matching calls pass unharmed."""

    operation: str
    kind: str
    times: int | None = 1
    skip: int = 0
    seconds: float = 30
    status: int = 500
    retry_after: str = ""
    settings: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown fault {self.kind!r}; there are {', '.join(sorted(KINDS))}")


class Faults:
    """The orders that are still open."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: list[Fault] = []

    def order(self, fault: Fault) -> None:
        """Add an order."""
        with self._lock:
            self._open.append(fault)

    def clear(self) -> None:
        """Drop all orders."""
        with self._lock:
            self._open.clear()

    def listed(self) -> list[dict[str, Any]]:
        """The open orders."""
        with self._lock:
            return [asdict(fault) for fault in self._open]

    def next_for(self, operation: str) -> Fault | None:
        """The fault that hits this call, used up by it."""
        with self._lock:
            for fault in self._open:
                if fault.operation not in (operation, "*"):
                    continue
                if fault.skip > 0:
                    fault.skip -= 1
                    continue
                if fault.times is not None:
                    fault.times -= 1
                    if fault.times <= 0:
                        self._open.remove(fault)
                return fault
        return None
