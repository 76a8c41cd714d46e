"""Real processes of the portal on the test's database and simulator."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.db import connection

from tests.zoom_simulator import Simulator


def environment() -> dict[str, str]:
    """This process's environment, with the test's own database."""
    whole = urlsplit(os.environ["DATABASE_URL"])
    url = urlunsplit(whole._replace(path=f"/{connection.settings_dict['NAME']}"))
    return {**os.environ, "DATABASE_URL": url}


class Workers:
    """Worker processes by their process ids."""

    def __init__(self) -> None:
        self._mother = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.zoom_worker"],
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._alive: set[int] = set()

    def start(self, zoom: Simulator, meeting_id: Any) -> int:
        """A worker that brings one meeting on."""
        pid = self._order({"meeting": str(meeting_id), "zoom": zoom.url})
        self._alive.add(pid)
        return pid

    def wait(self, pid: int) -> int:
        """How a worker ended: 0, 1, or the negative number of the signal."""
        self._alive.discard(pid)
        return self._order({"wait": pid})

    def kill(self, pid: int) -> None:
        """kill -9, and wait for the end."""
        os.kill(pid, signal.SIGKILL)
        assert self.wait(pid) == -signal.SIGKILL

    def run(self, zoom: Simulator, meeting_id: Any) -> None:
        """A worker from start to a good end."""
        assert self.wait(self.start(zoom, meeting_id)) == 0

    def close(self) -> None:
        """End what is left."""
        for pid in list(self._alive):
            self.kill(pid)
        self._mother.communicate(timeout=20)

    def _order(self, order: dict[str, Any]) -> int:
        assert self._mother.stdin is not None
        assert self._mother.stdout is not None
        print(json.dumps(order), file=self._mother.stdin, flush=True)
        return int(self._mother.stdout.readline())


def wait_until(condition: Callable[[], Any], seconds: float = 20) -> None:
    """Wait for a condition. Raises AssertionError when it does not come true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)
