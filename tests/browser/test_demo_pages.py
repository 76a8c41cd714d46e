"""The demo's pages in a real browser: axe clean, quiet console, and a mail whose link opens on top."""

from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from demo.mailbox import Mailbox
from demo.sample.people import PERSONAS
from tests.browser.eyes import Eyes, Screen
from tests.factories import GuardianFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HTML = """<!doctype html><html lang="en"><head><title>Hello</title></head>
<body><p>Hello Hannah,</p><script>document.title = "run"</script><a href="{url}">Go to your session</a></body></html>"""


@pytest.fixture
def box(settings: Any, tmp_path: Path) -> Mailbox:
    settings.DEMO_DATA = tmp_path
    return Mailbox(tmp_path / "mailbox")


def put(box: Mailbox, url: str) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "hello@whippersnappers.org", "hannah@example.com", "Drums"
    mail.set_content(f"Hello Hannah. {url}")
    mail.add_alternative(HTML.format(url=url), subtype="html")
    box.add(mail.as_bytes(), "hello@whippersnappers.org", ["hannah@example.com"], datetime.now(UTC))


def test_demo_pages(eyes: Eyes, screen: Screen, box: Mailbox) -> None:
    eyes.use(screen)
    eyes.go("/demo/")
    eyes.check("demo")
    eyes.go("/demo/mailbox/")
    eyes.check("mailbox-empty")
    put(box, f"{eyes.base}/join/nonsense/")
    eyes.go("/demo/mailbox/")
    eyes.check("mailbox")
    # The mail in the frame asks for no script to be run; that it tried is what the console says.
    eyes.expected = "Blocked script execution"
    eyes.follow(eyes.page.get_by_role("link", name="Drums"))
    eyes.check("mail")
    assert eyes.page.frames[1].title() == "Hello"


def test_a_link_in_a_mail_opens_in_place_of_the_page(eyes: Eyes, screen: Screen, box: Mailbox, settings: Any) -> None:
    # The mailbox shows links to the portal at the address that it has now.
    settings.SITE_URL = eyes.base
    eyes.use(screen)
    put(box, f"{eyes.base}/demo/")
    eyes.expected = "Blocked script execution"
    eyes.go("/demo/mailbox/1/")
    eyes.page.frame_locator("iframe").get_by_role("link", name="Go to your session").click()
    eyes.page.wait_for_url(f"{eyes.base}/demo/")
    assert eyes.page.locator("h1").inner_text() == "Who would you like to be?"


def test_being_somebody_with_the_keyboard_alone(eyes: Eyes, screen: Screen, box: Mailbox) -> None:
    # Given the demo's page, and Hannah among the people on it
    GuardianFactory(first_name="Hannah", last_name="Whitfield", email=PERSONAS["guardian"].email)
    eyes.use(screen)
    eyes.go("/demo/")
    # When somebody goes to her name with Tab and presses Enter
    button = eyes.page.get_by_role("button", name="Hannah Whitfield")
    for _ in range(40):
        eyes.page.keyboard.press("Tab")
        if button.evaluate("button => button === document.activeElement"):
            break
    eyes.page.keyboard.press("Enter")
    # Then they are Hannah
    eyes.page.wait_for_url(f"{eyes.base}/portal/")
    assert eyes.page.locator("h1").inner_text() == "Hello, Hannah!"
