"""Waits until everything in the demo answers, then says so in one line."""

import os
import signal
import smtplib
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable

SECONDS = 90


def page_answers(address: str) -> bool:
    """Whether a page is there and well."""
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def sink_answers(port: int) -> bool:
    """Whether the mailbox takes mail."""
    try:
        with smtplib.SMTP("127.0.0.1", port, timeout=5) as server:
            return server.noop()[0] == 250
    except (smtplib.SMTPException, OSError):
        return False


def wait_for(checks: dict[str, Callable[[], bool]], seconds: float) -> str:
    """The name of what does not answer within `seconds`; empty when all do."""
    ends = time.monotonic() + seconds
    for name, answers in checks.items():
        while not answers():
            if time.monotonic() > ends or os.getppid() == 1:
                return name
            time.sleep(0.2)
    return ""


def main() -> int:
    """Print the `ready` line; or say what does not answer, and stop the demo."""
    web, zoom, smtp = (int(os.environ[name]) for name in ("DEMO_PORT", "DEMO_ZOOM_PORT", "DEMO_SMTP_PORT"))
    parent = os.getppid()
    missing = wait_for(
        {
            "the mailbox": lambda: sink_answers(smtp),
            "the Zoom simulator": lambda: page_answers(f"http://127.0.0.1:{zoom}/"),
            "the portal": lambda: page_answers(f"http://127.0.0.1:{web}/healthz"),
            "the worker": lambda: page_answers(f"http://127.0.0.1:{web}/readyz"),
        },
        SECONDS,
    )
    if missing:
        print(f"The demo did not come up: {missing} does not answer.", flush=True)
        if os.getppid() == parent:
            os.kill(parent, signal.SIGTERM)
        return 1
    site = os.environ["SITE_URL"]
    print(
        f"ready  portal {site}/  demo {site}/demo/  Zoom simulator http://localhost:{zoom}/  SMTP localhost:{smtp}",
        flush=True,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
