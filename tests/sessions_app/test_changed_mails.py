"""Mails about changes: what they say, how edits become one, what the calendar learns."""

from datetime import timedelta

import pytest

from sessions_app import confirming, invitations
from sessions_app.models import Invitation, SessionItem, SessionStep
from sessions_app.notices import enqueue_due
from sessions_app.planning import settle
from tests.factories import PlaceFactory, ZoomHostFactory, household, london
from tests.sessions_app.mail_scenes import (
    NOW,
    START,
    deliver,
    edit,
    entry,
    from_clock,
    mails,
    make_ready,
    part,
    planned,
    subjects,
    to,
)
from whippersnappers.outbox.models import OutgoingMail

pytestmark = pytest.mark.django_db
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
ADA = "ada@example.com"


@pytest.fixture
def session(coordinator, sink):
    """A session whose one family has got its invitation."""
    _, kids = household(email=ADA)
    session = planned(coordinator, children=kids)
    deliver(NOW)
    assert len(to(sink, ADA)) == 1
    return session


def move(session, hours, *, by, now):
    delta = timedelta(hours=hours)
    return confirming.reschedule(
        session.pk, starts_at=START + delta, ends_at=START + delta + 45 * MINUTE, by=by, now=now
    )


def test_moving_says_old_and_new_and_moves_the_calendar_entry(coordinator, session, sink):
    move(session, 1, by=coordinator, now=NOW)
    deliver(NOW + 5 * MINUTE)
    invitation, changed = to(sink, ADA)
    assert changed["Subject"] == "Changed: Drums and songs, Tuesday 24 November, 5:00pm"
    text = part(changed, "text/plain")
    assert "Was: Tuesday 24 November, 4:00pm to 4:45pm\nNow: Tuesday 24 November, 5:00pm to 5:45pm" in text
    before, after = entry(invitation)[0], entry(changed)[0]
    assert before["UID"] == after["UID"]
    assert (before["SEQUENCE"], after["SEQUENCE"]) == (0, 1)
    assert (after["DTSTART"].dt, after["DTEND"].dt) == (START + HOUR, START + HOUR + 45 * MINUTE)
    assert entry(changed)[1] == "REQUEST"


def test_edits_within_five_minutes_of_the_first_become_one_mail(coordinator, session, sink):
    move(session, 1, by=coordinator, now=NOW)
    edit(session, now=NOW + 2 * MINUTE, by=coordinator, title="Drums and dance")
    deliver(NOW + 4 * MINUTE)
    assert len(to(sink, ADA)) == 1
    move(session, 2, by=coordinator, now=NOW + 4 * MINUTE)
    deliver(NOW + 5 * MINUTE)
    deliver(NOW + 20 * MINUTE)
    _, changed = to(sink, ADA)
    text = part(changed, "text/plain")
    assert "Was: Tuesday 24 November, 4:00pm to 4:45pm\nNow: Tuesday 24 November, 6:00pm to 6:45pm" in text
    assert "Was: Drums and songs\nNow: Drums and dance" in text
    assert "5:00pm" not in text


def test_an_edit_after_the_window_is_a_second_mail_that_says_only_that(coordinator, session, sink):
    move(session, 1, by=coordinator, now=NOW)
    deliver(NOW + 5 * MINUTE)
    move(session, 2, by=coordinator, now=NOW + 5 * MINUTE + timedelta(seconds=1))
    deliver(NOW + 11 * MINUTE)
    text = part(to(sink, ADA)[2], "text/plain")
    assert "Was: Tuesday 24 November, 5:00pm to 5:45pm\nNow: Tuesday 24 November, 6:00pm to 6:45pm" in text
    assert [entry(message)[0]["SEQUENCE"] for message in to(sink, ADA)] == [0, 1, 2]


def test_undoing_a_change_inside_the_window_sends_nothing(coordinator, session, sink):
    move(session, 1, by=coordinator, now=NOW)
    move(session, 0, by=coordinator, now=NOW + MINUTE)
    deliver(NOW + 6 * MINUTE)
    assert len(to(sink, ADA)) == 1
    (mail,) = mails(session, "changed")
    assert (mail.state, mail.reason) == ("cancelled", "everything is as it was before")


def test_a_change_that_is_undone_does_not_cost_a_family_its_preparation(coordinator, session, sink):
    due = START - 48 * HOUR
    edit(session, now=due - 2 * MINUTE, by=coordinator, title="Another name")
    enqueue_due(due)
    assert mails(session, "presession") == []
    edit(session, now=due + MINUTE, by=coordinator, title="Drums and songs")
    from_clock(due + MINUTE, START)
    assert [subject.split(":")[0] for subject in subjects(sink, ADA)] == ["Your invitation", "Getting ready", "Today"]


def test_a_change_just_before_the_preparation_carries_it(coordinator, session, sink):
    due = START - 48 * HOUR
    edit(session, now=due - 2 * MINUTE, by=coordinator, title="Drums and dance")
    from_clock(due - MINUTE, due + 10 * MINUTE)
    deliver(due + 3 * MINUTE)
    from_clock(due + 4 * MINUTE, START)
    assert [subject.split(":")[0] for subject in subjects(sink, ADA)] == ["Your invitation", "Changed", "Today"]
    assert "A pan and a wooden spoon" in part(to(sink, ADA)[1], "text/plain")


def test_two_hours_before_the_start_families_hear_at_once(coordinator, session, sink):
    now = START - 2 * HOUR
    edit(session, now=now, by=coordinator, title="Drums and dance")
    deliver(now)
    assert len(to(sink, ADA)) == 2


