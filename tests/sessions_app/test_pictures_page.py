"""The session in pictures on the page: whose it is, where it stands, what it keeps to itself."""

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from families.models import Guardian
from sessions_app import invitations
from sessions_app.invitations import join_token
from sessions_app.models import Booking, Invitation, JoinUse, SessionStep
from sessions_app.picture_library import CREDIT, PICTURES
from tests.factories import household
from tests.sessions_app.family_scenes import PASSCODE, ZOOM_ID, invited
from tests.sessions_app.test_join_page import cancel, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def guardian() -> Guardian:
    return household()[0][0]


@pytest.fixture
def invitation(guardian: Guardian) -> Invitation:
    return invited(guardian, starts_in=timedelta(days=2))


@pytest.fixture
def parent(client: Client, guardian: Guardian) -> Client:
    assert guardian.user is not None
    client.force_login(guardian.user)
    return client


def own(invitation: Invitation, name: str = "portal_pictures") -> str:
    return reverse(name, args=[invitation.pk])


def linked(invitation: Invitation, name: str = "join_pictures") -> str:
    return reverse(name, args=[join_token(invitation)])


def shown(page: Any) -> list[str]:
    """The moments that are not hidden."""
    moments = page.content.decode().split('<div class="moment"')[1:]
    return [moment.split('data-moment="')[1][0] for moment in moments if " hidden" not in moment.split(">", 1)[0]]


def test_signed_in_and_by_link_it_shows_now_next_and_all_steps(parent, invitation):
    for address in (own(invitation), linked(invitation)):
        page = parent.get(address)
        text = text_of(page)
        assert page.status_code == 200
        assert "Now Hello song Next Drums Done" in text
        assert PICTURES["hello"].url in page.content.decode()
        assert CREDIT in text
        assert shown(page) == ["1"]


@pytest.mark.parametrize(
    ("asked", "at"),
    [
        ("2", "2"),
        ("3", "3"),
        ("99", "3"),
        ("0", "1"),
        ("-1", "1"),
        ("9" * 400, "1"),
        ("٣", "1"),
        ("%00", "1"),
        ("", "1"),
    ],
)
def test_the_address_keeps_the_place_and_nonsense_is_the_first_step(client, invitation, asked, at):
    assert shown(client.get(f"{linked(invitation)}?step={asked}")) == [at]


def test_after_the_last_step_all_is_done(client, invitation):
    text = text_of(client.get(f"{linked(invitation)}?step=3"))
    assert "All done! Finished" in text


def test_the_pdf_is_the_sessions_and_one_page(parent, invitation):
    for address in (own(invitation, "portal_pictures_pdf"), linked(invitation, "join_pictures_pdf")):
        answer = parent.get(address)
        assert answer["Content-Type"] == "application/pdf"
        assert answer["Content-Disposition"] == 'inline; filename="session-in-pictures.pdf"'
        assert answer["Cache-Control"] == "no-store, private"
        (page,) = PdfReader(BytesIO(answer.content)).pages
        assert "Hello song" in page.extract_text()


def test_neither_names_the_child_nor_opens_the_meeting(client, invitation):
    child = Booking.objects.get(session=invitation.session).child
    SessionStep.objects.filter(title="Drums").update(title=f"{child.known_as} drums", picture="drum")
    page = client.get(linked(invitation)).content.decode()
    assert child.known_as not in page
    assert PASSCODE not in page
    assert str(ZOOM_ID)[:3] not in text_of(client.get(linked(invitation)))


@pytest.mark.parametrize("name", ["join_pictures", "join_pictures_pdf"])
class TestByLink:
    def test_an_unknown_link_is_said_to_be_unknown(self, client, name):
        assert client.get(reverse(name, args=["x" * 54])).status_code == 404

    def test_a_link_without_force_shows_nothing_and_leads_to_where_it_is_said(self, client, invitation, name, lead):
        address = linked(invitation, name)
        invitations.withdraw(invitation.pk, by=lead, now=invitation.created_at)
        answer = client.get(address)
        assert (answer.status_code, b"Hello song" in answer.content) == (302, False)

    def test_a_restriction_set_now_holds_on_the_next_request(self, client, invitation, guardian, name):
        guardian.guardianships.update(restricted=True, restriction_review_on="2027-01-01")
        answer = client.get(linked(invitation, name))
        assert (answer.status_code, answer.url) == (302, reverse("join", args=[join_token(invitation)]))

    def test_a_cancelled_session_has_none(self, client, invitation, name):
        cancel(invitation.session)
        assert client.get(linked(invitation, name)).status_code == 302

    def test_looking_at_pictures_is_no_coming_in(self, client, invitation, name):
        client.get(linked(invitation, name))
        assert not JoinUse.objects.exists()


@pytest.mark.parametrize("name", ["portal_pictures", "portal_pictures_pdf"])
class TestSignedIn:
    def test_it_does_not_exist_for_anybody_else(self, client, invitation, name):
        (stranger,), _ = household()
        client.force_login(stranger.user)
        assert client.get(own(invitation, name)).status_code == 404

    def test_nor_for_somebody_restricted_now(self, parent, invitation, guardian, name):
        guardian.guardianships.update(restricted=True, restriction_review_on="2027-01-01")
        assert parent.get(own(invitation, name)).status_code == 404

    def test_a_child_who_does_not_come_is_shown_why_not(self, parent, invitation, name):
        Booking.objects.update(state=Booking.State.NOT_COMING)
        answer = parent.get(own(invitation, name))
        assert (answer.status_code, answer.url) == (302, reverse("portal_session", args=[invitation.pk]))


def test_a_session_without_steps_says_so_and_nothing_leads_there(client, invitation):
    assert linked(invitation) in client.get(reverse("join", args=[join_token(invitation)])).content.decode()
    invitation.session.steps.all().delete()
    assert "We have not said yet" in text_of(client.get(linked(invitation)))
    assert linked(invitation) not in client.get(reverse("join", args=[join_token(invitation)])).content.decode()


@pytest.mark.parametrize("steps", [1, 30])
def test_the_number_of_queries_is_fixed(parent, invitation, django_assert_num_queries, steps):
    for number in range(steps):
        SessionStep.objects.create(session=invitation.session, position=number, title="Drums", picture="drum")
    with django_assert_num_queries(10):
        parent.get(own(invitation))
