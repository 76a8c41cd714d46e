"""What holds on every families' page: the frame around it, a way for whoever is worried, and words that read easily."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.template.loader import get_template
from django.template.loader_tags import ExtendsNode

from families.portal.frame import PLACES
from tests.access.world import World, build
from tests.family_pages import drawn, set_easy_read
from tests.sessions_app.test_pages_read_easily import OLDEST, text_of
from whippersnappers.reading_age import hard_sentences, reading_age

FRAME = "portal/frame.html"
# Days are read like numbers, whatever their names weigh.
_DAY = re.compile(r"[A-Z][a-z]+day \d+ [A-Z][a-z]+")
# The policy's own words stand beside the easy ones, and may not be changed.
_EXACT = re.compile(r'<div class="exact">.*?</div>', re.DOTALL)
# What the Lead and staff see is drawn otherwise.
FAMILY_TEMPLATES = ("portal", "families/portal")


@pytest.fixture(scope="module")
def pages(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[bool, dict[str, str]]]:
    """All of them, in the usual layout and in easy read."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield in_both_layouts(build())
        transaction.set_rollback(True)


def in_both_layouts(world: World) -> dict[bool, dict[str, str]]:
    found = {}
    for easy in (False, True):
        set_easy_read(world, easy)
        found[easy] = drawn(world)
    return found


@pytest.mark.django_db
def test_the_walk_finds_the_pages(pages):
    assert {"portal", "portal_devices", "portal_worried", "join token", "place offer_token"} <= set(pages[False])
    assert set(pages[False]) == set(pages[True])


@pytest.mark.django_db
def test_every_page_stands_in_the_frame(pages):
    for easy, found in pages.items():
        for name, page in found.items():
            assert (name, page.count('<nav class="places"'), page.count("<h1")) == (name, 1, 1)
            assert page.count('name="layout"') == 1
            assert page.count('href="/worried/"') >= 1
            assert ('<html lang="en-GB" class="easy"' in page) is easy
            assert page.count('aria-current="page"') <= 1


@pytest.mark.django_db
def test_every_page_reads_easily(pages):
    for found in pages.values():
        for name, page in found.items():
            text = text_of(_EXACT.sub("", page))
            assert (name, reading_age(text) <= OLDEST) == (name, True)
            hard = hard_sentences(_DAY.sub("then", text), 14)
            # Of three words one long one says nothing yet.
            assert (name, [each for each in hard if each[-1] in ".!?" and len(each.split()) > 5]) == (name, [])


@pytest.mark.django_db
def test_easy_read_gives_each_sentence_a_line(pages):
    """In paragraphs of two or more sentences, none is left beside another."""
    for name, page in pages[True].items():
        beside = re.findall(r">[^<>]*[a-z][.!?] [A-Z][a-z][^<>]*</p>", page)
        assert (name, beside) == (name, [])


def templates() -> list[str]:
    roots = Path(settings.BASE_DIR / "templates")
    found = (path for folder in FAMILY_TEMPLATES for path in sorted((roots / folder).rglob("*.html")))
    return [str(path.relative_to(roots)) for path in found]


def parents(name: str) -> list[str]:
    """The templates that a template stands in, from the nearest on."""
    found: list[str] = []
    while True:
        nodes = get_template(name).template.nodelist
        if not nodes or not isinstance(nodes[0], ExtendsNode):
            return found
        name = str(nodes[0].parent_name.token).strip("\"'")
        found.append(name)


@pytest.mark.parametrize("name", templates())
def test_a_familys_template_is_a_part_or_stands_in_the_frame(name):
    above = parents(name)
    assert name == FRAME or above == [] or FRAME in above


def test_the_navigation_fits_a_phone():
    assert 1 <= len(PLACES) <= 4
    assert len({place.pictogram for place in PLACES}) == len(PLACES)
