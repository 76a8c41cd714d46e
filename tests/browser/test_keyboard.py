"""Families' pages by keyboard alone, at 200 % and 400 % zoom: 640 and 320 pixels (WCAG 1.4.10, 2.4.7, 2.4.11)."""

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from tests.access.world import World, build
from tests.browser.eyes import Eyes
from tests.family_pages import READER, addresses, drawn, set_easy_read

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# A browser window of 1280 by 1024 pixels, seen at this zoom.
ZOOM = {"200 %": (640, 512), "400 %": (320, 256)}
MOST_PRESSES = 150

# What a stop is called in the lists below.
_NAME = (
    "e => e.type === 'radio' ? `radio ${e.name}` : `${e.tagName} ${e.name ?? ''}${e.textContent.trim().slice(0, 30)}`"
)
# Everything that can be pressed or filled in and is on the page; of a question's answers the keyboard stops at one.
_STOPS = """() => {
  const seen = new Set();
  return [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')]
    .filter(e => e.type !== 'hidden' && !e.disabled && e.tabIndex >= 0 && e.getClientRects().length)
    .filter(e => {
      if (e.type !== 'radio') return true;
      const group = `${e.form?.id} ${e.name}`;
      return !seen.has(group) && seen.add(group);
    })
    .map(NAME);
}""".replace("NAME", _NAME)
# Where the keyboard is: what it is called in the list above, and what is wrong with how it shows.
_HERE = """() => {
  const e = document.activeElement;
  if (!e || e === document.body) return null;
  const look = getComputedStyle;
  const outlined = x => look(x).outlineStyle !== 'none' && parseFloat(look(x).outlineWidth) >= 2;
  const shown = [e, ...(e.closest('label')?.querySelectorAll('*') ?? [])];
  // A link that goes over two lines has two boxes.
  const points = [...(e.closest('label') ?? e).getClientRects()].flatMap(box =>
    [[.5, .5], [.1, .5], [.9, .5]].map(([x, y]) => [box.x + x * box.width, box.y + y * box.height]));
  const free = points.some(([x, y]) => {
    const top = document.elementFromPoint(x, y);
    return top && (e.contains(top) || top.contains(e) && top.tagName === 'LABEL' || e.closest('label')?.contains(top));
  });
  return {
    name: (NAME)(e),
    wrong: [...(shown.some(outlined) ? [] : ['no focus to be seen']), ...(free ? [] : ['covered or outside'])],
  };
}""".replace("NAME", _NAME)


@pytest.fixture
def world(live_server: LiveServer) -> World:
    return build()


def tab_through(page: Page) -> tuple[list[str], list[str]]:
    """The stops that Tab comes to until it leaves the page, and what is wrong with them."""
    stops, troubles = [], []
    for _press in range(MOST_PRESSES):
        page.keyboard.press("Tab")
        here = page.evaluate(_HERE)
        if here is None:
            break
        stops.append(here["name"])
        troubles += [f"{here['name']}: {wrong}" for wrong in here["wrong"]]
    return stops, troubles


@pytest.mark.parametrize("zoom", ZOOM.values(), ids=list(ZOOM))
def test_every_stop_is_reached_and_seen_and_nothing_sticks_out(eyes: Eyes, world: World, zoom: tuple[int, int]) -> None:
    eyes.sign_in(world.people[READER])  # type: ignore[arg-type]
    eyes.page.emulate_media(reduced_motion="reduce")
    eyes.page.set_viewport_size({"width": zoom[0], "height": zoom[1]})
    pages, found = drawn(world), {}
    for name, address in addresses(world).items():
        if name not in pages:
            continue
        eyes.go(address)
        wanted = eyes.page.evaluate(_STOPS)
        stops, troubles = tab_through(eyes.page)
        missing = [stop for stop in wanted if stop not in stops]
        found[name] = [*eyes.sticking_out(), *troubles, *(f"{stop}: not reached" for stop in missing)]
    assert {name: troubles for name, troubles in found.items() if troubles} == {}


def test_nothing_sticks_out_in_easy_read(eyes: Eyes, world: World) -> None:
    set_easy_read(world, True)
    eyes.sign_in(world.people[READER])  # type: ignore[arg-type]
    pages, found = drawn(world), {}
    for name, address in addresses(world).items():
        if name in pages:
            eyes.go(address)
            for width, height in ZOOM.values():
                eyes.page.set_viewport_size({"width": width, "height": height})
                found[name, width] = eyes.sticking_out()
    assert {where: troubles for where, troubles in found.items() if troubles} == {}
