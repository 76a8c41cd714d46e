"""What comes to an end: concerns kept for as long as they must be, and alerts to staff with few days left."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import BooleanField, ExpressionWrapper, F, Q, Value
from django.db.models.functions import Concat, TruncDate

from safeguarding import waiting
from whippersnappers.accounts.models import User
from whippersnappers.dates import LONDON

_REVIEW, _ALERT = "review", "alert"


@dataclass(frozen=True)
class Ending:
    """One of them: since when a review is due, or an alert's last day, and of an alert the child."""

    concern_id: UUID
    reference: str
    day: date
    # Somebody proposed to destroy the concern.
    is_proposed: bool
    child: str


def ending(user: User, now: datetime, most: int) -> tuple[list[Ending], list[Ending]]:
    """So many reviews and alerts at most, the first to end first; both in one query."""
    concern = ("concern_id", "concern__reference")
    proposed = ExpressionWrapper(Q(proposed_by__isnull=False), BooleanField())
    reviews = waiting.reviews(user).values_list(Value(_REVIEW), *concern, F("due_on"), proposed, Value(""))
    day, name = TruncDate("ends_at", tzinfo=LONDON), Concat("child__known_as", Value(" "), "child__last_name")
    no = Value(False, BooleanField())
    alerts = waiting.alerts_ending(user, now).values_list(Value(_ALERT), *concern, day, no, name)
    rows = reviews.order_by("due_on", "pk")[:most].union(alerts.order_by("ends_at", "pk")[:most], all=True)
    found: dict[str, list[Ending]] = {_REVIEW: [], _ALERT: []}
    for kind, pk, reference, day_of, is_proposed, child in rows:
        # An alert ends with the midnight after its last day.
        last = day_of - timedelta(days=1) if kind == _ALERT else day_of
        found[kind].append(Ending(pk, reference, last, is_proposed, child))
    reviews_due, alerts_left = (sorted(found[kind], key=lambda row: row.day) for kind in (_REVIEW, _ALERT))
    return reviews_due, alerts_left
