"""How long a concern is kept, for its page."""

from dataclasses import dataclass
from datetime import date

from safeguarding.models import Concern
from safeguarding.retention.reviewing import facts_of
from safeguarding.retention.rules import clocks, keep_until
from safeguarding.vocabulary import State


@dataclass(frozen=True)
class Kept:
    """Until when, and the clocks from which that comes."""

    until: date
    clocks: list[tuple[str, date]]


def kept(concern: Concern) -> Kept | None:
    """How long what is over is kept; None while somebody still works on it."""
    if concern.state not in (State.CLOSED, State.ERROR):
        return None
    facts = facts_of(concern)
    return Kept(keep_until(facts), [(str(name.label), day) for name, day in clocks(facts).items()])
