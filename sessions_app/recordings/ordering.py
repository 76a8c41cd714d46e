"""Telling Zoom to start or stop a recording, again and again until Zoom shows that it did. Orders are rows first.

`follow` runs in the transaction that has learnt more; `send_due` runs in a worker, outside any transaction.
"""

from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

import structlog
from django.db import transaction
from django.db.models import F

from sessions_app.meeting_claims import words
from sessions_app.models import Meeting, MeetingRun, RecordingOrder, RecordingRun, RunStep, Session
from sessions_app.recordings.group_run import CLOCKS, why_not
from sessions_app.zoom.errors import ZoomError, ZoomRateLimited, ZoomRefused, ZoomValidationError
from sessions_app.zoom.gateway import ZoomGateway
from whippersnappers.audit.trail import record
from whippersnappers.outbox.wake import wake

log = structlog.get_logger(__name__)

ACTOR: Final = "system:recordings"
# Zoom answers that it will, and tells within seconds that it did; so long after that it is told again.
AGAIN_AFTER: Final = timedelta(seconds=10)
# While nothing comes of it, at most this far apart: a recording that must not be is not left alone.
AT_MOST: Final = timedelta(minutes=1)
_OF_USE_FOR: Final = 5.0

What, Why, Outcome = RecordingOrder.What, RecordingOrder.Why, RecordingOrder.Outcome


def order(meeting: Meeting, what: str, *, why: str, by: Any, now: datetime) -> RecordingOrder:
    """Have Zoom told, from now on until it shows that it did. Needs the session's row locked, in a transaction.

    The same order twice is one; the other one takes its place.
    """
    before = RecordingOrder.objects.filter(meeting=meeting, done_at=None).first()
    if before is not None and before.what == what:
        return before
    if before is not None:
        _done(before, Outcome.REPLACED, now)
    new = RecordingOrder.objects.create(meeting=meeting, what=what, why=why, by=by, at=now, due_at=now)
    record(f"recording.{what}_ordered", by=by or ACTOR, target=meeting, now=now, why=why)
    transaction.on_commit(partial(wake, "sessions_app.tasks.tell_zoom_to_record", expires=_OF_USE_FOR))
    return new


def follow(session: Session, now: datetime) -> None:
    """Close the orders that Zoom has carried out, and stop what must not be recorded. Needs the session locked."""
    for waiting in RecordingOrder.objects.filter(meeting__session=session, done_at=None).select_related("meeting"):
        outcome = _outcome(waiting)
        if outcome:
            _done(waiting, outcome, now)
    steps = list(RunStep.objects.filter(session=session))
    going_on = RecordingRun.objects.filter(run__session=session, stopped_at=None).select_related("run__meeting")
    for recording in going_on:
        if why_not(session, steps, recording.started_at, now):
            order(recording.run.meeting, What.STOP, why=Why.NOT_ALLOWED, by=None, now=now)


def _outcome(waiting: RecordingOrder) -> str:
    """What has become of an order, by what Zoom told; empty while nothing has."""
    told = RecordingRun.objects.filter(run__meeting=waiting.meeting_id)
    if waiting.what == What.START and told.filter(started_at__gt=waiting.at - CLOCKS).exists():
        return Outcome.TOLD
    stopped = told.filter(stopped_known=True, stopped_at__gt=waiting.at - CLOCKS)
    if waiting.what == What.STOP and stopped.exists() and not told.filter(stopped_at=None).exists():
        return Outcome.TOLD
    runs = MeetingRun.objects.filter(meeting=waiting.meeting_id)
    if runs.exists() and not runs.filter(ended_at=None).exists():
        return Outcome.OVER
    return ""


def send_due(now: datetime, *, gateway: ZoomGateway | None = None) -> None:
    """Tell Zoom everything that is due. Raises RuntimeError inside a transaction."""
    due = RecordingOrder.objects.filter(done_at=None, due_at__lte=now).order_by("due_at")
    for pk in list(due.values_list("pk", flat=True)[:50]):
        send(pk, now, gateway=gateway)


def send(pk: Any, now: datetime, *, gateway: ZoomGateway | None = None) -> None:
    """Tell Zoom once, if it is due and nobody else does. Raises RuntimeError inside a transaction."""
    free = RecordingOrder.objects.filter(pk=pk, done_at=None, due_at__lte=now)
    # Whoever moves the time on has it; a worker that dies costs these seconds.
    if not free.update(due_at=now + AGAIN_AFTER, attempts=F("attempts") + 1):
        return
    mine = RecordingOrder.objects.select_related("meeting").get(pk=pk)
    try:
        (gateway or ZoomGateway()).control_recording(int(mine.meeting.zoom_id), mine.what)
    except ZoomError as error:
        log.warning("recording_order_failed", order=str(pk), error=type(error).__name__)
        _note(mine, error, now)
    else:
        RecordingOrder.objects.filter(pk=pk, accepted_at=None).update(accepted_at=now)
        RecordingOrder.objects.filter(pk=pk).update(problem="")


def _note(mine: RecordingOrder, error: ZoomError, now: datetime) -> None:
    """What went wrong, and when it is tried again."""
    refused = isinstance(error, ZoomRefused) and not isinstance(error, ZoomValidationError)
    with transaction.atomic():
        session = Session.objects.select_for_update().get(meetings=mine.meeting_id)
        still = RecordingOrder.objects.filter(pk=mine.pk, done_at=None).first()
        if still is None:
            return
        going_on = RecordingRun.objects.filter(run__session=session, stopped_at=None)
        if refused and mine.what == What.STOP and not going_on.exists():
            # Nothing tells of a recording, and Zoom has none that it could stop.
            _done(still, Outcome.ANSWERED, now)
            return
        still.problem = words(error)[:500]
        still.due_at = error.retry_at if isinstance(error, ZoomRateLimited) else now + _pause(still.attempts)
        still.save(update_fields=["problem", "due_at"])


def _pause(attempts: int) -> timedelta:
    return min(AT_MOST, AGAIN_AFTER * 2 ** min(max(attempts - 1, 0), 6))


def _done(one: RecordingOrder, outcome: str, now: datetime) -> None:
    one.done_at, one.outcome = now, outcome
    one.save(update_fields=["done_at", "outcome"])
    record(f"recording.{one.what}_done", by=ACTOR, target=one.meeting, now=now, outcome=outcome)
