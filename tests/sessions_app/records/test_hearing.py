"""A record's times are read from who was in the session, as Zoom told or as staff pressed."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from sessions_app.live import pressed_stays
from sessions_app.live.register import register
from sessions_app.models import ConsolePress, Presence, Session, StaffProfile
from sessions_app.records.hearing import timings_heard
from tests.factories import PlaceFactory, household
from tests.live_factories import MeetingFactory, MeetingRunFactory, PresenceFactory
from tests.sessions_app.records.scenes import ENDED, Scene, scene

pytestmark = pytest.mark.django_db
BEGAN = ENDED - timedelta(minutes=45)


def minute(number: int) -> datetime:
    return BEGAN + timedelta(minutes=number)


def there(here: Scene, since: int, until: int | None, **facts) -> None:
    end = None if until is None else minute(until)
    PresenceFactory(session=here.session, since=minute(since), until=end, **facts)


def test_the_meeting_the_family_and_staff_each_have_their_times():
    here = scene()
    meeting = MeetingFactory(session=here.session)
    MeetingRunFactory(meeting=meeting, started_at=minute(-5), ended_at=minute(46), ended_known=True)
    guardian = here.child.guardianships.get().guardian
    there(here, -5, 46, staff=here.lead, known_by="host_start")
    there(here, 2, 20, guardian=guardian, known_by="name")
    there(here, 25, 45, guardian=guardian, known_by="decision", source="report")
    there(here, -1, 2, guardian=guardian, where=Presence.Where.WAITING)
    # Another family, and somebody whom nobody named, are not this one.
    there(here, 0, 45, guardian=household()[0][0], known_by="name")
    there(here, 0, 45)
    found = timings_heard(here.record)
    assert (found.meeting.minutes, found.meeting.source) == (51, "webhook")
    assert (found.family.began_at, found.family.minutes, found.family.source) == (minute(2), 38, "report")
    assert {one.staff_id: (one.minutes, one.trouble) for one in found.staff} == {
        here.lead.pk: (51, ""),
        here.second.pk: (None, "missing"),
    }


def test_a_run_whose_end_nobody_told_is_shown_as_that():
    here = scene()
    MeetingRunFactory(meeting=MeetingFactory(session=here.session), started_at=minute(0), ended_at=minute(40))
    found = timings_heard(here.record)
    assert (found.meeting.began_at, found.meeting.ended_at, found.meeting.trouble) == (minute(0), None, "no_end")


def press(here: Scene, number: int, what: str, staff: StaffProfile | None = None) -> None:
    """By `staff`, or by the second about the child."""
    about = {} if what in ("signed_in", "signed_out", "began", "ended") else {"booking": here.session.bookings.get()}
    ConsolePress.objects.create(
        id=uuid4(), session=here.session, staff=staff or here.second, what=what, pressed_at=minute(number),
        sent_at=minute(number), received_at=minute(number), **about,
    )  # fmt: skip
    pressed_stays.follow(here.session, register(here.session.presses.all()), by=here.lead.user, now=minute(number))
    here.session.refresh_from_db()


def in_person() -> Scene:
    return scene(delivery=Session.Delivery.IN_PERSON, place=PlaceFactory())


def test_in_person_the_times_are_those_of_the_presses():
    here = in_person()
    press(here, -10, "signed_in", here.lead)
    press(here, 0, "began", here.lead)
    press(here, 3, "arrived")
    press(here, 43, "left")
    press(here, 46, "ended", here.lead)
    found = timings_heard(here.record)
    assert (found.meeting.minutes, found.family.minutes, found.family.source) == (46, 40, "press")
    assert {one.staff_id: (one.minutes, one.trouble) for one in found.staff} == {
        # There before the session begins, to get ready: in person that is no contradiction.
        here.lead.pk: (56, ""),
        here.second.pk: (None, "missing"),
    }


def test_what_nobody_ended_has_no_end():
    here = in_person()
    press(here, 0, "began")
    press(here, 3, "arrived")
    found = timings_heard(here.record)
    assert (found.meeting.trouble, found.family.trouble) == ("no_end", "no_end")


def test_times_by_hand_stand_only_where_nothing_was_heard():
    here = in_person()
    here.record.times_by_hand = (minute(0), minute(45))
    press(here, 0, "signed_in", here.lead)
    press(here, 40, "signed_out", here.lead)
    found = timings_heard(here.record)
    assert (found.family.source, found.family.minutes) == ("hand", 45)
    assert [one.source for one in found.staff if one.staff_id == here.lead.pk] == ["press"]
