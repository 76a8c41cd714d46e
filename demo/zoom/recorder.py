"""The recording of a running meeting: what a step does to it, and the file that comes of it."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from demo.zoom import events
from demo.zoom.store import Json, Store, stamp

# What a step does: the states it can be taken in, the state after it, and the event.
STEPS: Final = {
    "start": (("off",), "on", "recording.started"),
    "stop": (("on", "paused"), "off", "recording.stopped"),
    "pause": (("on",), "paused", "recording.paused"),
    "resume": (("paused",), "on", "recording.resumed"),
}
# Puts an event, its object and its time into the outbox.
Tell = Callable[[str, Json, datetime], None]


class NotPossible(ValueError):
    """A step that cannot be taken now; the text says why."""


def take(store: Store, meeting: Json, step: str, now: datetime, tell: Tell) -> None:
    """Take a step. Raises NotPossible in the wrong state."""
    allowed, after, event = STEPS[step]
    if meeting["status"] != "started":
        raise NotPossible("The meeting is not in progress.")
    if meeting["recording"] not in allowed:
        raise NotPossible(f"The recording is {meeting['recording']}: {step} is not possible.")
    meeting["recording"] = after
    if step == "start":
        meeting["recording_since"] = stamp(now)
    span = {
        "recording_start": meeting["recording_since"],
        "recording_end": stamp(now) if step in ("stop", "pause") else "",
    }
    tell(event, events.lasting(meeting, recording_file=span), now)
    if step == "stop":
        _keep(store, meeting, now, tell)


def _keep(store: Store, meeting: Json, now: datetime, tell: Tell) -> None:
    """The file of a recording that has stopped; Zoom needs some time before it is there."""
    ready_at = now + timedelta(seconds=store.recording_ready_seconds)
    file = {
        "id": str(uuid.uuid4()),
        "meeting_id": meeting["uuid"],
        "recording_start": meeting.pop("recording_since"),
        "recording_end": stamp(now),
        "file_type": "MP4",
        "file_extension": "MP4",
        "file_size": 1024,
        "status": "completed",
        "recording_type": "shared_screen_with_speaker_view",
    }
    meeting["recordings"].append({**file, "ready_at": stamp(ready_at)})
    whole = events.recording_set(store.credentials.account_id, meeting, meeting["uuid"], [file])
    tell("recording.completed", whole, ready_at)
