"""Easy read in a real browser: the switch, the layout and the way about, axe clean on a phone and a desktop."""

import pytest
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from families.models import Guardian
from tests.browser.eyes import Eyes, Screen
from tests.factories import household
from tests.sessions_app.family_scenes import invited

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

POINTS = 4 / 3  # CSS pixels


@pytest.fixture
def guardian(live_server: LiveServer) -> Guardian:
    return household()[0][0]


def test_turning_easy_read_on(eyes: Eyes, screen: Screen, guardian: Guardian) -> None:
    eyes.use(screen)
    invited(guardian)
    eyes.sign_in(guardian.user)  # type: ignore[arg-type]
    eyes.go("/portal/")
    eyes.check("usual-layout")
    eyes.page.get_by_role("button", name="Easy read", exact=True).click()
    expect(eyes.page.get_by_text("Easy read is on.")).to_be_visible()
    eyes.check("easy-read")
    smallest = eyes.page.evaluate(
        """() => Math.min(...[...document.querySelectorAll('main *, nav *, .aids *, footer *')]
          .filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()) && e.getClientRects().length)
          .map(e => parseFloat(getComputedStyle(e).fontSize)))"""
    )
    assert smallest >= 14 * POINTS
    eyes.page.get_by_role("button", name="Leave easy read").click()
    expect(eyes.page.get_by_text("Easy read is off.")).to_be_visible()
