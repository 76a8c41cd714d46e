"""The steps of the README's walk, as a newcomer does them in a browser."""

import re

import requests
from playwright.sync_api import Page

from tests.demo.running import Demo


def subjects(demo: Demo, to: str) -> list[str]:
    page = requests.get(demo.url("/demo/mailbox/"), params={"to": to}, timeout=10).text
    return re.findall(r'<b class="subject">(.*?)</b>', page)


def open_tomorrows_draft(demo: Demo, page: Page) -> None:
    page.goto(demo.url("/demo/"))
    page.get_by_role("button", name="Cora Okafor").click()
    page.get_by_role("link", name="Drums and songs: rain and thunder").first.click()
    page.get_by_text("2 things are missing before it can be confirmed").wait_for()


def resolve_its_blockers(page: Page) -> None:
    page.get_by_role("link", name=re.compile("Add another Thing", re.IGNORECASE)).click()
    page.locator("input[name=items-0-name]").fill("A pan and a wooden spoon")
    page.get_by_role("link", name=re.compile("Add another Person", re.IGNORECASE)).click()
    page.locator("select[name=assignments-1-staff] + .select2 .select2-selection").click()
    page.keyboard.type("Tom")
    page.get_by_role("option", name="Tom Brennan").click()
    page.get_by_role("button", name="Save").first.click()