def test_a_first_edit_that_waits_goes_at_once_when_a_second_brings_the_start_near(coordinator, session, sink):
    now = START - 3 * HOUR
    edit(session, now=now, by=coordinator, title="Drums and dance")
    move(session, -1, by=coordinator, now=now + MINUTE)
    deliver(now + MINUTE)
    assert len(to(sink, ADA)) == 2


def test_steps_and_props_are_named_and_leave_the_calendar_alone(coordinator, session, sink):
    SessionStep.objects.filter(session=session, title="Drums").update(title="Dance")
    SessionItem.objects.create(session=session, position=2, name="A scarf", needed=False)
    settle(session.pk, by=coordinator, now=NOW)
    deliver(NOW + 6 * MINUTE)
    changed = to(sink, ADA)[1]
    text = part(changed, "text/plain")
    assert "Was: Hello song, Drums\nNow: Hello song, Dance" in text
    assert "Now: A pan and a wooden spoon (to drum on), A scarf (if you have one)" in text
    assert part(changed, "text/calendar") == ""
    assert Invitation.objects.get(session=session).sequence == 0


def test_another_meeting_is_said_and_waited_for(coordinator, session, sink):
    busy = session.meetings.get().host
    other = planned(coordinator, children=household()[1], start=START + 2 * HOUR)
    other.meetings.filter(is_wanted=True).update(host=busy)
    ZoomHostFactory()
    move(session, 2, by=coordinator, now=NOW)
    assert session.meetings.filter(is_wanted=True).get().state == "wanted"
    deliver(NOW + 6 * MINUTE)
    assert len(to(sink, ADA)) == 1
    make_ready(session, now=NOW + 7 * MINUTE, zoom_id="99912345678")
    deliver(NOW + 7 * MINUTE)
    text = part(to(sink, ADA)[1], "text/plain")
    assert "Now: There is a new Meeting ID and passcode." in text
    assert "Meeting ID: 999 1234 5678" in text


def test_a_ready_meeting_does_not_cut_the_five_minutes_short(coordinator, session, sink):
    move(session, 1, by=coordinator, now=NOW)
    make_ready(session, now=NOW + MINUTE)
    deliver(NOW + MINUTE)
    assert len(to(sink, ADA)) == 1


def test_going_from_zoom_to_a_place_says_so(coordinator, session, sink):
    place = PlaceFactory(name="The Hall", address="1 Station Road\nLondon", directions="Use the side door.")
    edit(session, now=NOW, by=coordinator, delivery="in_person", place=place)
    deliver(NOW + 6 * MINUTE)
    changed = to(sink, ADA)[1]
    text = part(changed, "text/plain")
    assert "Was: By Zoom\nNow: In person" in text
    assert "Where\nNow: The Hall, 1 Station Road, London\n" in text
    assert "Use the side door." in text
    assert "Meeting ID" not in text
    assert entry(changed)[0]["LOCATION"] == "The Hall, 1 Station Road, London"


def test_an_invitation_that_still_waits_needs_no_second_mail(coordinator, sink):
    _, kids = household(email=ADA)
    session = planned(coordinator, children=kids, meeting=False)
    move(session, 1, by=coordinator, now=NOW)
    make_ready(session, now=NOW + MINUTE)
    deliver(NOW + 10 * MINUTE)
    (invitation,) = to(sink, ADA)
    assert invitation["Subject"] == "Your invitation: Drums and songs, Tuesday 24 November, 5:00pm"
    assert entry(invitation)[0]["SEQUENCE"] == 1


def test_moving_to_another_day_brings_preparation_and_reminder_anew(coordinator, session, sink):
    from_clock(NOW, london("2026-11-24 09:00"))
    assert [subject.split(":")[0] for subject in subjects(sink, ADA)] == ["Your invitation", "Getting ready", "Today"]
    at = london("2026-11-24 12:00")
    confirming.reschedule(session.pk, starts_at=START + 168 * HOUR, ends_at=START + 169 * HOUR, by=coordinator, now=at)
    for moment in (at + 6 * MINUTE, START + 120 * HOUR, london("2026-12-01 09:00"), london("2026-12-01 10:00")):
        enqueue_due(moment)
        deliver(moment)
    assert [subject.split(":")[0] for subject in subjects(sink, ADA)][3:] == ["Changed", "Getting ready", "Today"]


def test_a_second_try_sends_the_same_entry(coordinator, session, sink):
    move(session, 1, by=coordinator, now=NOW)
    # The fault strikes whichever mail goes first: it has to be the family's.
    OutgoingMail.objects.filter(kind="staff_changed").delete()
    sink.fault("KEPT", "drop", times=1)
    deliver(NOW + 5 * MINUTE)
    deliver(NOW + 90 * MINUTE)
    first, second = to(sink, ADA)[1:]
    assert first["Message-ID"] == second["Message-ID"]
    assert [entry(each)[0]["SEQUENCE"] for each in (first, second)] == [1, 1]
    assert Invitation.objects.get(session=session).sequence == 1


def test_the_join_link_in_every_mail_is_the_same_and_works(coordinator, session, sink):
    move(session, 1, by=coordinator, now=NOW)
    from_clock(NOW + 6 * MINUTE, START)
    link = invitations.join_url(Invitation.objects.get(session=session))
    assert len(to(sink, ADA)) == 4
    assert all(link in part(message, "text/plain") for message in to(sink, ADA))
