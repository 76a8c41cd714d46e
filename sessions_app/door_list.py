"""Who may come in at a session's door: which guardians have signed, and which children may be recorded.

What staff check before a session, and what the list of who waits at the door is compared with (F1-F7, X1).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from families.models import Child, Guardian
from sessions_app.being_recorded import may_be_recorded, shuts_out
from sessions_app.invitations import WayInState
from sessions_app.models import Session
from sessions_app.reach import ToReach, reach_by_session
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
    # In a session that is recorded: none of these children may be (X1).
    is_shut_out: bool = False

    @property
    def is_unsigned(self) -> bool:
        return self.agreed == Agreed.UNSIGNED

    @property
    def kept_back(self) -> WayInState | None:
        """What keeps their way into a remote session from them."""
        if self.is_unsigned:
            return WayInState.UNSIGNED
        return WayInState.NO_CONSENT if self.is_shut_out else None


def door_lists(session_ids: Iterable[Any]) -> Mapping[Any, list[DoorLine]]:
    """The door list of each session, by family name; seven queries however many sessions there are."""
    ids = list(session_ids)
    reached = reach_by_session(ids)
    pairs = [(session_id, reach.guardian.pk) for session_id in ids for reach in reached.get(session_id, [])]
    agreed = agreed_by_pair(pairs)
    allowed = may_be_recorded({child.pk for each in reached.values() for reach in each for child in reach.children})
    recorded = set(Session.objects.filter(pk__in=ids).recorded().values_list("pk", flat=True))
    return {
        session_id: [
            _line(reach, agreed[session_id, reach.guardian.pk], allowed, is_recorded=session_id in recorded)
            for reach in reached.get(session_id, [])
        ]
        for session_id in ids
    }


def _line(reach: ToReach, agreed: Agreed, allowed: set[Any], *, is_recorded: bool) -> DoorLine:
    children = tuple(DoorChild(child, child.pk in allowed) for child in reach.children)
    missing = [one for one in children if not one.may_be_recorded]
    return DoorLine(reach.guardian, children, agreed, is_recorded and shuts_out(missing, children))


def door_list(session: Session) -> list[DoorLine]:
    """The door list of one session."""
    return list(door_lists([session.pk])[session.pk])
