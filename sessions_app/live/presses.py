"""Keeping what was pressed on the console of a session in person, once, however often and late a device sends it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Prefetch

from sessions_app.live import pressed_stays, watching
from sessions_app.live.beginning import EARLIEST
from sessions_app.live.checklist import opens_at
from sessions_app.live.deliverers import own_place
from sessions_app.live.missing import missing_to_begin
from sessions_app.live.register import register
from sessions_app.models import Booking, ConsolePress, Session, StaffAssignment, StaffProfile
from sessions_app.staff_standing import standings
from whippersnappers import dates
from whippersnappers.accounts.models import User
from whippersnappers.audit.trail import Entry, record_many

# How long after a session a device may still bring what was pressed in it.
_TAKEN_FOR: Final = timedelta(days=3)
# How many presses a device may send at once.
MOST: Final = 200
_What = ConsolePress.What


@dataclass(frozen=True)
class Pressed:
    """One press as a device sends it: its own name for it, when by its clock, and when by its clock it was sent."""

    id: UUID
    what: str
    pressed_at: datetime
    sent_at: datetime
    booking: UUID | None = None
    undoes: UUID | None = None
    despite: bool = False


@dataclass(frozen=True)
class Answer:
    """What became of one press: it is kept, or why it is not."""

    id: UUID
    kept: bool
    said: str = ""


def keep(session_id: Any, presses: Sequence[Pressed], *, by: User, now: datetime) -> list[Answer]:
    """Keep these presses of one member of staff, each once (W5, W6, A1). `now` is when they came.

    Raises ValidationError when the person is not on the session's staff, or it is not held in person.
    """
    with transaction.atomic():
        # Whoever sends for the same session waits here, so that nothing is looked at twice at once.
        session = Session.objects.select_for_update().get(pk=session_id)
        staff = own_place(session, by).staff
        if session.is_remote:
            raise ValidationError("This session is by Zoom: its times come from the meeting.")
        known = {press.pk: press for press in session.presses.all()}
        answers, new = [], []
        for pressed in presses:
            answer, press = _taken(session, staff, pressed, known, now)
            answers.append(answer)
            if press is not None:
                known[press.pk] = press
                new.append(press)
        ConsolePress.objects.bulk_create(new)
        if new:
            record_many([_entry(session, press) for press in new], by=by, now=now)
            session = pressed_stays.follow(session, register(known.values()), by=by, now=now)
            watching.look(session, now)
    return answers


def _entry(session: Session, press: ConsolePress) -> Entry:
    late = {"late_seconds": int((press.received_at - press.at).total_seconds())} if press.came_late else {}
    clock = {"clock_off_seconds": int(press.clock_off_by.total_seconds())} if press.clock_off_by else {}
    return Entry("session.pressed", session, {"what": press.what, "at": press.at, **late, **clock})


def _taken(
    session: Session, staff: StaffProfile, pressed: Pressed, known: dict[UUID, ConsolePress], now: datetime
) -> tuple[Answer, ConsolePress | None]:
    """The answer to one press, and its row if it is new and kept."""
    if pressed.id in known:
        return Answer(pressed.id, kept=True), None
    press = ConsolePress(
        id=pressed.id,
        session=session,
        staff=staff,
        what=pressed.what,
        booking_id=pressed.booking,
        undoes=pressed.undoes,
        despite=pressed.despite and pressed.what == _What.BEGAN,
        pressed_at=pressed.pressed_at,
        sent_at=pressed.sent_at,
        received_at=now,
    )
    refusal = _refusal(session, press, known)
    if refusal:
        return Answer(pressed.id, kept=False, said=refusal), None
    if press.what == _What.BEGAN and not press.despite and not press.came_late:
        missing = _missing(session, known, press.at)
        if missing:
            return Answer(pressed.id, kept=False, said=" ".join(missing)), None
    return Answer(pressed.id, kept=True), press


def _refusal(session: Session, press: ConsolePress, known: dict[UUID, ConsolePress]) -> str:
    """Why a press cannot be kept, in a sentence; empty when it can."""
    if session.state in (Session.State.DRAFT, Session.State.CANCELLED):
        return f"This session is {session.get_state_display().lower()}: nothing can be pressed for it."
    if press.at < opens_at(session):
        return f"The console opens at {dates.clock(opens_at(session))}, shortly before the session."
    if press.what == _What.BEGAN and press.at < session.starts_at - EARLIEST:
        return "It is more than an hour until this session: it cannot begin yet."
    if press.at > session.ends_at + _TAKEN_FOR:
        return "This session was over days ago: please write its times into the record."
    if press.what in ConsolePress.OF_CHILDREN and not _is_booked(session, press.booking_id):
        return "This child has no place in the session: please tell the office."
    if press.what == _What.TAKEN_BACK and not _can_be_undone(known.get(press.undoes) if press.undoes else None):
        return "That cannot be taken back."
    return ""


def _is_booked(session: Session, booking: UUID | None) -> bool:
    absent = (Booking.State.WAITING, Booking.State.WITHDRAWN)
    return booking is not None and session.bookings.filter(pk=booking).exclude(state__in=absent).exists()


def _can_be_undone(press: ConsolePress | None) -> bool:
    return press is not None and press.what not in (_What.BEGAN, _What.ENDED, _What.TAKEN_BACK)


def _missing(session: Session, known: dict[UUID, ConsolePress], at: datetime) -> list[str]:
    people = Prefetch("assignments", StaffAssignment.objects.select_related("staff__user"))
    there = {stay.who for stay in register(known.values()).staff if stay.until is None}
    found = standings(Session.objects.filter(pk=session.pk).prefetch_related(people).get())
    return missing_to_begin(found, there, session.checks.all(), at)
