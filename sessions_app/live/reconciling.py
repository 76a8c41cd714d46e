"""Asking Zoom afterwards how a meeting was, because messages get lost: report and messages become one. Worker side.

A row says that a meeting is to be asked about, and when. A worker takes it by moving that time on, asks without any
transaction open, and keeps each answer as it came (`reports.py`). It is done when Zoom has reported every run that is
known; until then it is asked again at growing intervals, at most for a week.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from sessions_app.live import following, watching
from sessions_app.live.reports import body_of
from sessions_app.meeting_claims import LEASE, pause, refusal_pause, words
from sessions_app.models import Meeting, MeetingRun, Reconciling, Session, ZoomReport
from sessions_app.zoom.errors import ZoomError, ZoomNotFound, ZoomRateLimited, ZoomUnavailable
from sessions_app.zoom.gateway import ZoomGateway
from whippersnappers.audit.trail import record

log = structlog.get_logger(__name__)

ACTOR: Final = "system:reconciling"
# After the session's end, until Zoom is asked: its reports are some minutes behind.
ASK_AFTER: Final = timedelta(minutes=15)
# A meeting of which Zoom knows nothing was not held; for so long it may still be behind.
BELIEVED_AFTER: Final = timedelta(hours=6)
GIVEN_UP_AFTER: Final = timedelta(days=7)
_FIRST_RETRY: Final = timedelta(minutes=2)
_TOOK_PLACE: Final = (Session.State.CONFIRMED, Session.State.LIVE, Session.State.DELIVERED)


def reconcile_due(now: datetime, *, gateway: ZoomGateway | None = None) -> None:
    """Ask about every meeting that is due, until Zoom does not answer; the others are left for the next time."""
    open_due(now)
    due = Reconciling.objects.filter(done_at=None, due_at__lte=now).order_by("due_at", "session__ends_at")
    for pk in list(due.values_list("pk", flat=True)[:20]):
        if not reconcile(pk, now, gateway=gateway):
            return


def open_due(now: datetime) -> None:
    """Note for each meeting whose time is over that Zoom is to be asked; and again for a run that came later."""
    recent = Q(session__ends_at__range=(now - GIVEN_UP_AFTER, now - ASK_AFTER))
    over = Meeting.objects.filter(recent, session__state__in=_TOOK_PLACE, reconciling=None).exclude(zoom_id="")
    Reconciling.objects.bulk_create(
        [Reconciling(meeting=meeting, session_id=meeting.session_id, due_at=now) for meeting in over],
        ignore_conflicts=True,
    )
    recent_run = {"started_at__gt": now - GIVEN_UP_AFTER, "ended_at__lte": now - ASK_AFTER}
    not_reported = MeetingRun.objects.filter(meeting=OuterRef("meeting"), reconciled_at=None, **recent_run)
    late = Reconciling.objects.filter(Exists(not_reported), done_at__isnull=False, done_at__lt=now - ASK_AFTER)
    late.update(done_at=None, due_at=now, attempts=0)


def reconcile(pk: Any, now: datetime, *, gateway: ZoomGateway | None = None) -> bool:
    """Ask Zoom about one meeting, if it is due and nobody else does. False when Zoom did not answer.

    Raises RuntimeError inside a transaction.
    """
    row = _take(pk, now)
    if row is None:
        return True
    try:
        answers = dict(_ask(row.meeting, gateway or ZoomGateway()))
    except ZoomError as error:
        log.warning("reconciling_failed", meeting=str(row.meeting_id), error=type(error).__name__)
        _note(row, error, now)
        return not isinstance(error, ZoomUnavailable)
    _keep(row, answers, now)
    return True


def _take(pk: Any, now: datetime) -> Reconciling | None:
    """Whoever moves the time on has it; a worker that dies costs this much delay."""
    free = Reconciling.objects.filter(pk=pk, done_at=None, due_at__lte=now)
    if not free.update(due_at=now + LEASE, attempts=F("attempts") + 1):
        return None
    return Reconciling.objects.select_related("meeting__session").get(pk=pk)


def _ask(meeting: Meeting, zoom: ZoomGateway) -> Iterator[tuple[str, str]]:
    """Each instance that is over, with what Zoom says of it."""
    for uuid in _instances(meeting, zoom):
        try:
            past = zoom.past_meeting(uuid)
        except ZoomNotFound:
            continue  # It goes on, or Zoom is behind: it is asked again.
        people = zoom.participants(uuid)
        # Somebody had started it: an empty report is one that is not ready.
        if past.get("end_time") and people:
            yield uuid, body_of(past, people, zoom.recording_files(uuid))


def _instances(meeting: Meeting, zoom: ZoomGateway) -> list[str]:
    """What Zoom lists, and what it told of and does not list."""
    told = set(MeetingRun.objects.filter(meeting=meeting).values_list("meeting_uuid", flat=True))
    try:
        listed = {str(row["uuid"]) for row in zoom.past_instances(int(meeting.zoom_id)) if row.get("uuid")}
    except ZoomNotFound:
        listed = set()
    return sorted(told | listed)


def _keep(row: Reconciling, answers: dict[str, str], now: datetime) -> None:
    """Keep what is new, work out anew who was where, and note whether that was all."""
    meeting = row.meeting
    with transaction.atomic():
        session = Session.objects.select_for_update().get(pk=row.session_id)
        new = [(uuid, body) for uuid, body in answers.items() if not _is_known(meeting, uuid, body)]
        ZoomReport.objects.bulk_create(
            [ZoomReport(meeting=meeting, meeting_uuid=uuid, body=body, received_at=now) for uuid, body in new]
        )
        if new:
            following.rebuild(session, now)
            record("meeting.reconciled", by=ACTOR, target=meeting, now=now, session=str(session.pk), runs=len(new))
        is_all = _is_all(meeting, session, answers, now)
        row.done_at = now if is_all else None
        row.due_at = row.due_at if is_all else now + pause(row.attempts, _FIRST_RETRY)
        row.problem = "" if is_all else "Zoom’s report is not there yet. The portal asks again by itself."
        row.save(update_fields=["done_at", "due_at", "problem"])
    watching.look(session, now)


def _is_known(meeting: Meeting, uuid: str, body: str) -> bool:
    last = ZoomReport.objects.filter(meeting=meeting, meeting_uuid=uuid).order_by("received_at").last()
    return last is not None and last.body == body


def _is_all(meeting: Meeting, session: Session, answers: dict[str, str], now: datetime) -> bool:
    """Whether there is nothing more to wait for."""
    if now > session.ends_at + GIVEN_UP_AFTER:
        return True
    runs = MeetingRun.objects.filter(meeting=meeting)
    if not runs.exists():
        return now > session.ends_at + BELIEVED_AFTER
    return not runs.filter(reconciled_at=None).exists()


def _note(row: Reconciling, error: ZoomError, now: datetime) -> None:
    """What went wrong, in words, and when it is tried again."""
    if isinstance(error, ZoomRateLimited):
        row.due_at = error.retry_at + pause(1, timedelta(seconds=5))
    else:
        wait = pause(row.attempts, _FIRST_RETRY) if error.retryable else refusal_pause(row.attempts)
        row.due_at = now + wait
    row.problem = words(error)[:500]
    row.done_at = now if now > row.session.ends_at + GIVEN_UP_AFTER else None
    row.save(update_fields=["due_at", "problem", "done_at"])
