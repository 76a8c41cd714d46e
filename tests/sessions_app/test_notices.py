"""Who is told what on which occasion: real services, the real delivery, a real mail server."""

from datetime import timedelta

import pytest

from families.models import Guardian
from sessions_app import booking, confirming, invitations
from sessions_app.models import Booking, Invitation
from tests.factories import (
    BookingFactory,
    ChildFactory,
    GuardianFactory,
    GuardianshipFactory,
    household,
    london,
)
from tests.sessions_app.mail_scenes import (
    NOW,
    START,
    deliver,
    edit,
    entry,
    family,
    from_clock,
    mails,
    make_ready,
    part,
    planned,
    subjects,
    to,
    words,
)
from whippersnappers.outbox.models import OutgoingMail

pytestmark = pytest.mark.django_db


def test_confirming_invites_each_guardian_once_with_link_id_and_passcode(coordinator, sink):
    adults, kids = household(children=2, guardians=2)
    session = planned(coordinator, children=kids)
    deliver(NOW)
    for adult in adults:
        (mail,) = to(sink, adult.email)
        text, html = part(mail, "text/plain"), part(mail, "text/html")
        link = invitations.join_url(Invitation.objects.get(session=session, guardian=adult))
        for body in (text, html):
            assert link in body
            assert "845 1234 5678" in body
            assert "drum42" in body
            assert "never ask for your password" in body
        assert mail["From"] == "Whippersnappers <hello@whippersnappers.org>"
        assert (mail["Cc"], mail["Bcc"]) == (None, None)
        assert mail["Subject"] == "Your invitation: Drums and songs, Tuesday 24 November, 4:00pm"
    confirming.confirm(session.pk, by=coordinator, now=NOW)
    deliver(NOW)
    assert [len(to(sink, adult.email)) for adult in adults] == [1, 1]


def test_invitations_wait_for_the_meeting_and_go_when_it_is_ready(coordinator, sink):
    adult, kid = family()
    session = planned(coordinator, children=[kid], meeting=False)
    deliver(NOW)
    deliver(NOW + timedelta(minutes=2))
    assert to(sink, adult.email) == []
    (mail,) = mails(session, "invitation")
    assert (mail.state, mail.reason, mail.attempts) == ("waiting", "waiting for the Zoom meeting", 0)
    ready_at = NOW + timedelta(minutes=2, seconds=10)
    make_ready(session, now=ready_at)
    deliver(ready_at)
    assert "845 1234 5678" in part(to(sink, adult.email)[0], "text/plain")


def test_close_to_the_start_they_go_with_the_link_alone(coordinator, sink):
    adult, kid = family()
    planned(coordinator, children=[kid], meeting=False)
    deliver(START - timedelta(hours=2, minutes=1))
    assert to(sink, adult.email) == []
    deliver(START - timedelta(hours=2))
    text = part(to(sink, adult.email)[0], "text/plain")
    assert "/join/" in text
    assert "Zoom has not sent us a Meeting ID yet." in text
    assert "Passcode" not in text


def test_a_late_invitation_is_the_preparation_too_and_nothing_follows(coordinator, sink):
    adult, kid = family()
    late = START - timedelta(hours=3)
    session = planned(coordinator, now=late, children=[kid])
    confirming_mail = mails(session, "invitation")[0]
    assert confirming_mail.context["carries"] == ["preparation:2026-11-24", "reminder:2026-11-24"]
    deliver(late)
    from_clock(late, START)
    assert subjects(sink, adult.email) == ["Your invitation: Drums and songs, Tuesday 24 November, 4:00pm"]
    text = part(to(sink, adult.email)[0], "text/plain")
    assert "A pan and a wooden spoon (to drum on)" in text
    assert "Hello song: We sing hello." in text


def test_the_ordinary_course_is_invitation_preparation_reminder(coordinator, sink):
    adult, kid = family()
    session = planned(coordinator, children=[kid])
    from_clock(NOW, START + timedelta(hours=1))
    assert subjects(sink, adult.email) == [
        "Your invitation: Drums and songs, Tuesday 24 November, 4:00pm",
        "Getting ready: Drums and songs, Tuesday 24 November, 4:00pm",
        "Today: Drums and songs, 4:00pm",
    ]
    sent = {mail.kind: mail.sent_at for mail in mails(session) if mail.person.startswith("guardian:")}
    assert sent["presession"] == START - timedelta(hours=48)
    assert sent["reminder"] == london("2026-11-24 09:00")
    assert "What you need" not in part(to(sink, adult.email)[0], "text/plain")


