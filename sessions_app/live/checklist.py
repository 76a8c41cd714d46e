"""The delivery checklist: each member of staff answers it for themselves before a session goes live (W3, W4)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction

from sessions_app.live.deliverers import own_place
from sessions_app.models import DeliveryCheck, Session
from whippersnappers import dates
from whippersnappers.accounts.models import User
from whippersnappers.audit.trail import record

# How long before a session its checklist opens: what was right the day before says little.
OPENS_BEFORE: Final = timedelta(hours=2)
# What is asked, in the order of the list: the name of the answer, and in short what is still to be seen to.
ASKED = {"dressed": "dress", "surroundings": "surroundings", "language": "language"}


@dataclass(frozen=True)
class Answers:
    """One person's answers. `room` is one of `DeliveryCheck.Room`; `room_note` says who else is there, and why."""

    dressed: bool
    surroundings: bool
    language: bool
    room: str
    room_note: str = ""


def opens_at(session: Session) -> datetime:
    """From when the checklist can be answered."""
    return session.starts_at - OPENS_BEFORE


def answer(session_id: Any, answers: Answers, *, by: User, now: datetime) -> DeliveryCheck:
    """Keep one's own answers; earlier ones stay as they are (W3, W4).

    Raises ValidationError: for who is not on the session's staff, before the checklist opens, after the session is
    over or called off, or keyed by `room_note` when somebody else is in the room and nothing says who.
    """
    note = answers.room_note.strip() if answers.room == DeliveryCheck.Room.OTHERS else ""
    with transaction.atomic():
        session = Session.objects.select_for_update().get(pk=session_id)
        staff = own_place(session, by).staff
        _refuse_outside(session, now)
        if answers.room == DeliveryCheck.Room.OTHERS and not note:
            raise ValidationError({"room_note": "Say who else is in the room, and why that is all right."})
        check = DeliveryCheck(session=session, staff=staff, at=now, **{**vars(answers), "room_note": note})
        check.full_clean()
        check.save(force_insert=True)
        record("session.checklist_answered", by=by, target=session, now=now, complete=check.is_complete)
    return check


def _refuse_outside(session: Session, now: datetime) -> None:
    if session.state not in (Session.State.CONFIRMED, Session.State.LIVE):
        raise ValidationError(f"This session is {session.get_state_display().lower()}: there is nothing to check now.")
    if now < opens_at(session):
        raise ValidationError(f"The checklist opens at {dates.clock(opens_at(session))}, shortly before the session.")


def latest(checks: Iterable[DeliveryCheck]) -> Mapping[UUID, DeliveryCheck]:
    """The answers that count, by member of staff."""
    return {check.staff_id: check for check in sorted(checks, key=lambda check: (check.at, check.pk))}


def left_open(check: DeliveryCheck | None) -> list[str]:
    """What is still to be seen to, in words; everything while nothing was answered."""
    return [word for name, word in ASKED.items() if check is None or not getattr(check, name)]


def without_checklist(staff_ids: Iterable[UUID], checks: Iterable[DeliveryCheck], at: datetime) -> list[UUID]:
    """Who of these had not completed the checklist by then (W4). A plain function of its arguments."""
    answered = latest(check for check in checks if check.at <= at)
    return [one for one in staff_ids if one not in answered or not answered[one].is_complete]


def completed_at(staff_id: UUID, checks: Iterable[DeliveryCheck], after: datetime) -> datetime | None:
    """When this person first completed it after then; None if they have not. A plain function of its arguments."""
    theirs = [check.at for check in checks if check.staff_id == staff_id and check.at > after and check.is_complete]
    return min(theirs, default=None)
