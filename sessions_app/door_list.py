"""Who may come in at a session's door: which guardians have signed, and which children may be recorded.

What staff check before a session, and what the list of who waits at the door is compared with (F1-F7, X1).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from families import consenting
from families.models import Child, Consent, Guardian
from sessions_app.models import Session
from sessions_app.reach import reach_by_session
from sessions_app.undertakings import Agreed, agreed_by_pair


@dataclass(frozen=True)
class DoorChild:
    """A child with a place. `may_be_recorded`: what the family says now; no answer is no."""

    child: Child
    may_be_recorded: bool


@dataclass(frozen=True)
class DoorLine:
    """One guardian who may come in with these children, and how they stand to the agreement."""

    guardian: Guardian
    children: tuple[DoorChild, ...]
    agreed: Agreed

    @property
    def is_unsigned(self) -> bool:
        return self.agreed == Agreed.UNSIGNED


def door_lists(session_ids: Iterable[Any]) -> Mapping[Any, list[DoorLine]]:
    """The door list of each session, by family name; six queries however many sessions there are."""
    ids = list(session_ids)
    reached = reach_by_session(ids)
    pairs = [(session_id, reach.guardian.pk) for session_id in ids for reach in reached.get(session_id, [])]
    agreed = agreed_by_pair(pairs)
    children = {child.pk for each in reached.values() for reach in each for child in reach.children}
    yes = consenting.consented(Consent.Purpose.RECORDED_GROUP).filter(child__in=children)
    recorded = set(yes.values_list("child", flat=True))
    return {
        session_id: [
            DoorLine(
                reach.guardian,
                tuple(DoorChild(child, child.pk in recorded) for child in reach.children),
                agreed[session_id, reach.guardian.pk],
            )
            for reach in reached.get(session_id, [])
        ]
        for session_id in ids
    }


def door_list(session: Session) -> list[DoorLine]:
    """The door list of one session."""
    return list(door_lists([session.pk])[session.pk])
