"""Which Zoom host holds a session's meeting. Postgres refuses a host in two meetings at once."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Count, QuerySet

from sessions_app.models import Meeting, Session
from sessions_app.readiness import NO_HOST, free_hosts
from whippersnappers.audit.trail import record
from whippersnappers.outbox.wake import wake

HOST_CLASH = "meeting_one_per_host_at_a_time"


def want_meeting(session: Session) -> Meeting:
    """Give a remote session a host and a meeting that the worker will make; in the caller's transaction.

    Hosts with the fewest meetings come first. Raises ValidationError when none is free.
    """
    for host in (
        free_hosts(session.starts_at, session.ends_at).annotate(held=Count("meetings")).order_by("held", "name")
    ):
        try:
            with transaction.atomic():
                meeting = Meeting.objects.create(session=session, host=host)
        except IntegrityError as error:
            if HOST_CLASH not in str(error):
                raise
            continue  # another session took this host between our look and our insert
        wake_worker(meeting)
        return meeting
    raise ValidationError({"starts_at": NO_HOST})


def wanted_meeting(session: Session) -> Meeting | None:
    """The meeting that the session has or will have."""
    return Meeting.objects.filter(session=session, is_wanted=True).first()


def meeting_changed(session: Session) -> None:
    """Zoom must show something new (time, title, alternative hosts): let the worker bring it over."""
    meeting = Meeting.objects.select_for_update().filter(session=session, is_wanted=True).first()
    if meeting is None:
        return
    meeting.version += 1
    _try_afresh(meeting)


def drop_meeting(session: Session) -> None:
    """The session's meeting is not wanted any more: the worker deletes it, the host is free at once."""
    meeting = Meeting.objects.select_for_update().filter(session=session, is_wanted=True).first()
    if meeting is None:
        return
    meeting.is_wanted = False
    meeting.version += 1
    _try_afresh(meeting)


def put_off_removal(meetings: QuerySet[Meeting], until: datetime) -> None:
    """Leave meetings that are not wanted any more in Zoom until then: the step may still be undone."""
    gone = [Meeting.State.DELETED, Meeting.State.ENDED]
    meetings.filter(is_wanted=False).exclude(state__in=gone).update(next_attempt_at=until)


def want_again(meeting_id: Any) -> None:
    """Take back that a meeting is not wanted; in the caller's transaction.

    Raises ValidationError when Zoom has deleted it, or may be about to: families know its Meeting ID, and
    another meeting has another one.
    """
    meeting = Meeting.objects.select_for_update().get(pk=meeting_id)
    if meeting.state == Meeting.State.DELETED or meeting.lease_owner is not None:
        raise ValidationError("Its Zoom meeting is deleted already, and families know the old Meeting ID.")
    meeting.is_wanted = True
    meeting.version += 1
    _try_afresh(meeting)


def _try_afresh(meeting: Meeting) -> None:
    meeting.attempts, meeting.next_attempt_at, meeting.problem = 0, None, ""
    meeting.save(update_fields=["is_wanted", "version", "attempts", "next_attempt_at", "problem"])
    wake_worker(meeting)


def wake_worker(meeting: Meeting) -> None:
    """Ask a worker to look at this meeting once the present transaction has committed."""
    transaction.on_commit(lambda: wake("sessions_app.tasks.ensure_meeting", str(meeting.pk)))


def try_again(meeting_id: Any, *, by: Any, now: datetime) -> Meeting:
    """Staff have mended what was wrong: the worker looks at this meeting at once, not at its next turn.

    A call to Zoom that may still be under way is waited for; an attempt is never made twice at once.
    """
    with transaction.atomic():
        meeting = Meeting.objects.select_for_update().get(pk=meeting_id)
        meeting.attempts, meeting.next_attempt_at = 0, None
        meeting.save(update_fields=["attempts", "next_attempt_at"])
        record("meeting.tried_again", by=by, target=meeting, now=now)
        wake_worker(meeting)
    return meeting
