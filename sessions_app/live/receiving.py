"""Keeping what Zoom tells, as it came. What follows from it is worked out afterwards, by a worker.

Zoom sends in bursts and wants its answer quickly, so this is one statement and, a few times a second, one wake-up.
"""

import time
from datetime import datetime
from typing import Final
from uuid import uuid4

from django.db import connection, transaction

from sessions_app.models import Meeting, ZoomEvent
from sessions_app.zoom.webhooks import Message
from whippersnappers.outbox.wake import wake

# Seconds between two wake-ups by one process. Whoever is woken looks again after longer than that
# (`watching.LOOK_AGAIN`), so what comes in between is followed at once too.
WAKE_EVERY: Final = 0.2
# Seconds after which the sweep has seen to it anyway.
_OF_USE_FOR: Final = 10.0
_COLUMNS: Final = ("id", "request_id", "event", "event_at", "meeting_uuid", "body", "received_at")
_NAMES: Final = ", ".join(_COLUMNS)
_VALUES: Final = ", ".join(["%s"] * len(_COLUMNS))
# The meeting is found and the row kept in one go.
_KEEP: Final = (
    f"INSERT INTO sessions_app_zoomevent ({_NAMES}, meeting_id)"  # noqa: S608 - names of columns
    f" SELECT {_VALUES}, m.id FROM sessions_app_meeting m WHERE m.zoom_id = %s"
    " ON CONFLICT (request_id) DO NOTHING"
)
# Of what is about no meeting nothing follows.
_KEEP_ALONE: Final = (
    f"INSERT INTO sessions_app_zoomevent ({_NAMES}, followed_at)"  # noqa: S608 - names of columns
    f" VALUES ({_VALUES}, %s) ON CONFLICT (request_id) DO NOTHING"
)
_woken_at = 0.0


def keep(message: Message, body: str, *, request_id: str, now: datetime) -> bool:
    """Store one message; the same one again changes nothing. False where it is about a meeting that is not ours."""
    event = ZoomEvent(id=uuid4(), body=body)
    sealed = ZoomEvent._meta.get_field("body").pre_save(event, add=True)
    values = (event.pk, request_id, message.event, message.at, message.meeting_uuid, sealed, now)
    with connection.cursor() as cursor:
        if not message.number:
            cursor.execute(_KEEP_ALONE, [*values, now])
            return True
        cursor.execute(_KEEP, [*values, message.number])
        is_new = cursor.rowcount == 1
    if is_new:
        transaction.on_commit(wake_follower)
    return is_new or Meeting.objects.filter(zoom_id=message.number).exists()


def wake_follower() -> None:
    """Ask a worker to follow what came, unless one was asked just now; the sweep does so again should this be lost."""
    global _woken_at
    if time.monotonic() - _woken_at >= WAKE_EVERY:
        _woken_at = time.monotonic()
        wake("sessions_app.tasks.follow_events", expires=_OF_USE_FOR)
