"""The page of an offered place: who may answer, what it says in every state, and that looking never answers."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.template.loader import get_template
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from sessions_app import booking, confirming, offers
from sessions_app.family_offers import ordinal
from sessions_app.models import Booking, PlaceOffer, Session
from sessions_app.offer_links import Answerable, place_token
from tests.factories import (
    BookingFactory,
    GuardianshipFactory,
    InvitationFactory,
    SessionFactory,
    household,
    tomorrow_at,
)
from tests.sessions_app.offer_scenes import a_place, booking_of, full_session, offers_of
from tests.sessions_app.test_pages_read_easily import measured
from tests.sessions_app.test_pages_read_easily import text_of as read_of
from whippersnappers.outbox.models import OutgoingMail

pytestmark = pytest.mark.django_db


@pytest.fixture
def offered(coordinator):
    """An open offer to Kid’s mother for a session in four days, and the address of its page."""
    now = timezone.now()
    start = tomorrow_at(16) + timedelta(days=3)
    session, (child, _) = full_session(coordinator, starts_at=start, now=now)
    booking.withdraw(a_place(session).pk, by=coordinator, now=now)
    (offer,) = offers_of(session)
    return offer, child, child.guardianships.get().guardian


def address(offer, guardian) -> str:
    return f"/place/{place_token(offer.pk, guardian.pk)}/"


def seen(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store, private"
    text = read_of(answer.content.decode())
    assert measured(text) == (True, [])
    return text


def test_looking_never_answers_and_says_what_until_when(client, offered):
    offer, child, guardian = offered
    for _ in range(2):
        text = seen(client, address(offer, guardian))
    client.head(address(offer, guardian))
    client.post(address(offer, guardian), {"answer": "perhaps"})
    assert f"A place is free for {child.known_as}" in text
    assert "Please answer by" in text
    assert "Hello song" in text
    offer.refresh_from_db()
    assert offer.state == "open"


def test_yes_brings_the_place_and_the_invitation_and_a_second_press_nothing(client, offered):
    offer, child, guardian = offered
    for _ in range(2):
        assert client.post(address(offer, guardian), {"answer": "take"})["Location"] == address(offer, guardian)
    assert f"{child.known_as} has the place" in seen(client, address(offer, guardian))
    assert booking_of(offer.booking.session, child).state == Booking.State.COMING
    assert OutgoingMail.objects.filter(kind="invitation", to=guardian.email).count() == 1
    # Too late for a no: it still has the place.
    client.post(address(offer, guardian), {"answer": "decline"})
    assert booking_of(offer.booking.session, child).state == Booking.State.COMING


def test_no_is_thanked_for_and_the_other_parent_learns_no_answer(client, offered):
    offer, child, guardian = offered
    father = GuardianshipFactory(child=child, relationship="father").guardian
    client.post(address(offer, guardian), {"answer": "decline"})
    assert "Thank you for telling us" in seen(client, address(offer, guardian))
    theirs = seen(client, address(offer, father))
    assert "This place is not on offer any more" in theirs
    assert guardian.first_name not in theirs
    assert "no" not in re.findall(r"\w+", theirs.split("You have done nothing wrong")[0].casefold())
    client.post(address(offer, father), {"answer": "take"})
    offer.refresh_from_db()
    assert offer.state == "declined"


def test_a_restricted_parent_learns_nothing(client, offered):
    offer, _child, guardian = offered
    standing = guardian.guardianships.get()
    standing.restricted, standing.restriction_review_on, standing.restriction_reason = True, timezone.localdate(), "X"
    standing.save()
    text = seen(client, address(offer, guardian))
    assert "This link no longer works" in text
    assert "Drums" not in text
    client.post(address(offer, guardian), {"answer": "take"})
    offer.refresh_from_db()
    assert offer.state == "open"


def lapsed(offer, by):
    PlaceOffer.objects.filter(pk=offer.pk).update(
        offered_at=timezone.now() - timedelta(days=1), answer_by=timezone.now() - timedelta(minutes=1)
    )


def taken_back(offer, by):
    offers.take_back(offer.pk, by=by, now=timezone.now())


def cancelled(offer, by):
    confirming.cancel(offer.booking.session_id, reason="Ill", by=by, now=timezone.now())


def over(offer, by):
    start = timezone.now() - timedelta(days=1)
    Session.objects.filter(pk=offer.booking.session_id).update(starts_at=start, ends_at=start + timedelta(hours=1))


def withdrawn(offer, by):
    offers.take(offer.pk, by=by, now=timezone.now())
    booking.withdraw(offer.booking_id, by=by, now=timezone.now())


@pytest.mark.parametrize(
    ("ends", "said"),
    [
        (lapsed, "The time to answer is over"),
        (taken_back, "This place is not on offer any more"),
        (cancelled, "This session is cancelled"),
        (over, "This session is over"),
        (withdrawn, "This place is not on offer any more"),
    ],
)
def test_every_end_is_a_kind_sentence_and_cannot_be_taken(client, coordinator, offered, ends, said):
    offer, child, guardian = offered
    ends(offer, coordinator)
    client.post(address(offer, guardian), {"answer": "take"})
    assert said in seen(client, address(offer, guardian))
    assert booking_of(offer.booking.session, child).state not in Booking.HOLDING


@pytest.mark.parametrize("state", Answerable)
def test_every_state_has_a_page(state):
    assert get_template(f"portal/place_{state}.html")


@pytest.mark.parametrize(
    "change", [lambda t: t[:-1] + ("A" if t[-1] != "A" else "B"), lambda t: t[:30], lambda t: "x" * 70]
)
def test_a_tampered_link_is_not_found(client, offered, change):
    offer, _child, guardian = offered
    answer = client.get(f"/place/{change(place_token(offer.pk, guardian.pk))}/")
    assert answer.status_code == 404
    assert "Drums" not in answer.content.decode()


def test_a_link_of_another_guardian_cannot_be_made_from_ones_own(client, offered):
    offer, _child, _guardian = offered
    (stranger,), _ = household()
    assert "This link no longer works" in seen(client, address(offer, stranger))


def test_home_shows_the_offer_and_the_place_on_the_list(client, coordinator, offered):
    offer, child, guardian = offered
    client.force_login(guardian.user)
    text = seen_home(client)
    assert f"A place is free for {child.known_as}" in text
    assert "Waiting for a place" not in text
    assert client.post(address(offer, guardian), {"answer": "take"}).status_code == 302
    second = offer.booking.session.bookings.all().waiting()[0].child
    client.force_login(second.guardianships.get().guardian.user)
    assert f"{second.known_as} is first on the list." in seen_home(client)


def seen_home(client: Client) -> str:
    return read_of(client.get("/portal/").content.decode())


def test_home_costs_the_same_with_one_waiting_list_and_with_twenty(client):
    (guardian,), (child,) = household()
    client.force_login(guardian.user)

    def wait(number: int) -> None:
        session = SessionFactory(
            starts_at=tomorrow_at(8) + timedelta(hours=number),
            state=Session.State.CONFIRMED,
            confirmed_at=timezone.now(),
        )
        BookingFactory(session=session, state=Booking.State.WAITING)
        held = BookingFactory(session=session, child=child, state=Booking.State.WAITING)
        if number % 2:
            now = timezone.now()
            PlaceOffer.objects.create(booking=held, offered_at=now, answer_by=now + timedelta(days=1))

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get("/portal/")
        return len(captured)

    wait(2)
    wait(3)
    queries()
    few = queries()
    for number in range(4, 24):
        wait(number)
    assert queries() == few


@pytest.mark.parametrize(("ahead", "said"), [(0, "first"), (2, "third"), (9, "tenth"), (10, "number 11")])
def test_places_on_the_list_in_words(ahead, said):
    assert ordinal(ahead) == said


def test_the_session_page_offers_the_place_too(client, coordinator, offered):
    offer, child, guardian = offered
    invitation = InvitationFactory(session=offer.booking.session, guardian=guardian)
    client.force_login(guardian.user)
    page = client.get(reverse("portal_session", args=[invitation.pk])).content.decode()
    assert f"A place is free for {child.known_as}" in page
    assert f'action="{address(offer, guardian)}"' in page
    assert "on the waiting list" not in page
    offers.decline(offer.pk, guardian=guardian, by=guardian.user, now=timezone.now())
    page = client.get(reverse("portal_session", args=[invitation.pk])).content.decode()
    assert address(offer, guardian) not in page
