"""A real demo for tests, on ports and data of its own."""

import os
import subprocess
import sys
import time
from pathlib import Path

import psutil

from demo.engines import free_port
from demo.environment import HERE
from tests.engines import TEST_ENVIRONMENT

# What the test run has set for itself must not reach the demo.
OURS = {
    *TEST_ENVIRONMENT,
    "DATABASE_URL",
    "REDIS_URL",
    "FIELD_ENCRYPTION_KEYS",
    "CONCERN_ENCRYPTION_KEYS",
    "TEST_ENGINES",
}
SECONDS_TO_GO = 30


class Demo:
    """One run of the demo on ports and data of its own."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.port, self.zoom_port = free_port(), free_port()
        environment = {name: value for name, value in os.environ.items() if name not in OURS}
        environment |= {"DEMO_DATA": str(data), "DEMO_PORT": str(self.port)}
        environment |= {"DEMO_ZOOM_PORT": str(self.zoom_port), "DEMO_SMTP_PORT": str(free_port())}
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "demo"], cwd=HERE, env=environment, stdout=subprocess.PIPE, text=True
        )
        self.lines: list[str] = []

    def wait_until_ready(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line)
            if line.startswith("ready"):
                return
        raise AssertionError(f"the demo ended: {self.lines}")

    def end(self) -> None:
        """Kill it if it still runs, and close our end of its output."""
        self.process.kill()
        self.process.communicate()

    def url(self, path: str) -> str:
        return f"http://localhost:{self.port}{path}"

    def zoom_url(self, path: str) -> str:
        return f"http://localhost:{self.zoom_port}{path}"

    def left_over(self) -> list[str]:
        """The command lines of all processes that still work on this demo's data."""
        found = []
        for process in psutil.process_iter():
            try:
                line = process.cmdline()
                if process.environ().get("DEMO_DATA") == str(self.data) or str(self.data / "postgres") in line:
                    found.append(" ".join(line))
            except (psutil.Error, OSError):
                continue
        return found

    def wait_until_gone(self) -> list[str]:
        ends = time.monotonic() + SECONDS_TO_GO
        while (left := self.left_over()) and time.monotonic() < ends:
            time.sleep(0.2)
        return left
