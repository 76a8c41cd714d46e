"""Looking at a page as a person would, with axe beside."""

import os
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import Literal

from axe_playwright_python.base import AXE_SCRIPT
from django.conf import settings
from django.test import Client
from playwright.sync_api import Locator, Page

from whippersnappers.accounts.models import User

_RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
    # Mails are shown in sandboxed frames, where no script runs, axe's neither: it would wait for their answer.
    "iframes": False,
}


class Screen(Enum):
    """A width in CSS pixels and a colour scheme."""

    DESKTOP = (1280, "light")
    PHONE = (360, "dark")

    @property
    def width(self) -> int:
        return self.value[0]

    @property
    def scheme(self) -> Literal["light", "dark"]:
        return "dark" if self.value[1] == "dark" else "light"


@dataclass
class Eyes:
    """A browser page and what was noticed on it."""

    page: Page
    base: str
    troubles: list[str] = field(default_factory=list)
    expected: str = ""
    also_allowed: tuple[str, ...] = ()

    def note(self, trouble: str) -> None:
        """Remember a trouble, unless the test has announced it."""
        if not self.expected or self.expected not in trouble:
            self.troubles.append(trouble)

    def use(self, screen: Screen) -> None:
        """Look through this screen from now on."""
        self.page.set_viewport_size({"width": screen.width, "height": 800})
        self.page.emulate_media(color_scheme=screen.scheme, reduced_motion="reduce")

    def sign_in(self, user: User) -> None:
        """Come in as `user`, by a session of the server's own making."""
        client = Client()
        client.force_login(user)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        self.page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie.value, "url": self.base}])

    def go(self, path: str) -> None:
        self.page.goto(self.base + path)

    def follow(self, way: Locator) -> None:
        """Press what leads to another page, and be there: a press alone may leave the old page under our eyes."""
        with self.page.expect_navigation():
            way.click()

    def press_twice(self, key: str) -> None:
        """Press a key twice at one moment of the page's own clock, however long that takes here."""
        self.page.clock.install()
        self.page.clock.pause_at(datetime.now(UTC) + timedelta(minutes=1))
        self.page.keyboard.press(key)
        self.page.keyboard.press(key)

    def check(self, name: str) -> None:
        """Assert that axe finds nothing and nothing sticks out; save a picture where $SCREENSHOTS says."""
        assert (name, self.look(name)) == (name, [])

    def look(self, name: str) -> list[str]:
        """What axe finds, and what sticks out; saves a picture where $SCREENSHOTS says."""
        self.page.evaluate("document.fonts.ready.then(() => true)")
        folder = os.environ.get("SCREENSHOTS")
        if folder:
            width = (self.page.viewport_size or {"width": 0})["width"]
            self.page.screenshot(path=Path(folder) / f"{name}-{width}.png", full_page=True)
        return [*self._axe(), *self.sticking_out()]

    def _axe(self) -> list[str]:
        # A page that is looked at through both screens has it already.
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE_SCRIPT)
        violations = self.page.evaluate("rules => axe.run(rules).then(found => found.violations)", _RULES)
        return [
            f"{violation['id']}: {' '.join(node['html'].split())[:200]} {node.get('failureSummary', '')}"
            for violation in violations
            for node in violation["nodes"]
        ]

    def sticking_out(self) -> list[str]:
        """What is wider than the window, so that people would have to scroll sideways."""
        return list(
            self.page.evaluate(
                """() => document.documentElement.scrollWidth <= window.innerWidth ? [] :
                [...document.querySelectorAll('body *')]
                  .filter(e => e.getBoundingClientRect().right > window.innerWidth + 1)
                  .map(e => e.tagName + '.' + e.className)"""
            )
        )
