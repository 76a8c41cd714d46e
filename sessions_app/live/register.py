"""Who was there in person and when, worked out from what staff pressed: plain functions of the presses alone.

The same comes out in whichever order the presses arrive, twice or late.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sessions_app.models import ConsolePress

_What = ConsolePress.What


@dataclass(frozen=True)
class PressedStay:
    """Somebody was there from one press to the next; `until` is None while they are. `who` is a key."""

    who: UUID
    since: datetime
    until: datetime | None


@dataclass(frozen=True)
class Register:
    """What all the presses of one session come to. Stays in the order in which they began."""

    staff: tuple[PressedStay, ...]
    # By booking.
    children: tuple[PressedStay, ...]
    began_at: datetime | None
    ended_at: datetime | None

    def of_child(self, booking: UUID) -> list[PressedStay]:
        return [stay for stay in self.children if stay.who == booking]

    def of_staff(self, staff: UUID) -> list[PressedStay]:
        return [stay for stay in self.staff if stay.who == staff]


def register(presses: Iterable[ConsolePress]) -> Register:
    """The register of one session. “We end” ends every stay that is still open: everybody has gone home then."""
    counting = _counting(presses)
    began = [press.at for press in counting if press.what == _What.BEGAN]
    ended = [press.at for press in counting if press.what == _What.ENDED]
    over = min(ended, default=None)
    return Register(
        staff=_stays(counting, _What.SIGNED_IN, _What.SIGNED_OUT, "staff_id", over),
        children=_stays(counting, _What.ARRIVED, _What.LEFT, "booking_id", over),
        began_at=min(began, default=None),
        ended_at=over,
    )


def _counting(presses: Iterable[ConsolePress]) -> list[ConsolePress]:
    """The presses that were not taken back, by their times."""
    once = {press.pk: press for press in presses}
    undone = {press.undoes for press in once.values() if press.what == _What.TAKEN_BACK}
    standing = [press for press in once.values() if press.pk not in undone and press.what != _What.TAKEN_BACK]
    return sorted(standing, key=lambda press: (press.at, press.pk))


def _stays(
    presses: list[ConsolePress], enters: str, leaves: str, who: str, over: datetime | None
) -> tuple[PressedStay, ...]:
    """Each from the first press that says so: whoever is there already does not arrive again."""
    since: dict[Any, datetime] = {}
    stays = []
    for press in presses:
        key = getattr(press, who)
        if press.what == enters:
            since.setdefault(key, press.at)
        elif press.what == leaves and key in since:
            stays.append(PressedStay(key, since.pop(key), press.at))
    stays += [PressedStay(key, at, max(at, over) if over else None) for key, at in since.items()]
    return tuple(sorted(stays, key=lambda stay: (stay.since, stay.who)))
