"""pytest plugin: the Chromium that browser tests drive, or a plain word that there is none.

`python -m tests.chromium` prints where it is, and fails when there is none.
"""

import os
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import sync_playwright

# First the shell, the same engine without windows: it needs a third less of the processor.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Containers give little shared memory and no graphics card.
_CONTAINED = ["--disable-dev-shm-usage", "--disable-gpu"]
# Where our headers let a page use camera and microphone, it gets Chromium's own, which show a clock and beep.
_DEVICES = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
HOW_TO_GET_IT = (
    "there is no Chromium here. To get one: "
    "apt-get install chromium-headless-shell, or .venv/bin/playwright install chromium"
)


def find() -> str | None:
    """Where Chromium is: the one that `CHROMIUM` names, one on the path, or Playwright's own."""
    for name in (os.environ.get("CHROMIUM", ""), *NAMES):
        if name and (path := shutil.which(name)):
            return path
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if Path(own).exists() else None


def launch_arguments(path: str) -> dict[str, Any]:
    """What Playwright needs to start it. Chromium's own sandbox does not work as root or in most containers."""
    sandbox = ["--no-sandbox"] if os.getuid() == 0 else []
    return {"executable_path": path, "args": [*sandbox, *_CONTAINED, *_DEVICES]}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip the browser tests where there is no Chromium."""
    wanting = [item for item in items if item.get_closest_marker("browser")]
    if wanting and find() is None:
        for item in wanting:
            item.add_marker(pytest.mark.skip(reason=HOW_TO_GET_IT))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """One plain line when browser tests were skipped for want of a Chromium."""
    skipped = [report for report in terminalreporter.stats.get("skipped", []) if HOW_TO_GET_IT in str(report.longrepr)]
    if skipped:
        terminalreporter.write_line(f"{len(skipped)} browser tests were SKIPPED: {HOW_TO_GET_IT}")


if __name__ == "__main__":
    found = find()
    print(f"Chromium for the browser tests: {found}" if found else "No Chromium found")
    sys.exit(0 if found else 1)
