"""Whole meetings as Zoom would tell them: each step makes its messages, and what Zoom's report says afterwards."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sessions_app.live.heard import Told, told_by
from sessions_app.live.piecing import Report
from sessions_app.live.reports import body_of, report_in
from sessions_app.models import ZoomEvent, ZoomReport
from tests.sessions_app.live.zoom_messages import envelope

FOUR = datetime(2026, 11, 24, 16, tzinfo=UTC)


def at(minutes: float) -> datetime:
    """So many minutes after four."""
    return FOUR + timedelta(minutes=minutes)


def stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass
class Story:
    """One meeting with its instances. Times are minutes after `begins`."""

    number: str = "81234567890"
    begins: datetime = FOUR
    messages: list[dict[str, Any]] = field(default_factory=list)
    past: dict[str, dict[str, Any]] = field(default_factory=dict)
    uuid: str = ""
    _ids: int = 16_778_240
    _open: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)

    def at(self, minutes: float) -> datetime:
        return self.begins + timedelta(minutes=minutes)

    def start(self, minutes: float, uuid: str = "first==") -> None:
        self.uuid = uuid
        times = {"start_time": stamp(self.at(minutes)), "end_time": ""}
        self.past[uuid] = {**times, "people": [], "files": []}
        self._tell("meeting.started", minutes)

    def end(self, minutes: float, *, leaves: bool = True) -> None:
        """The meeting is over; Zoom tells of each who was still there, unless it does not."""
        for user_id, place in list(self._open):
            self._go(user_id, place, minutes, tell=leaves)
        self.past[self.uuid]["end_time"] = stamp(self.at(minutes))
        self._tell("meeting.ended", minutes, end_time=stamp(self.at(minutes)))

    def wait(self, name: str, minutes: float, user_id: str = "") -> str:
        """Into the waiting room; gives Zoom's number."""
        return self._come(
            name, "in_waiting_room", minutes, "meeting.participant_joined_waiting_room", "date_time", user_id
        )

    def admit(self, user_id: str, minutes: float) -> None:
        """From the waiting room into the meeting, as Zoom tells it: three messages."""
        name = self._open[user_id, "in_waiting_room"]["name"]
        self._tell("meeting.participant_admitted", minutes, participant=self._person(user_id, name, date_time=minutes))
        self._go(user_id, "in_waiting_room", minutes)
        self.join(name, minutes + 0.05, user_id)

    def join(self, name: str, minutes: float, user_id: str = "", email: str = "") -> str:
        """Straight into the meeting; gives Zoom's number."""
        return self._come(name, "in_meeting", minutes, "meeting.participant_joined", "join_time", user_id, email)

    def leave(self, user_id: str, minutes: float) -> None:
        place = next(place for known, place in self._open if known == user_id)
        self._go(user_id, place, minutes)

    def put_back(self, user_id: str, minutes: float) -> None:
        """From the meeting into the waiting room."""
        row = self._open[user_id, "in_meeting"]
        self._go(user_id, "in_meeting", minutes, tell=False)
        event = "meeting.participant_put_in_waiting_room"
        self._come(row["name"], "in_waiting_room", minutes, event, "date_time", user_id)

    def record(self, since: float, until: float | None, *, pause: tuple[float, float] | None = None) -> None:
        """A recording, of which a file is left."""
        began = {"recording_start": stamp(self.at(since)), "recording_end": ""}
        self._tell("recording.started", since, recording_file=began)
        for event, minutes in zip(("recording.paused", "recording.resumed"), pause or (), strict=False):
            self._tell(event, minutes, recording_file=began)
        if until is not None:
            file = {"recording_start": began["recording_start"], "recording_end": stamp(self.at(until))}
            self._tell("recording.stopped", until, recording_file=file)
            self.past[self.uuid]["files"].append(file)

    def host_changes(self, user_id: str, minutes: float) -> None:
        person = {**self._person(user_id, "Host"), "old_role": "attendee", "new_role": "host"}
        self._tell("meeting.participant_role_changed", minutes, participant=person)

    # --- What is made of it ---------------------------------------------------------------------------------
    def report_bodies(self) -> dict[str, str]:
        """What the portal keeps of Zoom's reports, by instance."""
        return {uuid: body_of(past, past["people"], past["files"]) for uuid, past in self.past.items()}

    def told(self) -> list[Told]:
        found = [told_by(as_event(message)) for message in self.messages]
        return [one for one in found if one is not None]

    def reports(self) -> list[Report]:
        bodies = self.report_bodies().items()
        return [report_in(ZoomReport(meeting_uuid=u, body=b, received_at=self.at(999))) for u, b in bodies]

    def _come(self, name: str, place: str, minutes: float, event: str, when: str, user_id: str, email: str = "") -> str:
        if not user_id:
            self._ids += 1024
            user_id = str(self._ids)
        row = {"user_id": user_id, "name": name, "user_email": email, "status": place}
        self._open[user_id, place] = {**row, "join_time": stamp(self.at(minutes))}
        self._tell(event, minutes, participant={**self._person(user_id, name, **{when: minutes}), "email": email})
        return user_id

    def _go(self, user_id: str, place: str, minutes: float, *, tell: bool = True) -> None:
        row = self._open.pop((user_id, place))
        self.past[self.uuid]["people"].append({**row, "leave_time": stamp(self.at(minutes))})
        if not tell:
            return
        waited = place == "in_waiting_room"
        event = "meeting.participant_left_waiting_room" if waited else "meeting.participant_left"
        person = self._person(user_id, row["name"], **{"date_time" if waited else "leave_time": minutes})
        self._tell(event, minutes, participant={**person, "email": row["user_email"]})

    def _person(self, user_id: str, name: str, **times: float) -> dict[str, Any]:
        person = {"user_id": user_id, "user_name": name, "id": "", "participant_user_id": "", "email": ""}
        return {**person, **{key: stamp(self.at(minutes)) for key, minutes in times.items()}}

    def _tell(self, event: str, minutes: float, **payload: Any) -> None:
        number: Any = int(self.number) if event.startswith("recording") else self.number
        self.messages.append(envelope(event, self.at(minutes), number, self.uuid, **payload))


def as_event(message: dict[str, Any]) -> ZoomEvent:
    """The row that the portal would keep, not saved."""
    return ZoomEvent(
        event=message["event"],
        event_at=datetime.fromtimestamp(message["event_ts"] / 1000, UTC),
        meeting_uuid=message["payload"]["object"]["uuid"],
        body=json.dumps(message),
    )


HOST, MAYA = "host@whippersnappers.org", "maya@whippersnappers.org"


def lively(story: Story | None = None) -> Story:
    """Everything that happens: waiting, rejoining under another number, put back, host change, restart, recording."""
    s = story or Story()
    s.start(0)
    s.join("Whippersnappers", 0, email=HOST)
    maya = s.join("Maya", 1, email=MAYA)
    hannah = s.wait("Hannah", 2)
    stranger = s.wait("xX_ghost_Xx", 3)
    s.admit(hannah, 4)
    s.leave(stranger, 6)
    s.record(7, 12, pause=(8, 9))
    s.leave(hannah, 10)
    again = s.wait("Hannah", 11)
    s.admit(again, 11.5)
    s.host_changes(maya, 12)
    s.put_back(again, 20)
    s.admit(again, 21)
    s.end(25, leaves=False)
    s.start(27, "/second//==")
    s.join("Whippersnappers", 27, email=HOST)
    s.join("Maya", 28, email=MAYA)
    s.join("Hannah", 29)
    s.end(45)
    return s
