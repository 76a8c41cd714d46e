"""Keeping the library of activities, and putting them into what is planned, as copies.

A session or a series that took its steps and props from an activity has them for itself: later edits of the
activity change nothing that is planned.
"""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from sessions_app.models import Activity, ActivityItem, ActivityStep, Session
from whippersnappers.audit.trail import record

NOTHING_TO_KEEP = "This session has no steps and no props yet: write them down first, then keep them."


def save_activity(activity: Activity, *, by: Any, now: datetime) -> Activity:
    """Store a new or edited activity. Raises ValidationError keyed by field."""
    is_new = activity._state.adding
    activity.full_clean()
    with transaction.atomic():
        activity.save()
        record("activity.added" if is_new else "activity.edited", by=by, target=activity, now=now)
    return activity


def keep(session: Session, *, name: str, by: Any, now: datetime) -> Activity:
    """Make an activity of a session's summary, steps and props, which the session keeps too.

    Raises ValidationError keyed by `name` when there is one of that name, or for a session without steps and props.
    """
    steps, items = list(session.steps.all()), list(session.items.all())
    if not steps and not items:
        raise ValidationError(NOTHING_TO_KEEP)
    with transaction.atomic():
        activity = Activity(name=name.strip(), summary=session.summary, nothing_needed=session.nothing_needed)
        save_activity(activity, by=by, now=now)
        ActivityStep.objects.bulk_create(
            ActivityStep(activity=activity, position=number, title=step.title, detail=step.detail, picture=step.picture)
            for number, step in enumerate(steps, start=1)
        )
        ActivityItem.objects.bulk_create(
            ActivityItem(activity=activity, position=number, name=item.name, needed=item.needed, note=item.note)
            for number, item in enumerate(items, start=1)
        )
    return activity


def archive(activity_id: Any, *, by: Any, now: datetime) -> Activity:
    """Put an activity away: it can be read, but no longer chosen. Doing it twice does nothing more."""
    return _put(activity_id, now, "activity.archived", by=by, now=now)


def restore(activity_id: Any, *, by: Any, now: datetime) -> Activity:
    """Take an activity out again. Doing it twice does nothing more."""
    return _put(activity_id, None, "activity.restored", by=by, now=now)


def _put(activity_id: Any, away_since: datetime | None, event: str, *, by: Any, now: datetime) -> Activity:
    with transaction.atomic():
        activity = Activity.objects.select_for_update().get(pk=activity_id)
        if (activity.archived_at is None) != (away_since is None):
            activity.archived_at = away_since
            activity.save(update_fields=["archived_at"])
            record(event, by=by, target=activity, now=now)
    return activity
