"""Planning a new series: the series itself, and a draft for each of its days."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from sessions_app.series.drafting import draft_sessions
from sessions_app.series.plans import Outcome, Plan, check, own_copy, store
from whippersnappers.audit.trail import record


def start(plan: Plan, *, by: Any, now: datetime) -> Outcome:
    """Store the series and plan its sessions, all or none. Nobody is told: they are drafts. The plan itself stays.

    Raises ValidationError, keyed by field, for a day that has passed, times outside our hours, or on a night
    when the clocks change.
    """
    plan = own_copy(plan)
    check(plan, now)
    check_to_come(plan, now)
    with transaction.atomic():
        store(plan)
        record("series.started", by=by, target=plan.series, now=now, sessions=len(plan.days))
        lines = draft_sessions(plan, plan.days, by=by, now=now)
    return Outcome(plan.series, tuple(lines))


def check_to_come(plan: Plan, now: datetime) -> None:
    """Raise ValidationError at `first_day` when that has passed."""
    if plan.times_on(plan.days[0])[0] <= now:
        raise ValidationError({"first_day": "This day has passed: begin with one still to come."})