def test_separated_guardians_get_mails_without_each_others_traces(coordinator, sink):
    mother = GuardianFactory(email="canary-mother@example.com", first_name="Canarymum", last_name="Brightwater")
    father = GuardianFactory(email="canary-father@example.com", first_name="Canarydad", last_name="Darkwood")
    both = ChildFactory(known_as="Shared", family=mother.family)
    his = ChildFactory(known_as="Hisonly", family=father.family)
    for guardian, child in ((mother, both), (father, both), (father, his)):
        GuardianshipFactory(guardian=guardian, child=child)
    session = planned(coordinator, children=[both, his])
    deliver(NOW)
    confirming.reschedule(
        session.pk, starts_at=START + timedelta(hours=1), ends_at=START + timedelta(hours=2), by=coordinator, now=NOW
    )
    deliver(NOW + timedelta(minutes=6))
    confirming.cancel(session.pk, reason="The drummer is ill", by=coordinator, now=NOW + timedelta(minutes=7))
    deliver(NOW + timedelta(minutes=8))
    for own, other in ((mother, father), (father, mother)):
        received = to(sink, own.email)
        assert len(received) == 3
        for message in received:
            said = words(message)
            for trace in (other.email, other.first_name, other.last_name, str(other.pk), str(other.family_id)):
                assert trace.casefold() not in said.casefold()
    assert not [m for m in to(sink, mother.email) if "Hisonly" in words(m)]
    assert "Hisonly and Shared are invited!" in part(to(sink, father.email)[0], "text/plain")


def test_a_guardian_restricted_for_one_child_hears_of_the_sibling_only(coordinator, sink):
    adult, kid = family()
    kept_from = ChildFactory(known_as="Keptaway", family=adult.family)
    GuardianshipFactory(guardian=adult, child=kept_from, restricted=True, restriction_review_on="2027-01-01")
    planned(coordinator, children=[kid, kept_from])
    deliver(NOW)
    (mail,) = to(sink, adult.email)
    assert "Keptaway" not in words(mail)
    assert kid.known_as in part(mail, "text/plain")


def test_a_restriction_entered_after_confirming_stops_the_mail_and_the_way_in(coordinator, sink):
    adult, kid = family()
    session = planned(coordinator, children=[kid])
    kid.guardianships.update(restricted=True, restriction_review_on="2027-01-01")
    deliver(NOW)
    assert sink.mails == [] or to(sink, adult.email) == []
    (mail,) = mails(session, "invitation")
    assert mail.state == "cancelled"
    assert "not invited for the child any more" in mail.reason
    invitation = Invitation.objects.get(session=session)
    assert invitations.way_in(invitation, START).state == "withdrawn"


def test_the_address_of_today_is_used(coordinator, sink):
    adult, kid = family(email="old@example.com")
    planned(coordinator, children=[kid])
    Guardian.objects.filter(pk=adult.pk).update(email="new@example.com")
    deliver(NOW)
    assert (len(to(sink, "old@example.com")), len(to(sink, "new@example.com"))) == (0, 1)
    (event, _method) = entry(to(sink, "new@example.com")[0])
    assert event["ATTENDEE"] == "mailto:new@example.com"


def test_cancelling_tells_those_who_knew_and_takes_back_what_had_not_gone(coordinator, sink):
    (knew, _), (late, late_kid) = family(), family(email="late@example.com")
    session = planned(coordinator, children=[knew.guardianships.get().child])
    deliver(NOW)
    booking.invite_children(session.pk, [late_kid], by=coordinator, now=NOW)
    confirming.cancel(session.pk, reason="The drummer is ill", by=coordinator, now=NOW)
    deliver(NOW)
    assert subjects(sink, late.email) == []
    assert subjects(sink, knew.email)[1:] == ["Cancelled: Drums and songs, Tuesday 24 November, 4:00pm"]
    message = to(sink, knew.email)[1]
    assert "Why: The drummer is ill." in part(message, "text/plain")
    assert entry(message)[1] == "CANCEL"
    from_clock(NOW, START)
    assert len(subjects(sink, knew.email)) == 2


def test_a_mail_whose_fate_is_unknown_counts_as_heard_of(coordinator, sink):
    adult, kid = family()
    session = planned(coordinator, children=[kid])
    OutgoingMail.objects.exclude(kind="invitation").delete()
    sink.fault("KEPT", "drop")
    deliver(NOW)
    assert mails(session, "invitation")[0].state == "waiting"
    confirming.cancel(session.pk, reason="The drummer is ill", by=coordinator, now=NOW)
    deliver(NOW + timedelta(hours=2))
    assert [subject.split(":")[0] for subject in subjects(sink, adult.email)] == ["Your invitation", "Cancelled"]


