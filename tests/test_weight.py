"""What a family's phone has to fetch before it shows the portal, with nothing kept from before."""

import gzip
import re
from datetime import timedelta

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from tests.factories import household
from tests.sessions_app.family_scenes import invited

pytestmark = pytest.mark.django_db

LIMIT = 50_000  # bytes over the wire
# What a server says around each thing.
HEADERS = 500
PACKED = {"accept-encoding": "gzip"}


@pytest.fixture
def parent(client: Client) -> Client:
    guardian = household(children=2)[0][0]
    for days in range(12):
        invited(guardian, starts_in=timedelta(days=days, minutes=10), title=f"Drums and songs {days}")
    client.force_login(guardian.user)  # type: ignore[arg-type]
    return client


def weight(path: str) -> int:
    """A file of ours over the wire: typefaces as they are, all else compressed."""
    found = finders.find(path)
    assert isinstance(found, str)
    with open(found, "rb") as file:
        content = file.read()
    return len(content if path.endswith((".woff2", ".png")) else gzip.compress(content, 6))


def test_the_portals_home_is_light(parent):
    answer = parent.get("/portal/", headers=PACKED)
    assert answer["Content-Encoding"] == "gzip"
    page = gzip.decompress(answer.content).decode()
    # The touch icon is fetched only by who puts the page on their home screen.
    files = set(re.findall(r'(?:href|src)="/static/([^"#]+)', page)) - {"img/touch-icon.png"}
    assert {"css/site.css", "js/page.js", "img/pictograms.svg"} < files
    assert len([name for name in files if name.endswith(".woff2")]) == 2
    total = len(answer.content) + sum(weight(name) for name in files) + HEADERS * (len(files) + 1)
    assert total <= LIMIT


def test_a_page_is_the_same_for_who_cannot_unpack_it(parent):
    plain = parent.get("/portal/")
    assert "Content-Encoding" not in plain
    assert "Accept-Encoding" in plain["Vary"]
    assert plain.content.startswith(b"<!doctype html>")


def test_what_is_compressed_already_and_what_machines_read_is_left_as_it_is(parent):
    assert "Content-Encoding" not in parent.get("/healthz", headers=PACKED)
    file = "/static/fonts/atkinson-hyperlegible-next-latin-400-normal.woff2"
    answer = parent.get(file, headers=PACKED)
    answer.close()
    assert (answer.status_code, "Content-Encoding" in answer) == (200, False)
