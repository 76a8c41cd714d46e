"""The policy alert of a record that is late, for coordinators and whoever safeguards (W6)."""

from collections.abc import Iterable
from datetime import datetime

from sessions_app.live.alert_kinds import AlertKind
from sessions_app.models import PolicyAlert, SessionRecord
from sessions_app.policy_alerts import end_alert, raise_alert

_KIND = AlertKind.RECORD_OVERDUE


def raise_overdue(records: Iterable[SessionRecord], *, now: datetime) -> int:
    """Raise the alerts of these late records that were not raised before; returns how many."""
    late = {_cause(record): record for record in records}
    raised = PolicyAlert.objects.filter(kind=_KIND, cause__in=late).values_list("cause", flat=True)
    new = late.keys() - set(raised)
    for cause in sorted(new):
        record = late[cause]
        missing = "The second signature" if record.is_signed else "The author’s signature"
        facts = {"due_at": record.due_at, "missing": missing, "staff_assigned": str(record.author or "Nobody")}
        raise_alert(_KIND, record.session, cause=cause, facts=facts, began_at=record.due_at, now=now)
    return len(new)


def end_overdue(record: SessionRecord, *, now: datetime) -> None:
    """The record is complete: its alert is over, if there was one."""
    for alert in PolicyAlert.objects.filter(kind=_KIND, cause=_cause(record), ended_at=None):
        end_alert(alert, now=now)


def _cause(record: SessionRecord) -> str:
    return f"record:{record.pk}"
