"""Takes the README's pictures from a running demo: `make demo` in one terminal, `make pictures` in another."""

import argparse
import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from demo.environment import HERE
from tests import chromium

DESK = ViewportSize(width=1280, height=860)
PHONE = ViewportSize(width=390, height=844)


def page_as(browser: Browser, site: str, persona: str, size: ViewportSize) -> Page:
    """A page of somebody who has just signed in."""
    page = browser.new_context(viewport=size, locale="en-GB").new_page()
    page.goto(f"{site}/demo/")
    page.locator(f'button[name="persona"][value="{persona}"]').click()
    page.wait_for_load_state("networkidle")
    return page


def take(browser: Browser, site: str, directory: Path) -> None:
    """One picture for each audience, and of what a family gets by mail."""
    families = page_as(browser, site, "guardian", PHONE)
    families.screenshot(path=directory / "families.png")
    staff = page_as(browser, site, "coordinator", DESK)
    staff.screenshot(path=directory / "staff.png")
    staff.get_by_role("link", name="rain and thunder").first.click()
    staff.wait_for_load_state("networkidle")
    staff.screenshot(path=directory / "session.png")
    lead = page_as(browser, site, "lead", DESK)
    lead.goto(f"{site}/safeguarding/")
    lead.wait_for_load_state("networkidle")
    lead.screenshot(path=directory / "lead.png")
    mail = page_as(browser, site, "guardian", DESK)
    mail.goto(f"{site}/demo/mailbox/?to=whitfield")
    mail.locator("a.mail").first.click()
    mail.locator("iframe").scroll_into_view_if_needed()
    mail.wait_for_load_state("networkidle")
    mail.locator("iframe").screenshot(path=directory / "mail.png")


def main() -> int:
    """Take all pictures."""
    parser = argparse.ArgumentParser(prog="python -m demo.pictures", description=__doc__)
    parser.add_argument("--site", default="http://localhost:8000")
    parser.add_argument("--to", type=Path, default=HERE / "docs" / "pictures")
    options = parser.parse_args()
    path = chromium.find()
    if path is None:
        print(f"No pictures were taken: {chromium.HOW_TO_GET_IT}")
        return 1
    options.to.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**chromium.launch_arguments(path))
        take(browser, options.site, options.to)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
