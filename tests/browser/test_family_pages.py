"""Every families' page in a real browser, in both layouts, wide and narrow: axe clean, quiet, nothing sticks out."""

import pytest
from pytest_django.live_server_helper import LiveServer

from tests.access.world import build
from tests.browser.eyes import Eyes, Screen
from tests.family_pages import READER, addresses, drawn, set_easy_read

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("easy", [False, True], ids=["usual", "easy"])
def test_every_page_of_families(eyes: Eyes, live_server: LiveServer, easy: bool) -> None:
    world = build()
    set_easy_read(world, easy)
    eyes.sign_in(world.people[READER])  # type: ignore[arg-type]
    pages = drawn(world)
    found = {}
    for name, address in addresses(world).items():
        if name not in pages:
            continue
        eyes.use(Screen.DESKTOP)
        eyes.go(address)
        for screen in Screen:
            eyes.use(screen)
            found[name, screen.width] = eyes.look(f"{'easy-' if easy else ''}{name.replace(' ', '-')}")
    assert {where: troubles for where, troubles in found.items() if troubles} == {}
