"""The join page: who gets to Zoom, when, and what the page may show."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from families.models import Guardian, Guardianship
from sessions_app.invitations import join_token
from sessions_app.models import Booking, Invitation, JoinUse, Meeting, Session
from tests.factories import BookingFactory, PlaceFactory, household
from tests.sessions_app.family_scenes import PASSCODE, invited

pytestmark = pytest.mark.django_db

ZOOM = "https://us05web.zoom.us/j/84512345678?pwd=secret"


@pytest.fixture
def guardian() -> Guardian:
    return household()[0][0]


def page_of(invitation: Invitation) -> str:
    return reverse("join", args=[join_token(invitation)])


def outcomes(invitation: Invitation) -> list[str]:
    return list(invitation.uses.order_by("pk").values_list("outcome", flat=True))


def text_of(response: Any) -> str:
    main = response.content.decode().split("<main", 1)[1].split("</main>", 1)[0]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def cancel(session: Session) -> None:
    session.state = Session.State.CANCELLED
    session.cancelled_at = timezone.now()
    session.save()


def test_open_page_shows_what_a_family_needs_without_signing_in(client, guardian):
    invitation = invited(guardian)
    response = client.get(page_of(invitation))
    text = text_of(response)
    assert response.status_code == 200
    for shown in ["Drums and songs", "845 1234 5678", PASSCODE, "A pan and a wooden spoon", "45 minutes"]:
        assert shown in text
    assert "Join in Zoom" in text
    assert guardian.guardianships.get().child.known_as in text
    assert outcomes(invitation) == ["opened"]


def test_pressing_the_button_leads_to_zoom_and_is_logged(client, guardian):
    invitation = invited(guardian)
    response = client.post(page_of(invitation))
    assert (response.status_code, response["Location"]) == (302, ZOOM)
    assert response["Referrer-Policy"] == "no-referrer"
    assert outcomes(invitation) == ["joined"]


@pytest.mark.parametrize("method", ["get", "head"])
def test_looking_never_joins(client, guardian, method):
    invitation = invited(guardian)
    response = getattr(client, method)(page_of(invitation))
    assert response.status_code == 200
    assert JoinUse.Outcome.JOINED not in outcomes(invitation)
    assert ZOOM not in response.content.decode()


def test_a_head_request_and_a_watching_page_are_no_use(client, guardian):
    invitation = invited(guardian)
    client.head(page_of(invitation))
    client.get(page_of(invitation), headers={"X-Watching": "1"})
    assert outcomes(invitation) == []


def test_the_button_needs_a_csrf_token(guardian):
    invitation = invited(guardian)
    response = Client(enforce_csrf_checks=True).post(page_of(invitation))
    assert response.status_code == 403
    assert outcomes(invitation) == []


@pytest.mark.parametrize(
    ("starts_in", "outcome", "said"),
    [
        (timedelta(minutes=16), "too_early", "The button to join comes at"),
        (timedelta(days=3), "too_early", "The button to join comes at"),
        (timedelta(minutes=-46), "too_late", "This session is over"),
    ],
)
def test_outside_the_window_nobody_joins(client, guardian, starts_in, outcome, said):
    invitation = invited(guardian, starts_in=starts_in)
    pressed = client.post(page_of(invitation), follow=True)
    assert pressed.redirect_chain == [(page_of(invitation), 302)]
    assert said in text_of(pressed)
    assert "Join in Zoom" not in text_of(pressed)
    assert outcomes(invitation) == [outcome, outcome]


@pytest.mark.parametrize("starts_in", [timedelta(minutes=14), timedelta(minutes=-44)])
def test_inside_the_window_the_way_is_open(client, guardian, starts_in):
    invitation = invited(guardian, starts_in=starts_in)
    assert client.post(page_of(invitation))["Location"] == ZOOM


def test_without_a_ready_meeting_the_page_says_so_kindly(client, guardian):
    invitation = invited(guardian, with_meeting=False)
    response = client.post(page_of(invitation), follow=True)
    assert "You have done nothing wrong" in text_of(response)
    assert outcomes(invitation) == ["not_ready", "not_ready"]


def test_a_cancelled_session_says_so_and_leads_nowhere(client, guardian):
    invitation = invited(guardian)
    cancel(invitation.session)
    response = client.post(page_of(invitation), follow=True)
    assert "This session is cancelled" in text_of(response)
    assert PASSCODE not in text_of(response)
    assert outcomes(invitation) == ["cancelled", "cancelled"]


def withdrawn(invitation: Invitation) -> None:
    Invitation.objects.filter(pk=invitation.pk).update(withdrawn_at=timezone.now())


def reissued(invitation: Invitation) -> None:
    Invitation.objects.filter(pk=invitation.pk).update(token_version=2)


def restricted(invitation: Invitation) -> None:
    Guardianship.objects.filter(guardian=invitation.guardian).update(
        restricted=True, restriction_review_on=timezone.localdate()
    )


def unbooked(invitation: Invitation) -> None:
    Booking.objects.filter(session=invitation.session).update(state=Booking.State.WITHDRAWN)


@pytest.mark.parametrize("event", [withdrawn, reissued, restricted, unbooked])
def test_a_link_without_force_shows_nothing_of_the_session(client, guardian, event):
    invitation = invited(guardian)
    page = page_of(invitation)
    event(invitation)
    response = client.post(page, follow=True)
    text = text_of(response)
    assert "This link no longer works" in text
    child = guardian.guardianships.get().child
    for hidden in [invitation.session.title, child.known_as, PASSCODE, "84512345678", "wooden spoon"]:
        assert hidden not in response.content.decode()
    assert outcomes(invitation) == ["withdrawn", "withdrawn"]


@pytest.mark.parametrize("token", ["nonsense", "x" * 54, "%00", "ééé", "a" * 3000])
def test_an_unknown_link_is_a_kind_404(client, token):
    response = client.get(reverse("join", args=[token]))
    assert response.status_code == 404
    assert "We don’t know this link" in response.content.decode()


def test_the_page_is_kept_by_nobody(client, guardian):
    response = client.get(page_of(invited(guardian)))
    assert response["Cache-Control"] == "no-store, private"
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    # `no-referrer` would make browsers send `Origin: null` with the form, which the CSRF check refuses.
    assert response["Referrer-Policy"] == "same-origin"


def test_only_the_meetings_own_host_and_zoom_may_follow_the_form(client, guardian):
    invitation = invited(guardian, join_url="http://127.0.0.1:8001/j/84512345678?pwd=x")
    policy = client.get(page_of(invitation))["Content-Security-Policy"]
    directives = dict(part.strip().split(" ", 1) for part in policy.split(";") if " " in part.strip())
    assert directives["form-action"] == "'self' https://zoom.us https://*.zoom.us http://127.0.0.1:8001"
    assert "form-action 'self';" in client.get("/")["Content-Security-Policy"] + ";"


def test_an_in_person_session_shows_the_place_and_no_zoom(client, guardian):
    place = PlaceFactory(name="The Barn", address="2 Mill Lane\nLondon", directions="Ring the green bell.")
    invitation = invited(guardian, with_meeting=False, delivery=Session.Delivery.IN_PERSON, place=place)
    response = client.get(page_of(invitation))
    text = text_of(response)
    assert "The Barn" in text
    assert "Ring the green bell." in text
    assert "Zoom" not in text
    assert client.post(page_of(invitation))["Location"] == page_of(invitation)


def test_nothing_of_other_families_is_shown(client, guardian):
    invitation = invited(guardian)
    (_, [stranger]) = household(first_name="Canaryparent")
    BookingFactory(session=invitation.session, child=stranger)
    content = client.get(page_of(invitation)).content.decode()
    assert stranger.known_as not in content.split("<main", 1)[1]
    assert "Canaryparent" not in content


def test_nothing_of_the_child_but_the_known_as_name(client, guardian):
    child = guardian.guardianships.get().child
    child.last_name, child.medical_notes, child.reference = "Canarysurname", "canarynotes", "CANARYREF"
    child.save()
    content = client.get(page_of(invited(guardian))).content.decode()
    assert child.known_as in content
    assert [word for word in ["Canarysurname", "canarynotes", "CANARYREF"] if word in content] == []


def test_a_waiting_page_learns_that_it_would_look_different(client, guardian):
    invitation = invited(guardian, with_meeting=False)
    before = client.get(page_of(invitation))
    shown = re.search(r'data-watch="(\w+)"', before.content.decode())
    assert shown is not None
    assert before["X-Page-State"] == shown[1]
    again = client.get(page_of(invitation), headers={"X-Watching": "1"})
    assert again["X-Page-State"] == shown[1]
    meeting = invited(guardian).session.meetings.get()
    Meeting.objects.filter(pk=meeting.pk).update(session=invitation.session)
    assert client.get(page_of(invitation), headers={"X-Watching": "1"})["X-Page-State"] != shown[1]
