"""Alerts of sessions that are over: one that nobody has seen to, one that somebody sees to, two that are settled."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sessions_app.live.alert_kinds import AlertKind
from sessions_app.models import PolicyAlert, Session
from sessions_app.policy_alerts import acknowledge, end_alert, raise_alert, settle
from whippersnappers.accounts.models import User


@dataclass(frozen=True)
class Sample:
    """What the portal saw, so long after the start and for so long; who sees to it, and what came of it."""

    kind: AlertKind
    began: timedelta
    lasted: timedelta
    facts: dict[str, Any] = field(default_factory=dict)
    seen_by: str = ""
    outcome: str = ""
    reason: str = ""


# The latest session first.
_SAMPLES = [
    Sample(AlertKind.RECORDING_NOT_ALLOWED, timedelta(minutes=2, seconds=9), timedelta(seconds=41)),
    Sample(
        AlertKind.TOO_FEW_STAFF, timedelta(minutes=18, seconds=20), timedelta(minutes=2, seconds=5),
        {"staff_count": 1, "families_count": 1, "grace_seconds": 30}, seen_by="cora",
    ),
    Sample(
        AlertKind.TOO_FEW_STAFF, timedelta(minutes=5, seconds=12), timedelta(seconds=48),
        {"staff_count": 1, "families_count": 1, "grace_seconds": 30}, seen_by="cora", outcome="mended",
        reason="The tablet had run down. The second member of staff came back on the phone, and nothing was missed.",
    ),
    Sample(
        AlertKind.STARTED_WITHOUT_CHECKLIST, timedelta(0), timedelta(minutes=3), seen_by="lena", outcome="breach",
        reason="They had forgotten the list. We spoke about it, and they answered it three minutes later.",
    ),
]  # fmt: skip


def make_policy_alerts(now: datetime) -> None:
    """Raise them as the portal would have, and see to them as staff would."""
    for sample, session in zip(_SAMPLES, _sessions(now), strict=False):
        _make(sample, session)


def _sessions(now: datetime) -> Iterator[Session]:
    """The last 1:1 sessions by Zoom that took place."""
    over = Session.objects.filter(state=Session.State.DELIVERED, ends_at__lte=now, delivery=Session.Delivery.REMOTE)
    yield from over.filter(kind=Session.Kind.ONE_TO_ONE).order_by("-starts_at")[: len(_SAMPLES)]


def _make(sample: Sample, session: Session) -> None:
    began = session.starts_at + sample.began
    names = [str(one.staff) for one in session.assignments.select_related("staff__user")[:1]]
    facts = {"staff_present": names, **sample.facts} if sample.kind == AlertKind.TOO_FEW_STAFF else sample.facts
    noticed = began + timedelta(seconds=31)
    alert = raise_alert(sample.kind, session, cause=began.isoformat(), facts=facts, began_at=began, now=noticed)
    end_alert(alert, now=began + sample.lasted)
    if sample.seen_by:
        by = User.objects.get(email=f"{sample.seen_by}@whippersnappers.org")
        acknowledge(alert, by=by, now=noticed + timedelta(minutes=4))
        if sample.outcome:
            seen_at = session.ends_at + timedelta(hours=1)
            settle(alert, outcome=PolicyAlert.Outcome(sample.outcome), reason=sample.reason, by=by, now=seen_at)
