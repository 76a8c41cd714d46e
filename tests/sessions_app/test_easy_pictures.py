"""In easy read a picture stands at the left of each session, step and part of the agreement."""

import re

import pytest

from families.agreeing import Point, current_agreement, points
from families.models import Guardian
from sessions_app import easy_pictures
from sessions_app.invitations import join_token
from sessions_app.models import Session, SessionStep
from tests.factories import household
from tests.sessions_app.family_scenes import invited

pytestmark = pytest.mark.django_db
PICTURE = re.compile(r'<img class="easy-picture" src="/static/pictures/([a-z-]+)\.svg" alt=""')


@pytest.fixture
def guardian() -> Guardian:
    return household()[0][0]


@pytest.fixture
def parent(client, guardian):
    client.force_login(guardian.user)
    return client


@pytest.mark.parametrize(
    ("title", "kind", "key"),
    [("Drums and songs", "remote", "drum"), ("Saturday", "remote", "computer"), ("Saturday", "in_person", "arrive")],
)
def test_a_session_has_what_its_title_speaks_of_or_the_way_to_come(title, kind, key):
    assert easy_pictures.of_session(Session(title=title, delivery=kind)).key == key


def test_a_step_has_its_own_picture_or_what_its_title_speaks_of():
    chosen, found, none = SessionStep(title="Hello", picture="bell"), SessionStep(title="Hello"), SessionStep(title="Q")
    pictures = [easy_pictures.of_step(step) for step in (chosen, found, none)]
    assert [picture and picture.key for picture in pictures] == ["bell", "hello", None]


def test_the_parts_of_our_agreement_differ_in_their_pictures():
    clauses = [point for point in points(current_agreement()) if not point.is_heading]
    keys = [easy_pictures.of_clause(point).key for point in clauses]
    assert keys == ["computer", "together", "talk", "coat", "home", "stop"]
    assert easy_pictures.of_clause(Point("", "Be on time.")).key == "ready"


def test_only_easy_read_draws_them_and_names_who_made_them(parent, guardian):
    invitation = invited(guardian, title="Drums and songs")
    SessionStep.objects.filter(session=invitation.session).delete()
    SessionStep.objects.create(session=invitation.session, title="Hello song")
    pages = {
        f"/portal/sessions/{invitation.pk}/": ["hello"],
        f"/join/{join_token(invitation)}/": ["hello"],
        "/portal/sessions/": ["drum"],
        "/portal/agreement/": ["computer", "together", "talk", "coat", "home", "stop"],
        "/portal/me/": [],
    }
    for easy in (False, True):
        Guardian.objects.update(easy_read=easy)
        for page, keys in pages.items():
            html = parent.get(page).content.decode()
            assert (page, PICTURE.findall(html)) == (page, keys if easy else [])
            assert (page, "openmoji.org" in html) == (page, easy and bool(keys))


def test_nothing_that_one_needs_is_left_out(parent, guardian):
    """Easy read leaves out what is not needed; these are."""
    Guardian.objects.update(easy_read=True)
    invited(guardian)
    for page, words in (("/portal/me/", "Is your name wrong?"), ("/portal/", "If you cannot come, please tell us.")):
        html = parent.get(page).content.decode()
        (tag,) = re.findall(rf"<p([^>]*)>{re.escape(words)}", html)
        assert "extra" not in tag
