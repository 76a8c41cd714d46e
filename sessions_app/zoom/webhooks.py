"""Messages that Zoom sends: is it really Zoom, is it now, and what is it about. Pure: nothing is stored here."""

import hashlib
import hmac
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.conf import settings

SIGNATURE: Final = "x-zm-signature"
TIMESTAMP: Final = "x-zm-request-timestamp"
REQUEST_ID: Final = "x-zm-request-id"
# How far the time in a message's header may be from ours, before or behind.
WINDOW: Final = timedelta(minutes=5)
VALIDATION: Final = "endpoint.url_validation"
# The events that the app in Zoom must be subscribed to; docs/zoom.md says what each is for.
EVENTS: Final = (
    "meeting.started",
    "meeting.ended",
    "meeting.updated",
    "meeting.deleted",
    "meeting.participant_joined",
    "meeting.participant_left",
    "meeting.participant_joined_waiting_room",
    "meeting.participant_left_waiting_room",
    "meeting.participant_admitted",
    "meeting.participant_put_in_waiting_room",
    "meeting.participant_role_changed",
    "recording.started",
    "recording.stopped",
    "recording.paused",
    "recording.resumed",
    "recording.completed",
    "recording.deleted",
    "recording.trashed",
)
_EVENT: Final = re.compile(r"[a-z0-9_.]{1,80}", re.ASCII)
_NUMBER: Final = re.compile(r"[0-9]{1,20}", re.ASCII)
_UUID: Final = re.compile(r"[\x21-\x7e]{0,60}")
_REQUEST_ID: Final = re.compile(r"[\x21-\x7e]{1,100}")


class Malformed(Exception):
    """It is signed, and still not a message as Zoom writes them."""


@dataclass(frozen=True)
class Message:
    """What a message is about. `number` is the Meeting ID; empty where it is about no meeting."""

    event: str
    at: datetime
    number: str
    meeting_uuid: str
    plain_token: str = ""


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """What Zoom's header carries for this body, sent at this time."""
    return f"v0={_digest(secret, b'v0:%s:%s' % (timestamp.encode(), body))}"


def is_genuine(body: bytes, *, signed: str, timestamp: str, now: datetime) -> bool:
    """Whether Zoom has signed this body, and not longer ago, or further ahead, than `WINDOW`.

    Nothing is genuine while the portal has no secret.
    """
    secret = settings.ZOOM_WEBHOOK_SECRET
    if not secret or not re.fullmatch(r"[0-9]{1,12}", timestamp, re.ASCII):
        return False
    right = signature(secret, timestamp, body)
    in_time = abs(now.timestamp() - int(timestamp)) <= WINDOW.total_seconds()
    return hmac.compare_digest(right.encode(), signed.encode()) and in_time


def read_message(body: bytes) -> Message:
    """What stands in the body. Raises Malformed."""
    try:
        envelope = json.loads(body.decode())
    except (ValueError, RecursionError) as error:
        raise Malformed("the body is no JSON") from error
    if not isinstance(envelope, dict):
        raise Malformed("the body is no object")
    payload = envelope.get("payload")
    about = payload.get("object") if isinstance(payload, dict) else None
    if not isinstance(about, dict):
        about = {}
    event = _matching(_EVENT, envelope.get("event"), "event")
    token = payload.get("plainToken") if isinstance(payload, dict) else None
    return Message(
        event=event,
        at=_moment(envelope.get("event_ts")),
        number=_number(about.get("id")),
        meeting_uuid=_matching(_UUID, about.get("uuid") or "", "object.uuid"),
        plain_token=token if event == VALIDATION and isinstance(token, str) else "",
    )


def validation_answer(message: Message) -> dict[str, str]:
    """What Zoom wants to hear when it asks whether this address is ours."""
    token = message.plain_token
    return {"plainToken": token, "encryptedToken": _digest(settings.ZOOM_WEBHOOK_SECRET, token.encode())}


def request_id_of(header: str, body: bytes) -> str:
    """Zoom's number of the message; of one without a usable number, a number made of what it says."""
    return header if _REQUEST_ID.fullmatch(header) else f"sha256:{hashlib.sha256(body).hexdigest()}"


def _digest(secret: str, content: bytes) -> str:
    return hmac.new(secret.encode(), content, hashlib.sha256).hexdigest()


def _number(value: Any) -> str:
    """The Meeting ID: text in events of a running meeting, a number in others. Events of other things have other ids,
    or none: those are about no meeting."""
    if value is None or isinstance(value, bool):
        return ""
    text = str(value).replace(" ", "")
    return text if _NUMBER.fullmatch(text) else ""


def _moment(value: Any) -> datetime:
    if isinstance(value, bool) or not isinstance(value, int):
        raise Malformed("event_ts is not a time in milliseconds")
    try:
        return datetime.fromtimestamp(value / 1000, UTC)
    except (OverflowError, ValueError, OSError) as error:
        raise Malformed("event_ts is not a time in milliseconds") from error


def _matching(pattern: re.Pattern[str], value: Any, name: str) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise Malformed(f"{name} is not what Zoom writes")
    return value
