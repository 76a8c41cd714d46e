"""A real Chromium for the tests of pages: the system's own, or the one that playwright has installed."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserType, ConsoleMessage, Page, Request
from pytest_django.live_server_helper import LiveServer

from tests.browser.eyes import Eyes, Screen

_SYSTEM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NO_CHROMIUM = (
    "no Chromium found: install your system's chromium package, or run `.venv/bin/playwright install chromium`, "
    "or name one in CHROMIUM"
)


def find_chromium(own: str) -> str | None:
    """The path of a Chromium: $CHROMIUM, the system's, or playwright's `own` if it was installed; else None."""
    named = os.environ.get("CHROMIUM", "")
    candidates = [named, *(shutil.which(name) or "" for name in _SYSTEM_NAMES), own]
    return next((path for path in candidates if path and Path(path).exists()), None)


@pytest.fixture(scope="session")
def base_url() -> str:
    """Paths are joined by `Eyes`; pytest-playwright's own fixture of this name warns under pytest 9."""
    return ""


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type: BrowserType) -> dict[str, Any]:
    """How Chromium is started; skips, saying how to get one, when there is none."""
    path = find_chromium(browser_type.executable_path)
    if path is None:
        pytest.skip(NO_CHROMIUM)
    return {"executable_path": path, "args": ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]}


@pytest.fixture(params=list(Screen), ids=lambda screen: screen.name.lower())
def screen(request: pytest.FixtureRequest) -> Screen:
    """A desktop in light colours and a narrow phone in dark ones: both widths and both themes are seen."""
    return request.param  # type: ignore[no-any-return]


@pytest.fixture
def eyes(page: Page, live_server: LiveServer) -> Iterator[Eyes]:
    """A page that notes what should not happen: console errors, script errors, requests to third parties."""
    watching = Eyes(page, live_server.url)

    def on_console(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            watching.note(f"console: {message.text}")

    def on_request(request: Request) -> None:
        if not request.url.startswith((live_server.url, "data:", *watching.also_allowed)):
            watching.note(f"third party: {request.url}")

    page.on("console", on_console)
    page.on("pageerror", lambda error: watching.note(f"script: {error}"))
    page.on("request", on_request)
    yield watching
    assert watching.troubles == []
