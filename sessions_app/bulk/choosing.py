"""The beginning and the end of a run's life: sessions are chosen and looked at; a day later it is forgotten."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from sessions_app.models import BulkItem, BulkRun, Session

MOST_SESSIONS = 1000
KEPT_FOR = timedelta(hours=24)


@transaction.atomic
def choose(kind: str, session_ids: Iterable[Any], *, by: Any, now: datetime) -> BulkRun:
    """Keep the sessions that a step is meant for; nothing is done yet. Raises ValidationError for too many or none.

    They are kept in the order in which they will be done: by their start.
    """
    chosen = Session.objects.filter(pk__in=list(session_ids)).order_by("starts_at", "title", "pk")
    sessions = list(chosen.values_list("pk", flat=True))
    if not sessions:
        raise ValidationError("Tick at least one session first.")
    if len(sessions) > MOST_SESSIONS:
        raise ValidationError(f"That is {len(sessions)} sessions: choose {MOST_SESSIONS} at most at a time.")
    run = BulkRun.objects.create(kind=kind, made_by=by, created_at=now)
    BulkItem.objects.bulk_create(
        BulkItem(run=run, number=number, session_id=pk) for number, pk in enumerate(sessions, start=1)
    )
    return run


@transaction.atomic
def forget(now: datetime) -> None:
    """A day later, what was only looked at is gone, and of what was done the traces: who did it stays."""
    old = BulkRun.objects.filter(created_at__lte=now - KEPT_FOR)
    old.filter(state=BulkRun.State.CHOSEN).delete()
    ended = old.filter(state__in=[BulkRun.State.DONE, BulkRun.State.UNDONE, BulkRun.State.STOPPED])
    BulkItem.objects.filter(run__in=ended).exclude(trace="").update(trace="")
