"""The mails in a real browser: a narrow phone and a wide window, light and dark, without pictures."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from sessions_app.emails import PREVIEW_KINDS, preview
from sessions_app.models import SessionItem
from sessions_app.staff_emails import ALERTS, coordinator_alert
from tests.factories import PlaceFactory, household, ready_session
from tests.sessions_app.mail_scenes import NOW, START
from whippersnappers.outbox.catalogue import Rendered
from whippersnappers.outbox.easy_mails import in_easy_read
from whippersnappers.outbox.message import inlined

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

WIDTHS = (320, 700)
# Seen in easy read too.
EASY = ("invitation", "place-invitation", "changed", "cancelled")
# Landmarks are for pages, not for mails, so "best-practice" is left out.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.fixture
def written(django_db_setup: None, db: None) -> dict[str, Rendered]:
    """Every mail, with long and foreign names, for a session by Zoom and one in a place."""
    (_adult,), kids = household(children=2, first_name="Gabrielė-Konstancija", last_name="Gabramavičiūtė")
    kids[1].known_as = "محمد"
    kids[1].save()
    title = "Donaudampfschifffahrtsgesellschaftstrommeln & songs"
    session = ready_session(children=kids, starts_at=START, title=title, summary="Drums, songs and time to listen.")
    SessionItem.objects.create(session=session, name="A scarf", needed=False, position=3)
    place = PlaceFactory(address="1 Station Road\nLondon SE1 1AA", directions="Use the side door.")
    meeting_up = ready_session(children=kids, starts_at=START, delivery="in_person", place=place)
    mails = {kind: preview(session, kind, now=NOW) for kind in PREVIEW_KINDS}
    mails |= {f"place-{kind}": preview(meeting_up, kind, now=START - timedelta(hours=5)) for kind in PREVIEW_KINDS}
    lines = ["Two cleared members of staff must be there; one is so far."]
    return mails | {what: coordinator_alert(session, "Cora", what, lines, now=NOW) for what in ALERTS}


def look(page: Page, name: str, mail: Rendered, width: int) -> None:
    """The mail fits the width, without scrolling sideways."""
    page.set_viewport_size({"width": width, "height": 800})
    page.set_content(inlined(mail.html))
    if folder := os.environ.get("SCREENSHOTS"):
        scheme = "dark" if page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches") else "light"
        page.screenshot(path=Path(folder) / f"mail-{name}-{width}-{scheme}.png", full_page=True)
    assert (name, page.evaluate("document.documentElement.scrollWidth")) == (name, width)


def axe(page: Page) -> list[tuple[str, str, str]]:
    found = Axe().run(page, options={"runOnly": RULES, "resultTypes": ["violations"]})
    return [
        (each["id"], node["html"], node["failureSummary"])
        for each in found.response["violations"]
        for node in each["nodes"]
    ]


def test_mails_fit_every_screen_and_ask_for_nothing(page: Page, written: dict[str, Rendered]) -> None:
    assert len(written) == 2 * len(PREVIEW_KINDS) + len(ALERTS)
    written |= {f"easy-{name}": in_easy_read(written[name]) for name in EASY}
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for name, mail in written.items():
        for width in WIDTHS:
            look(page, name, mail, width)
    assert asked == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_mails_can_be_read(page: Page, written: dict[str, Rendered], scheme: Literal["light", "dark"]) -> None:
    page.emulate_media(color_scheme=scheme)
    # Between them they use every part that a mail can have.
    for name in ("invitation", "place-invitation", "changed", "cancelled", "gate_reopened"):
        look(page, name, written[name], WIDTHS[0])
        assert (name, axe(page)) == (name, [])
    for name in EASY:
        look(page, f"easy-{name}", in_easy_read(written[name]), WIDTHS[0])
        assert (name, axe(page)) == (name, [])
