"""The real `manage.py demo`: it comes up, lets everybody in, stops cleanly, and comes back with its data."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
import requests

from demo.engines import free_port
from demo.environment import HERE
from demo.launch import NEWS
from demo.sample.people import PERSONAS
from tests.engines import TEST_ENVIRONMENT

pytestmark = pytest.mark.faults

# What the test run has set for itself must not reach the demo.
OURS = {*TEST_ENVIRONMENT, "DATABASE_URL", "REDIS_URL", "FIELD_ENCRYPTION_KEYS", "TEST_ENGINES"}
SECONDS_TO_COME_UP = 120
SECONDS_TO_GO = 30


class Demo:
    """One run of the demo on ports and data of its own."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.port = free_port()
        environment = {name: value for name, value in os.environ.items() if name not in OURS}
        environment |= {"DEMO_DATA": str(data), "DEMO_PORT": str(self.port)}
        environment |= {"DEMO_ZOOM_PORT": str(free_port()), "DEMO_SMTP_PORT": str(free_port())}
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


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo") / "var"


@pytest.fixture(scope="module")
def first_run(data: Path) -> Iterator[Demo]:
    demo = Demo(data)
    demo.wait_until_ready()
    yield demo
    demo.end()


def test_one_ready_line_names_the_addresses(first_run):
    assert [line for line in first_run.lines if line.startswith(NEWS)] == first_run.lines[:1]
    ready = [line for line in first_run.lines if "ready" in line.split()]
    assert ready == first_run.lines[-1:]
    assert first_run.url("/demo/") in ready[0]


def test_everybody_can_sign_in_with_one_press(first_run):
    landed = {}
    for key in PERSONAS:
        with requests.Session() as browser:
            answer = browser.post(first_run.url("/demo/sign-in/"), data={"persona": key}, timeout=30)
            landed[key] = (answer.status_code, answer.url.removeprefix(first_run.url("")))
    assert landed == {key: (200, "/portal/" if who.is_guardian else "/admin/") for key, who in PERSONAS.items()}


def test_what_the_worker_sends_is_in_the_mailbox(first_run):
    # The sample has a session that somebody dropped out of: the coordinator is told by mail.
    page = ""
    ends = time.monotonic() + 30
    while "cora@whippersnappers.org" not in page and time.monotonic() < ends:
        page = requests.get(first_run.url("/demo/mailbox/"), timeout=10).text
        time.sleep(0.3)
    assert "cora@whippersnappers.org" in page


def test_a_page_without_style_sheets_would_be_noticed(first_run):
    assert requests.get(first_run.url("/static/css/site.css"), timeout=10).status_code == 200


def test_ctrl_c_stops_all_of_it_and_a_second_start_keeps_the_data_even_if_killed(first_run, data):
    # Given a demo that runs
    assert first_run.process.poll() is None
    # When somebody presses Ctrl-C
    first_run.process.send_signal(signal.SIGINT)
    # Then it ends well and leaves nothing behind
    assert first_run.process.wait(SECONDS_TO_GO) == 0
    assert first_run.wait_until_gone() == []
    # When it is started again
    mails = len(list((data / "mailbox").glob("*.eml")))
    again = Demo(data)
    try:
        again.wait_until_ready()
        # Then the data is there: nothing was made anew, and no mail is missing
        assert not [line for line in again.lines if line.startswith(NEWS)]
        assert len(list((data / "mailbox").glob("*.eml"))) >= mails > 0
    finally:
        # When it is killed outright
        again.end()
    # Then the keeper clears up behind it
    assert again.wait_until_gone() == []
