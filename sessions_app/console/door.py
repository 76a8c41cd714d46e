"""The door of a session by Zoom: who waits, who is in, who is still expected, and what each did last (F7, X1)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sessions_app.door_list import DoorLine, door_list
from sessions_app.models import JoinUse, Presence, Session

# What was pressed days before says nothing about today.
_LOOKS_BACK = timedelta(hours=3)


@dataclass(frozen=True)
class AtDoor:
    """One participant who is there now. `line` is the door list's, for a parent or carer who may come in."""

    stay: Presence
    line: DoorLine | None

    @property
    def is_staff(self) -> bool:
        return self.stay.staff is not None

    @property
    def is_unknown(self) -> bool:
        """Nobody knows who it is, not even by the name."""
        return self.stay.is_unnamed

    @property
    def is_sure(self) -> bool:
        return not self.is_unknown and not self.stay.is_suggested


@dataclass(frozen=True)
class Expected:
    """A parent or carer who may come in and is not there, with the last that their join link was used for."""

    line: DoorLine
    last_use: JoinUse | None

    @property
    def pressed_join(self) -> bool:
        return self.last_use is not None and self.last_use.outcome == JoinUse.Outcome.JOINED


@dataclass(frozen=True)
class Door:
    """Everybody, those first who need a look."""

    waiting: tuple[AtDoor, ...]
    inside: tuple[AtDoor, ...]
    expected: tuple[Expected, ...]


def door_of(session: Session, presences: Sequence[Presence]) -> Door:
    """The door now: the door list's queries and one for the uses of join links."""
    lines = {line.guardian.pk: line for line in door_list(session)}
    there = [stay for stay in presences if stay.until is None]
    uses = _last_uses(session)
    known = {stay.guardian_id for stay in there}
    return Door(
        waiting=_at(there, Presence.Where.WAITING, lines),
        inside=_at(there, Presence.Where.MEETING, lines),
        expected=tuple(Expected(line, uses.get(pk)) for pk, line in lines.items() if pk not in known),
    )


def _at(there: Iterable[Presence], where: str, lines: Mapping[UUID, DoorLine]) -> tuple[AtDoor, ...]:
    found = [AtDoor(stay, lines.get(stay.guardian_id)) for stay in there if stay.where == where]  # type: ignore[arg-type]
    return tuple(sorted(found, key=lambda one: (not one.stay.is_not_ours, one.is_sure, one.stay.since)))


def _last_uses(session: Session) -> dict[Any, JoinUse]:
    """By guardian, the last use of a join link from when the way in opened."""
    since = session.starts_at - _LOOKS_BACK
    uses = JoinUse.objects.filter(invitation__session=session, at__gte=since).select_related("invitation")
    last = uses.order_by("invitation_id", "-at").distinct("invitation_id")
    return {use.invitation.guardian_id: use for use in last}
