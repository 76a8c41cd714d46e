"""How long a concern is kept, for its page; and what waits for somebody to look at that."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef

from safeguarding.models import Concern, LegalHold, RetentionReview
from safeguarding.retention.reviewing import facts_of
from safeguarding.retention.rules import clocks, keep_until
from safeguarding.vocabulary import State
from whippersnappers.accounts.models import User


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


def waiting_reviews(user: User, most: int) -> list[RetentionReview]:
    """What was kept for as long as it must be, the longest overdue first. What is held waits for nothing."""
    seen = Concern.objects.visible_to(user)
    held = LegalHold.objects.filter(concern=OuterRef("concern"), lifted_at=None)
    rows = RetentionReview.objects.filter(~Exists(held), decided_at=None, concern__in=seen.values("pk"))
    return list(rows.select_related("concern").order_by("due_on", "pk")[:most])
