"""The operations of Zoom's API that the portal uses: name, method, path."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import quote


@dataclass(frozen=True)
class Operation:
    """One operation; `path` has named gaps. Only creating may not be repeated when an answer is unclear."""

    name: str
    method: str
    path: str

    @property
    def repeatable(self) -> bool:
        """Whether doing it twice ends the same as doing it once."""
        return self.method != "POST"

    def endpoint(self, **parts: str | int) -> str:
        """The path with its gaps filled and encoded. UUIDs go through `encode_uuid` here."""
        encoded = {
            name: encode_uuid(str(value)) if name == "uuid" else quote(str(value), safe="@")
            for name, value in parts.items()
        }
        return self.path.format(**encoded)


def encode_uuid(uuid: str) -> str:
    """A meeting's UUID for use in a path: encoded once, and twice where it begins with / or holds //."""
    once = quote(uuid, safe="")
    return quote(once, safe="") if uuid.startswith("/") or "//" in uuid else once


CREATE_MEETING: Final = Operation("meetingCreate", "POST", "/users/{user}/meetings")
LIST_MEETINGS: Final = Operation("meetings", "GET", "/users/{user}/meetings")
GET_MEETING: Final = Operation("meeting", "GET", "/meetings/{meeting}")
UPDATE_MEETING: Final = Operation("meetingUpdate", "PATCH", "/meetings/{meeting}")
DELETE_MEETING: Final = Operation("meetingDelete", "DELETE", "/meetings/{meeting}")
MEETING_STATUS: Final = Operation("meetingStatus", "PUT", "/meetings/{meeting}/status")
LIVE_EVENTS: Final = Operation("inMeetingControl", "PATCH", "/live_meetings/{meeting}/events")
PAST_MEETING: Final = Operation("pastMeetingDetails", "GET", "/past_meetings/{uuid}")
PAST_INSTANCES: Final = Operation("pastMeetings", "GET", "/past_meetings/{meeting}/instances")
PAST_PARTICIPANTS: Final = Operation("pastMeetingParticipants", "GET", "/past_meetings/{uuid}/participants")
REPORT_PARTICIPANTS: Final = Operation("reportMeetingParticipants", "GET", "/report/meetings/{uuid}/participants")
RECORDING_FILES: Final = Operation("recordingGet", "GET", "/meetings/{uuid}/recordings")
DELETE_RECORDING: Final = Operation("recordingDeleteOne", "DELETE", "/meetings/{uuid}/recordings/{file}")
GET_USER: Final = Operation("user", "GET", "/users/{user}")
GET_USER_SETTINGS: Final = Operation("userSettings", "GET", "/users/{user}/settings")
