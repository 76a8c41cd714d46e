"""The bodies of webhooks: an envelope around what happened in one meeting."""

from collections.abc import Sequence
from datetime import UTC, datetime

from demo.zoom.outbox import Json


def envelope(account_id: str, event: str, at: datetime, obj: Json, **beside: object) -> Json:
    """What every event has; `beside` stands next to the object, such as `operator`."""
    return {
        "event": event,
        "event_ts": round(at.astimezone(UTC).timestamp() * 1000),
        "payload": {"account_id": account_id, **beside, "object": obj},
    }


def live(meeting: Json, **more: object) -> Json:
    """The object of an event in a running meeting: here Zoom writes the number as a string."""
    return {**_plain(meeting), "id": str(meeting["id"]), **more}


def lasting(meeting: Json, **more: object) -> Json:
    """The object of events about recordings, changes and deletion: here the number is a number."""
    return {**_plain(meeting), "id": meeting["id"], **more}


def participant(person: Json, **more: object) -> Json:
    """A person in an event. Who is not signed in to Zoom has no id and no e-mail address there."""
    return {
        "user_id": person["user_id"],
        "user_name": person["name"],
        "id": person["zoom_id"],
        "participant_uuid": person["participant_uuid"],
        "participant_user_id": person["zoom_id"],
        "email": person["email"] if person["zoom_id"] else "",
        "registrant_id": "",
        **more,
    }


def recording_set(account_id: str, meeting: Json, uuid: str, files: Sequence[Json]) -> Json:
    """The object of `recording.completed`, `deleted` and `trashed`: the files of one instance."""
    return lasting(
        meeting,
        uuid=uuid,
        account_id=account_id,
        host_email=meeting["host_email"],
        total_size=sum(file["file_size"] for file in files),
        recording_count=len(files),
        recording_files=list(files),
    )


def operator(meeting: Json) -> Json:
    """Who has done it, where an event says so: the app acts in the host's name."""
    return {"operator": meeting["host_email"], "operator_id": meeting["host_id"]}


def _plain(meeting: Json) -> Json:
    running = meeting.get("running")
    return {
        "uuid": meeting["uuid"],
        "host_id": meeting["host_id"],
        "topic": meeting["topic"],
        "type": meeting["type"],
        "start_time": running["since"] if running else meeting["start_time"],
        "timezone": meeting["timezone"],
        "duration": meeting["duration"],
    }
