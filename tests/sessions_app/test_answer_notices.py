"""One parent answers, the other hears that somebody did: once, after a few minutes, and never who or why."""

from datetime import timedelta
from email.message import EmailMessage

import pytest
import time_machine
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from families import registering
from families.models import Guardian
from sessions_app import answer_notices, answering, invitations, phone_tasks
from sessions_app.admin.calls import calls_of
from sessions_app.contacting import contacts_of
from sessions_app.models import Booking, Invitation, PhoneTask
from tests.factories import GuardianFactory, GuardianshipFactory, household
from tests.mail_sink import Sink
from tests.sessions_app.mail_scenes import NOW, deliver, planned
from tests.sessions_app.mail_scenes import to as received
from tests.sessions_app.offer_scenes import booking_of, full_session
from whippersnappers.accounts.models import User
from whippersnappers.outbox.models import OutgoingMail

pytestmark = pytest.mark.django_db
SAID = NOW + timedelta(hours=1)
SENT = SAID + timedelta(minutes=6)
Home = tuple[Guardian, Guardian, Booking]


@pytest.fixture
def home(coordinator: User) -> Home:
    """Hannah and Mark, in two homes, whose child has a place."""
    (hannah,), (kid,) = household(email="hannah@example.org", first_name="Hannah")
    mark = GuardianFactory(email="mark@example.org", first_name="Mark")
    GuardianshipFactory(guardian=mark, child=kid)
    return hannah, mark, booking_of(planned(coordinator, children=[kid]), kid)


def say(booking: Booking, coming: bool, who: Guardian, minutes: int = 0) -> None:
    now = SAID + timedelta(minutes=minutes)
    answering.say(booking.pk, coming=coming, reason="canary-why", sure=True, guardian=who, by=who.user, now=now)


def got(sink: Sink, to: str) -> list[EmailMessage]:
    return [message for message in received(sink, to) if "Somebody answered" in str(message["Subject"])]


def test_the_other_parent_hears_that_somebody_answered(home: Home, sink: Sink) -> None:
    hannah, mark, booking = home
    say(booking, True, hannah)
    say(booking, False, mark, minutes=1)
    deliver(SAID + timedelta(minutes=2))
    assert got(sink, "hannah@example.org") == []
    deliver(SENT + timedelta(minutes=1))
    (mail,) = got(sink, "hannah@example.org")
    words = f"{mail['Subject']} {mail.get_body(('plain',)).get_content()} {mail.get_body(('html',)).get_content()}"
    assert "is not coming" in words
    assert not [bad for bad in ("Mark", "mark@", "canary-why") if bad in words]
    assert got(sink, "mark@example.org") == []


def test_what_is_as_everybody_thought_is_not_told(home: Home, sink: Sink) -> None:
    hannah, mark, booking = home
    say(booking, True, hannah)
    say(booking, False, mark, minutes=1)
    say(booking, True, mark, minutes=2)
    deliver(SENT + timedelta(minutes=5))
    assert got(sink, "hannah@example.org") == []
    say(booking, False, mark, minutes=20)
    deliver(SENT + timedelta(minutes=30))
    say(booking, True, mark, minutes=40)
    deliver(SENT + timedelta(minutes=50))
    assert len(got(sink, "hannah@example.org")) == 2


@pytest.mark.parametrize("what", ["restricted", "shut out"])
def test_whoever_may_not_be_told_is_not_even_while_it_waits(
    home: Home, sink: Sink, coordinator: User, what: str
) -> None:
    hannah, mark, booking = home
    say(booking, False, hannah)
    if what == "restricted":
        standing = mark.guardianships.get()
        review_on = (NOW + timedelta(days=90)).date()
        registering.restrict(standing, reason="Order", review_on=review_on, by=coordinator, now=SAID)
    else:
        Invitation.objects.filter(guardian=mark).update(withdrawn_at=SAID)
    deliver(SENT)
    assert got(sink, "mark@example.org") == []
    assert OutgoingMail.objects.filter(kind="answered", state="cancelled").exists()


def test_the_page_says_that_it_was_somebody_else(home: Home, client: Client) -> None:
    hannah, mark, booking = home
    say(booking, False, mark)
    with time_machine.travel(SENT, tick=False):
        hers, his = (page_of(booking, who, client) for who in (hannah, mark))
    assert "Another parent or carer told us so" in hers
    assert "Mark" not in hers
    assert "Another parent" not in his


def page_of(booking: Booking, guardian: Guardian, client: Client) -> str:
    way_in = Invitation.objects.get(session=booking.session_id, guardian=guardian)
    return client.get(reverse("join", args=[invitations.join_token(way_in)])).content.decode()


def test_a_place_that_is_gone_meanwhile_is_not_told_as_coming(coordinator: User, sink: Sink) -> None:
    """Mark gives the place up, it goes to a child who waits, and he asks for it again within the same minutes."""
    session, _waiters = full_session(coordinator, waiters=1)
    booking = session.bookings.all().holding_a_place().get()
    mark = booking.child.guardianships.get().guardian
    hannah = GuardianFactory(email="hannah@example.org")
    registering.save_guardianship(
        GuardianshipFactory.build(guardian=hannah, child=booking.child), by=coordinator, now=NOW
    )
    say(booking, False, mark)
    say(booking, True, mark, minutes=1)
    booking.refresh_from_db()
    assert booking.state == Booking.State.WAITING
    deliver(SENT + timedelta(minutes=1))
    (mail,) = got(sink, "hannah@example.org")
    assert "is on the waiting list for this session" in mail.get_body(("plain",)).get_content()


