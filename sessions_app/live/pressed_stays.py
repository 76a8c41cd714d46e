"""From presses to stays: the presence of a session in person, made anew from all that was pressed."""

import json
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

from sessions_app.live import beginning
from sessions_app.live.register import PressedStay, Register
from sessions_app.models import Presence, Session

_PRESS = Presence.Source.PRESS


def follow(session: Session, pressed: Register, *, by: Any, now: datetime) -> Session:
    """Bring the session's stays, state and times in line with its register. Needs its row locked, in a transaction."""
    _write(session, [*_of_staff(session, pressed), *_of_children(session, pressed)])
    if pressed.began_at and session.state == Session.State.CONFIRMED:
        session = beginning.begin(session.pk, by=by, now=now, at=pressed.began_at)
    if pressed.ended_at and session.state == Session.State.LIVE:
        session = beginning.finish(session.pk, by=by, now=now, at=pressed.ended_at)
    if pressed.began_at:
        # A press that comes late may have been the first.
        over = pressed.ended_at or session.finished_at
        session = beginning.put_right(session, began_at=pressed.began_at, finished_at=over, by=by, now=now)
    return session


def child_participant(child_id: UUID) -> str:
    """What a child who was pressed in is called in `Presence.participant`."""
    return f"child:{child_id}"


def _of_staff(session: Session, pressed: Register) -> list[Presence]:
    return [_row(session, f"person:{stay.who}", n, stay, staff_id=stay.who) for n, stay in enumerate(pressed.staff)]


def _of_children(session: Session, pressed: Register) -> list[Presence]:
    child = dict(session.bookings.values_list("pk", "child"))
    there = [stay for stay in pressed.children if stay.who in child]
    return [_row(session, child_participant(child[stay.who]), n, stay) for n, stay in enumerate(there)]


def _row(session: Session, participant: str, n: int, stay: PressedStay, staff_id: UUID | None = None) -> Presence:
    key = json.dumps([str(session.pk), participant, n])
    return Presence(
        id=uuid5(NAMESPACE_OID, key),
        session=session,
        participant=participant,
        where=Presence.Where.MEETING,
        since=stay.since,
        until=stay.until,
        source=_PRESS,
        staff_id=staff_id,
        known_by=Presence.KnownBy.PRESS,
    )


def _write(session: Session, rows: list[Presence]) -> None:
    wanted = {row.pk: row for row in rows}
    stored = Presence.objects.filter(session=session, source=_PRESS)
    stored.exclude(pk__in=wanted).delete()
    fields = ["since", "until"]
    Presence.objects.bulk_create(wanted.values(), update_conflicts=True, unique_fields=["id"], update_fields=fields)
