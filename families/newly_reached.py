"""Parents and carers whom we can tell of a child from now on, or could not write to before.

What follows from that is said by the apps above, in their module `following_standings`.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from families.models import Guardianship

# Tells these guardians what they missed, in the transaction that changed their standing or their address.
FollowUp = Callable[[set[UUID], Any, datetime], None]
# A standing with another of these is one that may reach further than before.
THAT_REACH = frozenset({"guardian", "child", "may_be_invited", "restricted"})

_follow_ups: list[FollowUp] = []


def when_reached(follow_up: FollowUp) -> FollowUp:
    """Have this run whenever guardians came to a child, may be invited for it again, or got an address."""
    _follow_ups.append(follow_up)
    return follow_up


def reached(guardian_ids: Iterable[UUID], *, by: Any, now: datetime) -> None:
    """These guardians may be reached for more than before; those who are not after all are passed over."""
    found = set(guardian_ids)
    if not found:
        return
    for follow_up in _follow_ups:
        follow_up(found, by, now)


def reaches_further(standing: Guardianship, changed: Iterable[str]) -> bool:
    """Whether the guardian may be told of the child, and one of these changed fields may be why."""
    return standing.may_be_invited and not standing.restricted and not THAT_REACH.isdisjoint(changed)
