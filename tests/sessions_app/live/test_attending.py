"""Attendance: proposed from who was there, and kept as staff say it."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from families.models import Guardian
from sessions_app.live import attending
from sessions_app.models import Booking, ConsolePress, Presence, Session
from tests.live_factories import PresenceFactory
from tests.sessions_app.console.scenes import Scene, by_zoom, scene
from whippersnappers.accounts.models import User
from whippersnappers.audit.models import AuditEvent

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
YES, NO = Booking.Attendance.ATTENDED, Booking.Attendance.ABSENT


def begun(of: Scene) -> None:
    Session.objects.filter(pk=of.session.pk).update(state=Session.State.LIVE, began_at=timezone.now())
    of.session.refresh_from_db()


def proposed(of: Scene) -> list[Any]:
    return [(one.booking.child.known_as, one.minutes, one.answer) for one in attending.proposals(of.session, later)]


later = timezone.now() + timedelta(hours=1)


def test_by_zoom_a_child_attended_whose_family_was_there_long_enough() -> None:
    found = by_zoom(families=3)
    gita, sami = Guardian.objects.get(first_name="Gita"), Guardian.objects.get(first_name="Sami")
    start = found.session.starts_at
    stay = {"session": found.session, "known_by": Presence.KnownBy.DECISION}
    PresenceFactory(**stay, guardian=gita, since=start, until=start + 3 * MINUTE)
    PresenceFactory(**stay, guardian=gita, since=start + 5 * MINUTE, until=start + 7 * MINUTE)
    PresenceFactory(**stay, guardian=sami, since=start, until=start + 4 * MINUTE)
    # The waiting room is not the session.
    PresenceFactory(**stay, guardian=sami, since=start, until=start + 9 * MINUTE, where=Presence.Where.WAITING)
    assert proposed(found) == [("Kid2", None, NO), ("Pip", 5, YES), ("Rose", 4, NO)]


def test_in_person_by_the_register() -> None:
    found = scene()
    pip, _ = found.places
    start = found.session.starts_at
    for what, at in (("arrived", start), ("left", start + 20 * MINUTE)):
        times = {"pressed_at": at, "sent_at": at, "received_at": at}
        staff = found.maya.staff_profile
        ConsolePress.objects.create(id=uuid4(), session=found.session, staff=staff, what=what, booking=pip, **times)
    assert proposed(found) == [("Pip", 20, YES), ("Rose", None, NO)]


def test_it_is_kept_as_staff_say_it_and_can_be_corrected(coordinator: User) -> None:
    found = scene()
    begun(found)
    pip, rose = found.places
    now = timezone.now()
    with pytest.raises(ValidationError, match="still missing: Rose"):
        attending.say(found.session.pk, {pip.pk: YES}, by=found.maya, now=now)
    attending.say(found.session.pk, {pip.pk: YES, rose.pk: NO}, by=found.maya, now=now)
    attending.say(found.session.pk, {pip.pk: YES, rose.pk: NO}, by=found.tom, now=now)
    assert attending.is_said(found.session)
    attending.say(found.session.pk, {pip.pk: YES, rose.pk: YES}, by=coordinator, now=now)
    assert [one.attendance for one in Booking.objects.order_by("child__known_as")] == [YES, YES]
    told = AuditEvent.objects.filter(event="booking.attendance").order_by("sequence")
    assert [(event.actor, event.detail["attendance"]) for event in told] == [
        (f"user:{found.maya.pk}", YES),
        (f"user:{found.maya.pk}", NO),
        (f"user:{coordinator.pk}", YES),
    ]
    # What staff said stands before what was seen.
    assert [answer for _, _, answer in proposed(found)] == [YES, YES]


def test_who_may_not_and_when_not(lead: User) -> None:
    found = scene()
    all_there = {place.pk: YES for place in found.places}
    with pytest.raises(ValidationError, match="has not begun"):
        attending.say(found.session.pk, all_there, by=found.maya, now=timezone.now())
    begun(found)
    with pytest.raises(ValidationError, match="not on this session’s staff"):
        attending.say(found.session.pk, all_there, by=lead, now=timezone.now())
    for nonsense in ({**all_there, uuid4(): YES}, {**all_there, found.places[0].pk: "perhaps"}):
        with pytest.raises(ValidationError, match="could not be read"):
            attending.say(found.session.pk, nonsense, by=found.maya, now=timezone.now())
    assert not attending.is_said(found.session)
