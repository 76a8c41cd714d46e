"""How alerts to staff end: withdrawn by somebody, or with the concern behind them, unless somebody says why not.

For services that hold the concern locked; all of it happens in their transaction.
"""

from datetime import datetime

from safeguarding.models import ChronologyEntry, Concern, StaffAlert
from whippersnappers import dates
from whippersnappers.accounts.models import User
from whippersnappers.audit.trail import record


def shown_of(concern: Concern, now: datetime) -> list[StaffAlert]:
    """The alerts of a concern that staff see now."""
    return list(StaffAlert.objects.filter(concern=concern).shown(now))


def end_with(concern: Concern, *, kept_because: str = "", by: User, now: datetime) -> None:
    """A concern is over: its alerts are withdrawn, or stand until their day for a reason that is written down."""
    for alert in shown_of(concern, now):
        if kept_because.strip():
            _keep(alert, kept_because.strip(), by, now)
        else:
            withdraw(alert, by=by, now=now)


def withdraw(alert: StaffAlert, *, by: User, now: datetime) -> None:
    """Nobody sees it from now on."""
    alert.withdrawn_at, alert.withdrawn_by = now, by
    alert.save(update_fields=["withdrawn_at", "withdrawn_by"])
    note(alert, f"Withdrawn: {alert.words}", by=by, now=now)
    record("concern.alert_withdrawn", by=by, target=alert.concern, now=now, alert=alert.pk)


def _keep(alert: StaffAlert, why: str, by: User, now: datetime) -> None:
    until = dates.calendar_day(alert.last_day, now=now)
    note(alert, f"Stands until {until}, although the concern is over: {why}\n{alert.words}", by=by, now=now)
    record("concern.alert_kept", by=by, target=alert.concern, now=now, alert=alert.pk)


def note(alert: StaffAlert, words: str, *, by: User, now: datetime) -> None:
    """What was done with an alert, in the chronology of its concern."""
    kind = ChronologyEntry.Kind.ALERT
    ChronologyEntry.objects.create(concern=alert.concern, kind=kind, at=now, author=by, words=words)
