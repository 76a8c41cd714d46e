"""What families read in the portal is held to a reading age of eleven (W3)."""

import html
import re
from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.test import Client, RequestFactory

from families.models import Guardian
from sessions_app.invitations import join_token
from sessions_app.models import Invitation
from tests.factories import household
from tests.sessions_app.family_scenes import invited
from whippersnappers.reading_age import hard_sentences, reading_age

pytestmark = pytest.mark.django_db

OLDEST = 11
_BLOCK = re.compile(r"</(?:p|h\d|li|dd|dt|div|label|button|a|strong|section)>")


@pytest.fixture
def guardian() -> Guardian:
    return household()[0][0]


def text_of(page: str) -> str:
    """The words of the page's main part and foot, a line for each block; the blocks end sentences."""
    body = page.split("<main", 1)[1].split(">", 1)[1]
    lines = re.sub(r"<[^>]+>", " ", _BLOCK.sub("\n\n", body))
    return "\n\n".join(" ".join(line.split()) for line in html.unescape(lines).split("\n\n") if line.strip())


def measured(text: str) -> tuple[bool, list[str]]:
    """Whether the whole is easy enough, and the sentences that by themselves are not (dates and names aside)."""
    return reading_age(text) <= OLDEST, [hard for hard in hard_sentences(text, 14) if hard[-1] in ".!?"]


def join_page(client: Client, guardian: Guardian, starts_in: timedelta, with_meeting: bool = True) -> HttpResponse:
    invitation = invited(guardian, starts_in=starts_in, with_meeting=with_meeting)
    return client.get(f"/join/{join_token(invitation)}/")


@pytest.mark.parametrize("path", ["/", "/accounts/login/code/", "/join/unknown/", "/no-such-page/"])
def test_open_pages(client, path):
    text = text_of(client.get(path).content.decode())
    assert measured(text) == (True, [])


@pytest.mark.parametrize("starts_in", [timedelta(minutes=5), timedelta(days=2), timedelta(days=-1)])
def test_join_pages(client, guardian, starts_in):
    text = text_of(join_page(client, guardian, starts_in).content.decode())
    assert measured(text) == (True, [])


def test_join_page_without_a_meeting(client, guardian):
    text = text_of(join_page(client, guardian, timedelta(minutes=5), with_meeting=False).content.decode())
    assert measured(text) == (True, [])


def test_a_link_without_force(client, guardian):
    invitation = invited(guardian)
    page = f"/join/{join_token(invitation)}/"
    Invitation.objects.update(token_version=7)
    text = text_of(client.get(page).content.decode())
    assert measured(text) == (True, [])


def test_portal(client, guardian):
    client.force_login(guardian.user)
    empty = text_of(client.get("/portal/").content.decode())
    invited(guardian)
    full = text_of(client.get("/portal/").content.decode())
    assert [round(reading_age(text), 1) <= OLDEST for text in (empty, full)] == [True, True]


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "429", "500", "too_much"])
def test_error_pages(name):
    text = text_of(render_to_string(f"{name}.html", request=RequestFactory().get("/")))
    assert measured(text) == (True, [])


def test_the_measure_finds_officialese():
    text = text_of("<main><p>Participants are advised that authentication credentials necessitate confidentiality.</p>")
    assert reading_age(text) > OLDEST
