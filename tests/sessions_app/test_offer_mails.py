"""The mails about offered places: how they read, to whom they go, and when they are not wanted any more."""

from datetime import timedelta

import pytest

from sessions_app import booking, offers, phone_tasks, waiting
from sessions_app.models import PhoneTask, Session
from tests.factories import household, london
from tests.sessions_app.mail_scenes import deliver, mails, part, subjects, to
from tests.sessions_app.offer_scenes import NOW, a_place, booking_of, full_session, offers_of
from tests.sessions_app.test_emails import OLDEST, reads_well
from whippersnappers.outbox.models import OutgoingMail
from whippersnappers.reading_age import hard_sentences, reading_age

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=2)


@pytest.fixture
def offered(coordinator):
    """A session whose place was offered to a child, and that child's guardian."""
    session, (child, _) = full_session(coordinator, summary="We drum together.")
    booking.withdraw(a_place(session).pk, by=coordinator, now=LATER)
    return session, child, child.guardianships.get().guardian


def test_they_read_well_and_say_until_when(coordinator, sink, offered):
    session, child, guardian = offered
    deliver(LATER)
    offers.take_back(offers_of(session)[0].pk, by=coordinator, now=LATER)
    deliver(LATER)
    first, second = to(sink, guardian.email)
    for message in (first, second):
        reads_well(message)
        text = part(message, "text/plain")
        assert reading_age(text) <= OLDEST, hard_sentences(text, OLDEST)
        assert child.known_as not in str(message["Subject"])
        assert child.known_as in text
    for text in (part(first, "text/plain"), part(first, "text/html")):
        assert "by <strong>Tuesday 17 November, midday</strong>" in text or "by Tuesday 17 November, midday." in text
        assert f"/place/{offer_token_in(text)}/" in text
        assert "/join/" not in text
    assert part(first, "text/calendar") == ""


def offer_token_in(text: str) -> str:
    return text.split("/place/")[1].split("/")[0]


def test_an_offer_that_is_over_or_too_late_is_not_sent(coordinator, sink, offered):
    session, _child, guardian = offered
    (offer,) = offers_of(session)
    offers.take(offer.pk, by=coordinator, now=LATER)
    second = session.bookings.all().waiting()[0].child
    Session.objects.filter(pk=session.pk).update(capacity=2)
    offers.lapse_due(LATER)
    deliver(london("2026-11-19 10:00"))
    assert [each for each in subjects(sink, guardian.email) if each.startswith("A place")] == []
    assert to(sink, second.guardianships.get().guardian.email) == []
    assert {mail.state for mail in mails(session, "place_offered")} == {"cancelled"}


def test_a_goodbye_is_not_sent_once_the_child_has_a_place(coordinator, sink, offered):
    session, child, guardian = offered
    deliver(LATER)
    offers.take_back(offers_of(session)[0].pk, by=coordinator, now=LATER)
    Session.objects.filter(pk=session.pk).update(capacity=5)
    booking.invite_children(session.pk, [child], by=coordinator, now=LATER)
    deliver(LATER)
    assert [each for each in subjects(sink, guardian.email) if each.startswith("About")] == []


def test_an_address_that_went_bad_becomes_a_call(coordinator, sink, offered):
    session, _, guardian = offered
    guardian.email_problem, guardian.phone = "bounced", "07700 900123"
    guardian.save()
    deliver(LATER)
    (call,) = PhoneTask.objects.filter(guardian=guardian)
    assert (call.purpose, call.done_at) == ("offer", None)
    offers.take(offers_of(session)[0].pk, guardian=guardian, by=coordinator, now=LATER)
    call.refresh_from_db()
    assert call.done_at == LATER


def test_two_children_of_one_family_are_two_questions(coordinator, sink):
    session, _ = full_session(coordinator, waiters=0)
    (guardian,), children = household(children=2, phone="07700 900123")
    Session.objects.filter(pk=session.pk).update(capacity=3)
    waiting.join_waiting_list(session.pk, children, by=coordinator, now=LATER)
    OutgoingMail.objects.filter(kind="place_offered").update(state="dead", reason="550 5.1.1 unknown", dead_at=LATER)
    for mail in mails(session, "place_offered"):
        phone_tasks.mail_died(mail, LATER)
        phone_tasks.mail_died(mail, LATER)
    assert PhoneTask.objects.filter(guardian=guardian, purpose="offer").count() == 2
    assert booking_of(session, children[0]).state == "waiting"
