"""Policy alerts for those who safeguard: finding them, and all that the page of one says."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q

from safeguarding.from_alerts import concern_made, delivering_leads
from safeguarding.models import Concern
from sessions_app.live.alert_words import Fact, facts_said
from sessions_app.models import PolicyAlert
from sessions_app.models.policy_alerts import PolicyAlertQuerySet
from whippersnappers.accounts.models import User
from whippersnappers.dates import LONDON

# How an alert stands, as people look for it.
STANDING: dict[str, tuple[str, Q]] = {
    "": ("To settle", Q(settled_at=None)),
    "open": ("Not acknowledged", Q(acknowledged_at=None)),
    "settled": ("Settled", Q(settled_at__isnull=False)),
    "all": ("All", Q()),
}


@dataclass(frozen=True)
class Sought:
    """What somebody looks for. Empty fields do not narrow it, but for what is settled; days are London’s."""

    words: str = ""
    standing: str = ""
    kind: str = ""
    clause: str = ""
    since: date | None = None
    until: date | None = None


def search(user: User, sought: Sought) -> PolicyAlertQuerySet:
    """The alerts that fit, the most pressing first, as far as they are this person's to see to."""
    seen = PolicyAlert.objects.overseen_by(user).filter(STANDING[sought.standing][1])
    for name in ("kind", "clause"):
        value = getattr(sought, name)
        seen = seen.filter(**{name: value}) if value else seen
    if words := sought.words.strip():
        seen = seen.filter(session__title__icontains=words)
    if sought.since:
        seen = seen.filter(began_at__gte=_midnight(sought.since))
    if sought.until:
        seen = seen.filter(began_at__lt=_midnight(sought.until + timedelta(days=1)))
    return seen.select_related("session", "acknowledged_by", "settled_by").most_pressing_first()


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=LONDON)


@dataclass(frozen=True)
class Seen:
    """One alert with what its page says."""

    alert: PolicyAlert
    facts: list[Fact]
    staff: list[str]
    # What was made of it, where this person may know of that.
    concern: Concern | None
    # Whether a concern made of it is about the Lead or deputy.
    is_about_leads: bool


def by_id(user: User, pk: Any, now: datetime) -> Seen:
    """An alert that is this person's to see to. Raises `PolicyAlert.DoesNotExist`."""
    alerts = PolicyAlert.objects.overseen_by(user).select_related("session__place", "acknowledged_by", "settled_by")
    alert = alerts.get(pk=pk)
    return Seen(
        alert=alert,
        facts=facts_said(alert, now=now),
        staff=[str(each.staff) for each in alert.delivering()],
        concern=concern_made(alert, user),
        is_about_leads=bool(delivering_leads(alert)),
    )
