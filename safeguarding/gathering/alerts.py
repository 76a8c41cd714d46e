"""The alerts of a concern, with who has read them and who has not."""

from dataclasses import dataclass
from datetime import datetime

from safeguarding.models import Concern, StaffAlert
from safeguarding.waiting import ENDS_SOON
from whippersnappers.accounts.models import User


@dataclass(frozen=True)
class Reader:
    """Somebody whom an alert is or was for."""

    user: User
    read_at: datetime | None


@dataclass(frozen=True)
class Alerted:
    """An alert as the concern's page shows it."""

    alert: StaffAlert
    is_shown: bool
    ends_soon: bool
    readers: list[Reader]


def alerts_of(concern: Concern, now: datetime) -> list[Alerted]:
    """All alerts, the newest first."""
    rows = StaffAlert.objects.filter(concern=concern).select_related("child", "written_by")
    soon = now + ENDS_SOON
    return [
        Alerted(alert, alert.is_shown(now), alert.ends_at <= soon, _readers(alert, now))
        for alert in rows.prefetch_related("people__user")
    ]


def _readers(alert: StaffAlert, now: datetime) -> list[Reader]:
    """Whoever has read it, and while it is shown whoever still has to."""
    people = {person.user: person.read_at for person in alert.people.all()}
    for user in alert.whom_it_is_for(now) if alert.is_shown(now) else []:
        people.setdefault(user, None)
    shown = alert.is_shown(now)
    readers = [Reader(user, read_at) for user, read_at in people.items() if read_at or shown]
    return sorted(readers, key=lambda reader: (reader.read_at is None, reader.user.name))