# --- Whom no mail reaches


@pytest.fixture
def by_phone(home: Home) -> Home:
    hannah, mark, booking = home
    Guardian.objects.filter(pk=mark.pk).update(email="", phone="020 7946 0001")
    mark.refresh_from_db()
    return hannah, mark, booking


def calls(booking: Booking, who: Guardian) -> list[PhoneTask]:
    about = PhoneTask.objects.filter(session=booking.session_id, guardian=who, purpose=PhoneTask.Purpose.ANSWERED)
    return list(about.order_by("created_at"))


def reach(call: PhoneTask, by: User, minutes: int) -> None:
    phone_tasks.record_call(call.pk, outcome="reached", by=by, now=SAID + timedelta(minutes=minutes))


def said_to(call: PhoneTask) -> str:
    (shown,) = calls_of(PhoneTask.objects.filter(pk=call.pk))
    words = (
        ""
        if shown.refusal(SENT)
        else render_to_string("staff/call_words.html", {"call": shown, "sessions": [shown.session], "now": SENT})
    )
    return " ".join(strip_tags(words).split())


def test_whom_no_mail_reaches_is_called_and_hears_neither_who_nor_why(by_phone: Home) -> None:
    hannah, mark, booking = by_phone
    say(booking, False, hannah)
    (call,) = calls(booking, mark)
    assert (call.done_at, call.reason) == (None, "no e-mail address")
    words = said_to(call)
    assert f"{booking.child.known_as} is not coming" in words
    assert not [bad for bad in ("Hannah", "canary-why") if bad in words]
    assert calls(booking, hannah) == []


def test_who_has_an_address_is_not_called_as_well(home: Home) -> None:
    hannah, mark, booking = home
    Guardian.objects.filter(pk=mark.pk).update(prefers="phone")
    say(booking, False, hannah)
    assert calls(booking, mark) == []


def test_a_second_answer_takes_the_call_off_and_one_that_was_made_is_followed_by_another(
    by_phone: Home, coordinator: User
) -> None:
    hannah, mark, booking = by_phone
    say(booking, False, hannah)
    say(booking, True, hannah, minutes=1)
    (call,) = calls(booking, mark)
    assert (call.done_at is not None, call.note) == (True, answer_notices.AGAIN)
    say(booking, False, hannah, minutes=2)
    reach(calls(booking, mark)[-1], coordinator, minutes=3)
    say(booking, True, hannah, minutes=4)
    *_, last = calls(booking, mark)
    assert (len(calls(booking, mark)), last.done_at) == (3, None)
    assert "is coming after all" in said_to(last)


def test_a_call_is_not_made_any_more_once_its_guardian_may_not_know(by_phone: Home, coordinator: User) -> None:
    hannah, mark, booking = by_phone
    say(booking, False, hannah)
    registering.restrict(
        mark.guardianships.get(),
        reason="Order",
        review_on=(NOW + timedelta(days=90)).date(),
        by=coordinator,
        now=SAID,
    )
    assert said_to(calls(booking, mark)[0]) == ""


def test_an_address_that_fails_later_becomes_a_call(home: Home, sink: Sink) -> None:
    hannah, mark, booking = home
    say(booking, False, hannah)
    Guardian.objects.filter(pk=mark.pk).update(email_problem="550 no such user")
    deliver(SENT)
    (call,) = calls(booking, mark)
    assert "is not coming" in said_to(call)


def test_each_child_is_said_for_itself(coordinator: User) -> None:
    (hannah,), kids = household(children=2, email="hannah@example.org")
    mark = GuardianFactory(email="", phone="020 7946 0001")
    for kid in kids:
        GuardianshipFactory(guardian=mark, child=kid)
    session = planned(coordinator, children=kids)
    for minutes, kid in enumerate(kids):
        say(booking_of(session, kid), False, hannah, minutes=minutes)
    waiting = calls(booking_of(session, kids[0]), mark)
    assert [call.done_at for call in waiting] == [None, None]
    assert [kid.known_as in said_to(call) for kid, call in zip(kids, waiting, strict=True)] == [True, True]


def test_who_heard_it_is_not_prepared_for_the_other_child(coordinator: User) -> None:
    (hannah,), kids = household(children=2, email="hannah@example.org")
    mark = GuardianFactory(email="", phone="020 7946 0001")
    for kid in kids:
        GuardianshipFactory(guardian=mark, child=kid)
    session = planned(coordinator, children=kids)
    booking = booking_of(session, kids[0])
    say(booking, False, hannah)
    reach(calls(booking, mark)[0], coordinator, minutes=5)
    assert [contact.is_contacted for contact in contacts_of(session.pk) if contact.reach.guardian == mark] == [False]
