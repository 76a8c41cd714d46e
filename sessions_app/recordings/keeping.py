"""How long recordings are kept: thirty days, longer where those who safeguard say so, never where it may not be.

A file is deleted through Zoom's API and counts as gone only when Zoom's own list has it no more.
"""

from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F

from sessions_app import policy_alerts
from sessions_app.live.alert_kinds import AlertKind
from sessions_app.meeting_claims import LEASE, pause, refusal_pause, words
from sessions_app.models import PolicyAlert, RecordingFile, Session
from sessions_app.zoom.errors import ZoomError, ZoomRateLimited, ZoomUnavailable
from sessions_app.zoom.gateway import ZoomGateway
from whippersnappers.accounts.models import User
from whippersnappers.accounts.roles import Role
from whippersnappers.audit.trail import record

log = structlog.get_logger(__name__)

ACTOR: Final = "system:recordings"
# So long after it was to go somebody is told that it did not: what may not be is looked at sooner.
LATE: Final = timedelta(days=1)
LATE_IF_NOT_ALLOWED: Final = timedelta(hours=1)
_FIRST_RETRY: Final = timedelta(seconds=30)
# While nothing comes of it, at most this far apart.
_LAST_RETRY: Final = timedelta(minutes=30)

WITHOUT_REASON: Final = "Say in a sentence why."
IT_IS_GONE: Final = "This recording is deleted already."


def may_hold(user: User) -> bool:
    """Whether this person may keep a recording longer: those who safeguard."""
    return user.has_role(Role.LEAD, Role.DEPUTY)


def hold(file_id: Any, *, reason: str, by: User, now: datetime) -> RecordingFile:
    """Keep a recording until it is let go. Raises ValidationError: no reason, it is gone, or not for this person."""
    with transaction.atomic():
        file = _to_change(file_id, by)
        if not reason.strip():
            raise ValidationError({"reason": WITHOUT_REASON})
        if file.held_at is None:
            file.held_at, file.held_by, file.held_reason = now, by, reason.strip()
            file.save(update_fields=["held_at", "held_by", "held_reason"])
            record("recording.held", by=by, target=file, now=now)
    return file


def let_go(file_id: Any, *, by: User, now: datetime) -> RecordingFile:
    """End a hold: the recording goes when its time is over, at once if it is. Raises ValidationError as `hold`."""
    with transaction.atomic():
        file = _to_change(file_id, by)
        if file.held_at is not None:
            file.held_at, file.held_by, file.held_reason = None, None, ""
            file.due_at = max(file.delete_by, now)
            file.save(update_fields=["held_at", "held_by", "held_reason", "due_at"])
            record("recording.let_go", by=by, target=file, now=now)
    return file


def delete_soon(file_id: Any, *, by: User, now: datetime) -> RecordingFile:
    """Have a recording deleted before its time, as when a family takes its yes back.

    Raises ValidationError for one that is gone or held.
    """
    with transaction.atomic():
        file = RecordingFile.objects.select_for_update().get(pk=file_id)
        if file.deleted_at is not None:
            raise ValidationError(IT_IS_GONE)
        if file.held_at is not None:
            raise ValidationError("This recording is held: the Safeguarding Lead has to let it go first.")
        if file.delete_by > now:
            file.delete_by = file.due_at = now
            file.save(update_fields=["delete_by", "due_at"])
            record("recording.to_be_deleted", by=by, target=file, now=now)
    return file


def _to_change(file_id: Any, by: User) -> RecordingFile:
    if not may_hold(by):
        raise ValidationError("Only the Safeguarding Lead and the deputy keep recordings longer.")
    file = RecordingFile.objects.select_for_update().get(pk=file_id)
    if file.deleted_at is not None:
        raise ValidationError(IT_IS_GONE)
    return file


def delete_due(now: datetime, *, gateway: ZoomGateway | None = None) -> None:
    """Delete what is due, until Zoom does not answer, and say what is still there though it should not be.

    Raises RuntimeError inside a transaction.
    """
    due = RecordingFile.objects.existing().filter(held_at=None, due_at__lte=now).order_by("due_at")
    for pk in list(due.values_list("pk", flat=True)[:20]):
        if not delete(pk, now, gateway=gateway):
            break
    say_what_is_late(now)


def delete(pk: Any, now: datetime, *, gateway: ZoomGateway | None = None) -> bool:
    """Delete one file at Zoom and see that it is gone, if it is due. False when Zoom did not answer.

    Raises RuntimeError inside a transaction.
    """
    free = RecordingFile.objects.existing().filter(pk=pk, held_at=None, due_at__lte=now)
    # Whoever moves the time on has it; a worker that dies costs this much delay.
    if not free.update(due_at=now + LEASE, attempts=F("attempts") + 1):
        return True
    file = RecordingFile.objects.get(pk=pk)
    zoom = gateway or ZoomGateway()
    try:
        if zoom.delete_recording(file.meeting_uuid, file.zoom_file):
            RecordingFile.objects.filter(pk=pk, delete_answered_at=None).update(delete_answered_at=now)
        left = {str(one.get("id")) for one in zoom.recording_files(file.meeting_uuid)}
    except ZoomError as error:
        log.warning("recording_not_deleted", recording=str(pk), error=type(error).__name__)
        _try_again(file, error, now)
        return not isinstance(error, ZoomUnavailable)
    if file.zoom_file in left:
        _later(file, "Zoom still lists it. The portal tries again by itself.", now + _pause(file))
    else:
        _gone(file, now)
    return True


def _gone(file: RecordingFile, now: datetime) -> None:
    with transaction.atomic():
        file.deleted_at, file.problem = now, ""
        file.save(update_fields=["deleted_at", "problem"])
        record("recording.deleted", by=ACTOR, target=file, now=now, session=str(file.session_id))
        for alert in PolicyAlert.objects.filter(kind=AlertKind.RECORDING_NOT_DELETED, cause=str(file.pk)):
            policy_alerts.end_alert(alert, now=now)


def _try_again(file: RecordingFile, error: ZoomError, now: datetime) -> None:
    if isinstance(error, ZoomRateLimited):
        again_at = error.retry_at + pause(1, timedelta(seconds=5))
    else:
        again_at = now + (_pause(file) if error.retryable else refusal_pause(file.attempts))
    _later(file, words(error)[:500], again_at)


def _pause(file: RecordingFile) -> timedelta:
    return pause(file.attempts, _FIRST_RETRY, _LAST_RETRY)


def _later(file: RecordingFile, problem: str, again_at: datetime) -> None:
    RecordingFile.objects.filter(pk=file.pk, deleted_at=None).update(problem=problem, due_at=again_at)


def say_what_is_late(now: datetime) -> None:
    """An alert, once, for each recording that is still there long after it was to go."""
    waiting = RecordingFile.objects.existing().filter(held_at=None).select_related("session")
    late = waiting.filter(not_allowed="", delete_by__lt=now - LATE)
    worse = waiting.exclude(not_allowed="").filter(delete_by__lt=now - LATE_IF_NOT_ALLOWED)
    for file in [*late, *worse]:
        with transaction.atomic():
            Session.objects.select_for_update().get(pk=file.session_id)
            facts = {"recording_started_at": file.started_at, "recording_stopped_at": file.stopped_at}
            policy_alerts.raise_alert(
                AlertKind.RECORDING_NOT_DELETED, file.session, cause=str(file.pk), facts=facts,
                began_at=file.delete_by, now=now,
            )  # fmt: skip
