"""Pages in a real Chromium; `tests/chromium.py` finds it."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request
from pytest_django.live_server_helper import LiveServer

from tests.browser.eyes import Eyes, Screen
from tests.browser.zoom_room import zoom

__all__ = ["zoom"]


@pytest.fixture(scope="session")
def base_url() -> str:
    """Paths are joined by `Eyes`; pytest-playwright's own fixture of this name warns under pytest 9."""
    return ""


@pytest.fixture(scope="session")
def profiles(browser: Browser) -> Iterator[dict[str, BrowserContext]]:
    """What the pages of all tests share: style sheets, scripts and typefaces are fetched and prepared once.

    One for each way of making it, as `browser_context_args` says: without and with a touch screen, for example.
    """
    made: dict[str, BrowserContext] = {}
    yield made
    for context in made.values():
        context.close()


@pytest.fixture
def context(
    browser: Browser,
    profiles: dict[str, BrowserContext],
    browser_context_args: dict[str, Any],
    live_server: LiveServer,
) -> Iterator[BrowserContext]:
    """The shared profile, in which every test starts as a stranger: what a page can leave behind is removed."""
    how = repr(sorted(browser_context_args.items()))
    if how not in profiles:
        profiles[how] = browser.new_context(**browser_context_args)
    profile = profiles[how]
    yield profile
    profile.set_offline(False)
    profile.clear_permissions()
    profile.clear_cookies()
    for page in profile.pages:
        stored = {"origin": live_server.url, "storageTypes": "local_storage"}
        profile.new_cdp_session(page).send("Storage.clearDataForOrigin", stored)
        page.close()


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