def test_a_late_booking_is_invited_and_nobody_else_hears_again(coordinator, sink):
    (first, kid), (second, other) = family(), family(email="second@example.com")
    session = planned(coordinator, children=[kid])
    deliver(NOW)
    booking.invite_children(session.pk, [other], by=coordinator, now=NOW)
    deliver(NOW)
    assert (len(to(sink, first.email)), len(to(sink, second.email))) == (1, 1)


def test_losing_the_place_ends_the_way_in_and_inviting_again_makes_a_new_one(coordinator, sink):
    adult, kid = family()
    session = planned(coordinator, children=[kid])
    deliver(NOW)
    old_link = invitations.join_token(Invitation.objects.get(session=session))
    booking.withdraw(Booking.objects.get(session=session).pk, by=coordinator, now=NOW)
    deliver(NOW)
    first, taken_back = to(sink, adult.email)
    assert taken_back["Subject"] == "A change to your place: Drums and songs, Tuesday 24 November, 4:00pm"
    assert (entry(taken_back)[1], entry(taken_back)[0]["SEQUENCE"]) == ("CANCEL", 1)
    found = invitations.find(old_link)
    assert found is not None
    assert invitations.way_in(found, START).state == "withdrawn"
    booking.invite_children(session.pk, [kid], by=coordinator, now=NOW)
    deliver(NOW)
    again = to(sink, adult.email)[2]
    assert entry(again)[0]["UID"] == entry(first)[0]["UID"]
    assert (entry(again)[1], entry(again)[0]["SEQUENCE"]) == ("REQUEST", 2)
    assert old_link not in part(again, "text/plain")
    assert invitations.way_in(Invitation.objects.get(session=session), START).state == "open"


def test_losing_one_of_two_places_keeps_the_way_in(coordinator, sink):
    adult, kid = family()
    sibling = ChildFactory(known_as="Stays", family=adult.family)
    GuardianshipFactory(guardian=adult, child=sibling)
    session = planned(coordinator, children=[kid, sibling])
    deliver(NOW)
    booking.withdraw(Booking.objects.get(session=session, child=kid).pk, by=coordinator, now=NOW)
    deliver(NOW)
    message = to(sink, adult.email)[1]
    assert "Stays still has a place" in part(message, "text/plain")
    assert part(message, "text/calendar") == ""
    assert invitations.way_in(Invitation.objects.get(session=session), START).state == "open"


def test_staff_shutting_a_guardian_out_lasts_until_they_reissue(coordinator, sink):
    adult, kid = family()
    sibling = ChildFactory(family=adult.family)
    GuardianshipFactory(guardian=adult, child=sibling)
    session = planned(coordinator, children=[kid])
    deliver(NOW)
    invitation = Invitation.objects.get(session=session)
    invitations.withdraw(invitation.pk, by=coordinator, now=NOW)
    booking.invite_children(session.pk, [sibling], by=coordinator, now=NOW)
    edit(session, now=NOW, by=coordinator, title="Drums and more songs")
    from_clock(NOW, START)
    assert len(to(sink, adult.email)) == 1
    invitations.reissue(invitation.pk, by=coordinator, now=START)
    deliver(START)
    assert len(to(sink, adult.email)) == 2


def test_a_booking_made_while_another_child_waits_in_the_queue_is_in_the_same_mail(coordinator, sink):
    adult, kid = family()
    sibling = ChildFactory(known_as="Second", family=adult.family)
    GuardianshipFactory(guardian=adult, child=sibling)
    session = planned(coordinator, children=[kid], meeting=False)
    booking.invite_children(session.pk, [sibling], by=coordinator, now=NOW)
    make_ready(session)
    deliver(NOW)
    (mail,) = to(sink, adult.email)
    assert f"{kid.known_as} and Second are invited!" in part(mail, "text/plain")


def test_children_on_the_waiting_list_are_not_invited(coordinator, sink):
    (invited, kid), (waiting, other) = family(), family(email="waiting@example.com")
    session = planned(coordinator, children=[kid])
    BookingFactory(session=session, child=other, state=Booking.State.WAITING)
    from_clock(NOW, START)
    assert len(to(sink, waiting.email)) == 0
    assert len(to(sink, invited.email)) == 3
