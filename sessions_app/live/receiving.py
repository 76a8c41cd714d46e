"""Keeping what Zoom tells, as it came. What follows from it is worked out afterwards, by a worker."""

from datetime import datetime
from functools import partial
from typing import Any, Final

from django.db import transaction

from sessions_app.models import Meeting, ZoomEvent
from sessions_app.zoom.webhooks import Message
from whippersnappers.outbox.wake import wake

# Seconds after which the sweep has seen to it anyway.
_OF_USE_FOR: Final = 10.0


def keep(message: Message, body: str, *, request_id: str, now: datetime) -> bool:
    """Store one message; the same one again changes nothing. False where it is about a meeting that is not ours."""
    meeting_id = None
    if message.number:
        meeting_id = Meeting.objects.filter(zoom_id=message.number).values_list("pk", flat=True).first()
        if meeting_id is None:
            return False
    event = ZoomEvent(
        request_id=request_id,
        event=message.event,
        event_at=message.at,
        meeting_id=meeting_id,
        meeting_uuid=message.meeting_uuid,
        body=body,
        received_at=now,
        # Of what is about no meeting nothing follows.
        followed_at=None if meeting_id else now,
    )
    with transaction.atomic():
        ZoomEvent.objects.bulk_create([event], ignore_conflicts=True)
        if meeting_id:
            transaction.on_commit(partial(wake_for, meeting_id))
    return True


def wake_for(meeting_id: Any) -> None:
    """Ask a worker to follow what came about a meeting; the sweep does so again should this be lost."""
    wake("sessions_app.tasks.follow_events", str(meeting_id), expires=_OF_USE_FOR)
