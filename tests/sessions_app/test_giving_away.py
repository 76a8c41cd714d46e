"""A place that other children wait for is given away by somebody who has read so, and the words are true by time."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from families.models import Guardian
from sessions_app import answering, invitations, offers
from sessions_app.models import Booking, FamilyAnswer, Invitation, PlaceOffer
from tests.sessions_app.mail_scenes import NOW, START
from tests.sessions_app.offer_scenes import a_place, full_session, wait_in_line
from whippersnappers.accounts.models import User

pytestmark = pytest.mark.django_db
SAID = NOW + timedelta(hours=1)
# Less than an hour is left for an answer: nobody is asked by mail any more.
LATE = START - timedelta(hours=2)
ASKED, RUNG = "The next one is asked at once.", "We may call one of them."
UNCHANGED = "Nothing has changed yet."


@pytest.fixture
def place(coordinator: User) -> Booking:
    """The one place of a session for which two children wait."""
    return a_place(full_session(coordinator)[0])


def guardian_of(place: Booking) -> Guardian:
    return place.child.guardianships.get().guardian


def pages(place: Booking, client: Client) -> dict[str, tuple[str, str]]:
    """Both ways of answering: the page, and where its form goes."""
    way = Invitation.objects.get(session=place.session_id, guardian=guardian_of(place))
    token = invitations.join_token(way)
    return {
        "signed in": (reverse("portal_session", args=[way.pk]), reverse("portal_answer", args=[way.pk])),
        "by the mail's link": (reverse("join", args=[token]), reverse("join_answer", args=[token])),
    }


def press(client: Client, address: str, place: Booking, at: datetime = SAID, **data: str) -> Any:
    with time_machine.travel(at, tick=False):
        return client.post(address, {"place": str(place.pk), "answer": "no", **data})


def looked_at(client: Client, address: str, at: datetime = SAID) -> str:
    with time_machine.travel(at, tick=False):
        return client.get(address).content.decode()


def state(place: Booking) -> str:
    return Booking.objects.get(pk=place.pk).state


@pytest.mark.parametrize("way", ["signed in", "by the mail's link"])
def test_an_answer_without_the_second_press_is_asked_about_and_changes_nothing(
    place: Booking, client: Client, way: str
) -> None:
    page, answer = pages(place, client)[way]
    if way == "signed in":
        client.force_login(guardian_of(place).user)
    asked = press(client, answer, place, reason="canary-reason <b>")
    shown = asked.content.decode()
    assert asked.status_code == 422
    assert UNCHANGED in shown
    assert '<details class="last-look" open>' in shown
    assert "canary-reason &lt;b&gt;</textarea>" in shown
    assert (state(place), FamilyAnswer.objects.count(), PlaceOffer.objects.count()) == ("invited", 0, 0)
    # The page that was looked at before has the same question, shut; its button is the second press.
    before = looked_at(client, page)
    assert before.index("<summary>") < before.index('name="sure" value="yes"') < before.index('value="no"')
    assert UNCHANGED not in before
    assert press(client, answer, place, sure="yes", reason="canary-reason <b>").status_code == 302
    assert (state(place), FamilyAnswer.objects.get().reason) == ("not_coming", "canary-reason <b>")
    assert PlaceOffer.objects.count() == 1


def test_who_has_said_yes_is_asked_too(place: Booking, client: Client) -> None:
    _, answer = pages(place, client)["by the mail's link"]
    press(client, answer, place, answer="yes")
    asked = press(client, answer, place, answer="no")
    assert (asked.status_code, state(place)) == (422, "coming")


def test_a_reason_too_long_stays_where_the_child_has_its_place_still(place: Booking, client: Client) -> None:
    """Typed while the child was not coming; meanwhile the other parent said yes."""
    _, answer = pages(place, client)["by the mail's link"]
    asked = press(client, answer, place, reason="x" * 1001)
    assert "That is too long." in asked.content.decode()
    assert "x" * 1001 in asked.content.decode()
    Booking.objects.waiting().delete()
    asked = press(client, answer, place, reason="y" * 1001)
    assert "y" * 1001 in asked.content.decode()
    assert UNCHANGED not in asked.content.decode()


@pytest.mark.parametrize("who", ["nobody", "restricted", "offered", "not coming", "yes"])
def test_where_nobody_would_lose_the_way_back_one_press_is_enough(coordinator: User, who: str) -> None:
    session, _ = full_session(coordinator, waiters=0)
    place = a_place(session)
    coming = who == "yes"
    if who in ("restricted", "offered", "yes"):
        waits = wait_in_line(session, since=NOW)
    if who == "restricted":
        waits.child.guardianships.update(may_be_invited=False)
    if who == "offered":
        session.capacity = 2
        session.save()
        offers.offer_next(session.pk, by=coordinator, now=NOW)
    if who == "not coming":
        say(place, coming=False)
        wait_in_line(session, since=NOW)
    say(place, coming=coming)


def say(place: Booking, *, coming: bool = False, sure: bool = False, now: datetime = SAID) -> Booking:
    who = guardian_of(place)
    return answering.say(place.pk, coming=coming, sure=sure, guardian=who, by=who.user, now=now)


def test_leaving_the_waiting_list_takes_one_press(coordinator: User) -> None:
    session, _ = full_session(coordinator)
    waits = wait_in_line(session, since=NOW)
    assert say(waits).state == Booking.State.NOT_COMING


def test_a_child_who_waits_since_the_page_was_drawn_is_asked_about(coordinator: User, client: Client) -> None:
    session, _ = full_session(coordinator, waiters=0)
    place = a_place(session)
    page, answer = pages(place, client)["by the mail's link"]
    assert "<summary>" not in looked_at(client, page)
    wait_in_line(session, since=NOW)
    assert press(client, answer, place).status_code == 422
    assert state(place) == "invited"


@pytest.mark.parametrize(
    ("at", "lapsed", "said"), [(SAID, False, ASKED), (LATE, False, RUNG), (SAID, True, RUNG), (LATE, True, RUNG)]
)
def test_what_becomes_of_the_place_is_said_as_it_is(
    coordinator: User, client: Client, at: datetime, lapsed: bool, said: str
) -> None:
    """Near the start nobody is asked by mail any more, and who let an offer lapse is not asked again."""
    session, _ = full_session(coordinator, waiters=0)
    waits = wait_in_line(session, since=NOW)
    Booking.objects.filter(pk=waits.pk).update(changed_at=NOW)
    if lapsed:
        times = {"offered_at": NOW, "answer_by": NOW + timedelta(minutes=30), "settled_at": SAID}
        PlaceOffer.objects.create(booking=waits, state="lapsed", **times)
    place = a_place(session)
    client.force_login(guardian_of(place).user)
    for page, _ in pages(place, client).values():
        shown = looked_at(client, page, at)
        assert [words for words in (ASKED, RUNG) if words in shown] == [said]
    home = looked_at(client, reverse("portal"), at)
    assert [words for words in (ASKED, RUNG) if words in home] == [said]
    say(place, sure=True, now=at)
    assert PlaceOffer.objects.open().count() == (said == ASKED)


def test_the_page_does_not_say_who_waits(coordinator: User, client: Client) -> None:
    session, (theirs,) = full_session(coordinator, waiters=1)
    page, _ = pages(a_place(session), client)["by the mail's link"]
    shown = looked_at(client, page)
    assert ASKED in shown
    assert theirs.known_as not in shown
