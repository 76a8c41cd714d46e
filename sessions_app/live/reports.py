"""What is kept of Zoom's report about one instance: written from its answers, read by the piecing together. Pure."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from sessions_app.live.heard import text_of, time_of
from sessions_app.live.piecing import MEETING, WAITING, Report, Stay
from sessions_app.models import ZoomReport

_NAME_LENGTH: Final = 200
_NUMBER_LENGTH: Final = 100
# Rows of the report about people, and files of the recordings: what is kept of each, and nothing else.
_OF_A_PERSON: Final = ("user_id", "name", "user_email", "join_time", "leave_time", "status")
_OF_A_FILE: Final = ("id", "file_type", "file_size", "recording_start", "recording_end")


def body_of(past: Mapping[str, Any], people: Iterable[Mapping[str, Any]], files: Iterable[Mapping[str, Any]]) -> str:
    """The report as it is kept, from Zoom's answers about a past meeting, its participants and its recordings."""
    return json.dumps(
        {
            "start_time": past.get("start_time"),
            "end_time": past.get("end_time"),
            "participants": [{key: row.get(key) for key in _OF_A_PERSON} for row in people],
            "recording_files": [{key: file.get(key) for key in _OF_A_FILE} for file in files],
        }
    )


def report_in(row: ZoomReport) -> Report:
    """What a kept report says."""
    body = json.loads(row.body)
    started, ended = time_of(body.get("start_time")), time_of(body.get("end_time"))
    stays = [stay for person in body.get("participants") or [] if (stay := _stay(person))]
    files = {(time_of(f.get("recording_start")), time_of(f.get("recording_end"))) for f in body["recording_files"]}
    return Report(
        received_at=row.received_at,
        meeting_uuid=row.meeting_uuid,
        started_at=started or row.received_at,
        ended_at=ended or row.received_at,
        stays=tuple(sorted(stays)),
        recordings=tuple(sorted((since, until) for since, until in files if since and until and since <= until)),
    )


def _stay(person: Mapping[str, Any]) -> Stay | None:
    """A row without a number, or without the time of coming in, says nothing that could be used."""
    since, until = time_of(person.get("join_time")), time_of(person.get("leave_time"))
    participant = text_of(person.get("user_id"), _NUMBER_LENGTH)
    if not participant or since is None:
        return None
    return Stay(
        participant=participant,
        where=WAITING if person.get("status") == "in_waiting_room" else MEETING,
        since=since,
        until=max(until or since, since),
        until_known=until is not None,
        name=text_of(person.get("name"), _NAME_LENGTH),
        email=text_of(person.get("user_email"), _NAME_LENGTH).casefold(),
        reported=True,
    )
