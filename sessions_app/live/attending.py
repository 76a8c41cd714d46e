"""Who attended: proposed from who was there, said by staff in one pass, kept on each child's place (W6, F7)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction

from families.models import Guardianship
from sessions_app.live.deliverers import NOT_YOURS, place_of
from sessions_app.live.presence import Stretch, covered, family_minutes
from sessions_app.live.register import register
from sessions_app.models import Booking, Session
from whippersnappers.accounts.models import User
from whippersnappers.accounts.roles import Role
from whippersnappers.audit.trail import Entry, record_many

_BEGUN = (Session.State.LIVE, Session.State.DELIVERED)


@dataclass(frozen=True)
class Proposal:
    """One child's place, how long the child, or by Zoom its family, was there, and what follows from it.

    `minutes` are whole ones; None where nobody came at all.
    """

    booking: Booking
    minutes: int | None
    attended: bool

    @property
    def answer(self) -> str:
        """What stands there before staff correct it: what was kept already, else the proposal."""
        kind = Booking.Attendance
        return self.booking.attendance or (kind.ATTENDED if self.attended else kind.ABSENT)


def proposals(session: Session, now: datetime) -> list[Proposal]:
    """For each child that was expected, and each that came all the same, by name; four queries at most."""
    there = _minutes_in_person(session, now) if not session.is_remote else _minutes_by_zoom(session, now)
    enough: timedelta = settings.ATTENDED_AFTER
    places = session.bookings.select_related("child").order_by("child__known_as", "child__last_name")
    return [
        Proposal(
            booking,
            int(there[booking.pk]) if booking.pk in there else None,
            timedelta(minutes=there.get(booking.pk, 0)) >= enough,
        )
        for booking in places
        if booking.state in Booking.HOLDING or booking.pk in there or booking.attendance
    ]


def _minutes_in_person(session: Session, now: datetime) -> Mapping[UUID, float]:
    stays = register(session.presses.all()).children
    by_place: dict[UUID, list[Stretch]] = {}
    for stay in stays:
        by_place.setdefault(stay.who, []).append(Stretch(stay.since, stay.until))
    return {place: covered(each, now) / timedelta(minutes=1) for place, each in by_place.items()}


def _minutes_by_zoom(session: Session, now: datetime) -> Mapping[UUID, float]:
    """A child was there as long as the parent or carer of theirs who was there longest."""
    by_guardian = family_minutes(session, now)
    theirs = Guardianship.objects.filter(guardian__in=by_guardian, child__bookings__session=session)
    found: dict[UUID, float] = {}
    for place, guardian in theirs.values_list("child__bookings", "guardian").filter(child__bookings__session=session):
        found[place] = max(found.get(place, 0), by_guardian[guardian])
    return found


def is_said(session: Session) -> bool:
    """Whether nobody's attendance is missing."""
    return not session.bookings.holding_a_place().filter(attendance="").exists()


def say(session_id: Any, attended: Mapping[UUID, str], *, by: User, now: datetime) -> Session:
    """Keep who attended, by booking: `attended` or `absent`. Saying the same again does nothing more.

    Raises ValidationError: for who neither delivers the session nor coordinates, before it has begun, for what is
    not an answer, and while somebody with a place is missing from the list.
    """
    with transaction.atomic():
        session = Session.objects.select_for_update().get(pk=session_id)
        if place_of(session, by) is None and not by.has_role(Role.COORDINATOR):
            raise ValidationError(NOT_YOURS)
        if session.state not in _BEGUN:
            raise ValidationError("This session has not begun: nobody has attended yet.")
        places = {booking.pk: booking for booking in session.bookings.select_related("child")}
        _check(places, attended)
        changed = [places[pk] for pk, answer in attended.items() if places[pk].attendance != answer]
        for booking in changed:
            booking.attendance = attended[booking.pk]
        Booking.objects.bulk_update(changed, ["attendance"])
        entries = [Entry("booking.attendance", booking, {"attendance": booking.attendance}) for booking in changed]
        if entries:
            record_many(entries, by=by, now=now)
    return session


def _check(places: Mapping[UUID, Booking], attended: Mapping[UUID, str]) -> None:
    if not set(attended) <= set(places) or not set(attended.values()) <= set(Booking.Attendance.values):
        raise ValidationError("This answer could not be read: please load the page again.")
    missing = [place for pk, place in places.items() if place.state in Booking.HOLDING and pk not in attended]
    if missing:
        names = ", ".join(place.child.known_as for place in missing)
        raise ValidationError(f"Say of everybody whether they attended; still missing: {names}.")
