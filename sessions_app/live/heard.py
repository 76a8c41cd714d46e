"""What one message of Zoom says that matters for who was where. Pure; a message that says nothing of it is None."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum
from typing import Any, Final

from sessions_app.models import ZoomEvent

_NAME_LENGTH: Final = 200
_NUMBER_LENGTH: Final = 100


class What(IntEnum):
    """What happened. Of things in the same moment the lower one was first."""

    STARTED = 1
    WAITS = 2
    ADMITTED = 3
    LEFT_WAITING = 4
    JOINED = 5
    RECORDING_STARTED = 6
    RECORDING_RESUMED = 7
    RECORDING_PAUSED = 8
    RECORDING_STOPPED = 9
    LEFT = 10
    ENDED = 11


_EVENTS: Final = {
    "meeting.started": What.STARTED,
    "meeting.ended": What.ENDED,
    "meeting.participant_joined": What.JOINED,
    "meeting.participant_left": What.LEFT,
    "meeting.participant_joined_waiting_room": What.WAITS,
    "meeting.participant_put_in_waiting_room": What.WAITS,
    "meeting.participant_admitted": What.ADMITTED,
    "meeting.participant_left_waiting_room": What.LEFT_WAITING,
    "recording.started": What.RECORDING_STARTED,
    "recording.stopped": What.RECORDING_STOPPED,
    "recording.paused": What.RECORDING_PAUSED,
    "recording.resumed": What.RECORDING_RESUMED,
}
# Where a message says when it happened, better than when it was made.
_TIMES: Final = {
    What.ENDED: ("end_time",),
    What.JOINED: ("join_time",),
    What.LEFT: ("leave_time",),
    What.WAITS: ("date_time", "join_time"),
    What.ADMITTED: ("date_time",),
    What.LEFT_WAITING: ("date_time", "leave_time"),
    What.RECORDING_STARTED: ("recording_start",),
    What.RECORDING_STOPPED: ("recording_end",),
}
NEVER_SAID: Final = datetime.min.replace(tzinfo=UTC)
PERSONAL: Final = frozenset({What.JOINED, What.LEFT, What.WAITS, What.ADMITTED, What.LEFT_WAITING})
RECORDING: Final = frozenset(
    {What.RECORDING_STARTED, What.RECORDING_STOPPED, What.RECORDING_PAUSED, What.RECORDING_RESUMED}
)


@dataclass(frozen=True, order=True)
class Told:
    """One thing that Zoom told of one instance; the same however often it is told. `email` is a Zoom sign-in."""

    at: datetime
    what: What
    meeting_uuid: str
    participant: str = ""
    name: str = ""
    email: str = ""
    # Of a recording: when it began, where the message says so.
    recording_since: datetime = NEVER_SAID


def told_by(event: ZoomEvent) -> Told | None:
    """What an event says; None for events that say nothing of who was where, and for those that are incomplete."""
    what = _EVENTS.get(event.event)
    if what is None or not event.meeting_uuid:
        return None
    about = _mapping(_mapping(_mapping(json.loads(event.body)).get("payload")).get("object"))
    if what in RECORDING:
        file = _mapping(about.get("recording_file"))
        since = time_of(file.get("recording_start")) or NEVER_SAID
        return Told(_at(event, what, file), what, event.meeting_uuid, recording_since=since)
    if what not in PERSONAL:
        return Told(_at(event, what, about), what, event.meeting_uuid)
    person = _mapping(about.get("participant"))
    number = text_of(person.get("user_id"), _NUMBER_LENGTH)
    if not number:
        return None
    name, email = text_of(person.get("user_name"), _NAME_LENGTH), text_of(person.get("email"), _NAME_LENGTH)
    return Told(_at(event, what, person), what, event.meeting_uuid, number, name, email.casefold())


def time_of(value: Any) -> datetime | None:
    """A time as Zoom writes it, in UTC; None for anything else."""
    if not isinstance(value, str) or not value:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def text_of(value: Any, length: int) -> str:
    """Text or a number as text, without what Postgres cannot hold, cut to `length` letters."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return str(value).replace("\0", "").strip()[:length]


def _at(event: ZoomEvent, what: What, values: Mapping[str, Any]) -> datetime:
    said = (time_of(values.get(key)) for key in _TIMES.get(what, ()))
    return next((moment for moment in said if moment), event.event_at)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
