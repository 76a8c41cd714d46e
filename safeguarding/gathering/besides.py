"""What waits on the overview besides concerns: reviews of what is kept, alerts to staff that end, policy alerts.

All of it by one query: each list's rows in the same columns, joined by `union`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, CharField, DateField, DateTimeField, ExpressionWrapper, F, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat, TruncDate

from safeguarding import waiting
from sessions_app.live.alert_kinds import KINDS, AlertKind
from sessions_app.models import PolicyAlert, Session
from whippersnappers.accounts.models import User
from whippersnappers.dates import LONDON

_REVIEW, _ALERT, _POLICY = "review", "alert", "policy"
_NO_DAY, _NO_TIME = Cast(Value(None), DateField()), Cast(Value(None), DateTimeField())
_NO, _NOTHING = Value(False, BooleanField()), Value("", CharField())


@dataclass(frozen=True)
class Ending:
    """What comes to an end: since when a review is due, or an alert's last day, and of an alert the child."""

    concern_id: UUID
    reference: str
    day: date
    # Somebody proposed to destroy the concern.
    is_proposed: bool
    child: str


@dataclass(frozen=True)
class Besides:
    """The three lists. Policy alerts know what the page shows and no more, and are not saved."""

    reviews: list[Ending]
    alerts: list[Ending]
    policy_alerts: list[PolicyAlert]


def besides(user: User, now: datetime, most: int) -> Besides:
    """So many of each at most, in the order in which somebody should see to them."""
    asked = [query[:most] for query in (_reviews(user), _alerts(user, now), _policy_alerts(user))]
    found: dict[str, list[tuple[Any, ...]]] = {_REVIEW: [], _ALERT: [], _POLICY: []}
    for what, *row in asked[0].union(*asked[1:], all=True):
        found[what].append(tuple(row))
    policy = [_policy_alert(*row) for row in found[_POLICY]]
    return Besides(
        reviews=_by_day(Ending(*row[:5]) for row in found[_REVIEW]),
        # An alert ends with the midnight after its last day.
        alerts=_by_day(Ending(row[0], row[1], row[2] - timedelta(days=1), row[3], row[4]) for row in found[_ALERT]),
        policy_alerts=sorted(policy, key=_pressing),
    )


def _reviews(user: User) -> QuerySet[Any, Any]:
    proposed = ExpressionWrapper(Q(proposed_by__isnull=False), BooleanField())
    concern = ("concern_id", "concern__reference")
    times = (_NO_TIME, _NO_TIME, _NO_TIME)
    rows = waiting.reviews(user).order_by("due_on", "pk")
    return rows.values_list(Value(_REVIEW), *concern, F("due_on"), proposed, _NOTHING, *times)


def _alerts(user: User, now: datetime) -> QuerySet[Any, Any]:
    day, name = TruncDate("ends_at", tzinfo=LONDON), Concat("child__known_as", Value(" "), "child__last_name")
    concern = ("concern_id", "concern__reference")
    rows = waiting.alerts_ending(user, now).order_by("ends_at", "pk")
    return rows.values_list(Value(_ALERT), *concern, day, _NO, name, _NO_TIME, _NO_TIME, _NO_TIME)


def _policy_alerts(user: User) -> QuerySet[Any, Any]:
    times = ("began_at", "acknowledged_at", "session__starts_at")
    return waiting.policy_alerts(user).values_list(Value(_POLICY), "pk", "kind", _NO_DAY, _NO, _NOTHING, *times)


def _policy_alert(
    pk: UUID, kind: str, day: None, no: bool, words: str, began_at: datetime, seen_at: datetime, starts_at: datetime
) -> PolicyAlert:
    clause, session = KINDS[AlertKind(kind)].clause, Session(starts_at=starts_at)
    return PolicyAlert(pk=pk, kind=kind, clause=clause, began_at=began_at, acknowledged_at=seen_at, session=session)


def _pressing(alert: PolicyAlert) -> tuple[bool, bool, float]:
    """As `most_pressing_first` has it: what a union brings comes in any order."""
    return alert.acknowledged_at is not None, not alert.of_kind.urgent, -alert.began_at.timestamp()


def _by_day(rows: Iterable[Ending]) -> list[Ending]:
    return sorted(rows, key=lambda row: row.day)
