"""Policy alerts from raised to settled: the only place that changes them.

The portal itself raises and ends them, so those two take no `by=`; the audit trail names the portal.
"""

import json
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction

from sessions_app import alert_notices
from sessions_app.live.alert_kinds import KINDS, AlertKind
from sessions_app.models import PolicyAlert, Session
from whippersnappers.accounts.models import User
from whippersnappers.audit.trail import record

PORTAL = "system:policy-alerts"
LONGEST_REASON = 2000  # letters
WITHOUT_REASON = "Say in a sentence or two what happened and what you did about it."
OWN_SESSION = "You deliver this session yourself, so somebody else has to say what came of this."


def raise_alert(
    kind: AlertKind | str,
    session: Session,
    *,
    cause: str,
    facts: dict[str, Any],
    began_at: datetime,
    now: datetime,
) -> PolicyAlert:
    """Note a breach in this session, once for each `cause` however often it is noticed; who must know is mailed.

    `facts` hold numbers, times and names of staff, by the names in `alert_kinds.FACT_LABELS`; never a child's or
    a family's. Answers with the alert of the first time. Raises ValueError for a kind that does not exist.
    """
    kind = AlertKind(kind)
    alert = PolicyAlert(
        clause=KINDS[kind].clause,
        kind=kind,
        session=session,
        cause=cause,
        facts=json.loads(json.dumps(facts, default=_as_text)),
        began_at=began_at,
        raised_at=now,
    )
    with transaction.atomic():
        # On conflict do nothing: whoever comes second waits here for the first, and then finds its row.
        PolicyAlert.objects.bulk_create([alert], ignore_conflicts=True)
        kept = PolicyAlert.objects.get(session=session, kind=kind, cause=cause)
        if kept.pk == alert.pk:
            record(
                "policy_alert.raised", by=PORTAL, target=alert, now=now, kind=kind, clause=alert.clause,
                session=str(session.pk),
            )  # fmt: skip
            alert_notices.tell(alert, now=now)
    return kept


def _as_text(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def end_alert(alert: PolicyAlert, *, now: datetime) -> PolicyAlert:
    """What it was about is over. Ending it twice does nothing more; somebody still has to see to it."""
    with transaction.atomic():
        alert = PolicyAlert.objects.select_for_update().get(pk=alert.pk)
        if alert.ended_at is None:
            alert.ended_at = max(now, alert.began_at)
            alert.save(update_fields=["ended_at"])
            record("policy_alert.ended", by=PORTAL, target=alert, now=now)
    return alert


def acknowledge(alert: PolicyAlert, *, by: User, now: datetime) -> PolicyAlert:
    """Somebody sees to it: its clock stops. The first who says so stays; saying it again does nothing more."""
    with transaction.atomic():
        alert = PolicyAlert.objects.select_for_update().get(pk=alert.pk)
        if alert.acknowledged_at is None:
            _acknowledge(alert, by, now)
    return alert


def _acknowledge(alert: PolicyAlert, by: User, now: datetime) -> None:
    alert.acknowledged_at, alert.acknowledged_by = now, by
    alert.save(update_fields=["acknowledged_at", "acknowledged_by"])
    record("policy_alert.acknowledged", by=by, target=alert, now=now)


def settle(
    alert: PolicyAlert, *, outcome: PolicyAlert.Outcome | str, reason: str, by: User, now: datetime
) -> PolicyAlert:
    """Say what came of it, with the reason; that acknowledges it as well. It stays as the first person left it.

    Raises ValidationError keyed by `outcome` or `reason`: no such outcome, no reason, one's own session, or
    somebody else has settled it.
    """
    reason = reason.strip()
    with transaction.atomic():
        alert = PolicyAlert.objects.select_for_update().get(pk=alert.pk)
        if alert.settled_by == by:
            return alert
        _check_settling(alert, outcome, reason, by)
        if alert.acknowledged_at is None:
            _acknowledge(alert, by, now)
        alert.settled_at, alert.settled_by, alert.outcome, alert.reason = now, by, outcome, reason
        alert.save(update_fields=["settled_at", "settled_by", "outcome", "reason"])
        record("policy_alert.settled", by=by, target=alert, now=now, outcome=outcome)
    return alert


def _check_settling(alert: PolicyAlert, outcome: str, reason: str, by: User) -> None:
    if alert.settled_by is not None:
        raise ValidationError({"outcome": f"{alert.settled_by} has settled this already. Look at the page again."})
    if is_own(alert, by):
        raise ValidationError({"outcome": OWN_SESSION})
    if outcome not in PolicyAlert.Outcome.values:
        raise ValidationError({"outcome": "Choose what came of it."})
    if not reason:
        raise ValidationError({"reason": WITHOUT_REASON})
    if len(reason) > LONGEST_REASON:
        raise ValidationError({"reason": f"Write at most {LONGEST_REASON} letters: these are {len(reason)}."})


def is_own(alert: PolicyAlert, user: User) -> bool:
    """Whether this person was to deliver the session when the alert began: they do not judge it."""
    return PolicyAlert.objects.delivered_by(user).filter(pk=alert.pk).exists()


def tell_again_of_waiting(now: datetime) -> int:
    """Mail the deputy, or after them the trustees, of urgent alerts that nobody acknowledged; returns how many.

    Once for each alert, however often it runs.
    """
    late = now - settings.POLICY_ALERT_WAITS
    waiting = PolicyAlert.objects.urgent().unacknowledged().filter(told_again_at=None, raised_at__lte=late)
    return sum(_tell_again(pk, now) for pk in list(waiting.values_list("pk", flat=True)))


@transaction.atomic
def _tell_again(pk: Any, now: datetime) -> bool:
    waiting = PolicyAlert.objects.unacknowledged().filter(pk=pk, told_again_at=None)
    alert = waiting.select_for_update(skip_locked=True).first()
    if alert is None:
        return False
    alert.told_again_at = now
    alert.save(update_fields=["told_again_at"])
    told = alert_notices.tell_again(alert, now=now)
    record("policy_alert.told_again", by=PORTAL, target=alert, now=now, people=told)
    return True
