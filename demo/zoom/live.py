"""Running and past meetings, their participants, reports and recordings; and users.

What makes a meeting start or end here is the control endpoint or the pages of `page.py`.
"""

from datetime import datetime, timedelta
from urllib.parse import unquote

from demo.zoom.calls import Answer, Call, Refusal, meeting_of, no_meeting, page_of, user_of
from demo.zoom.store import Json, Store, new_uuid, stamp

_RECORDING_STEPS = {
    "recording.start": ("off", "on"),
    "recording.stop": ("on paused", "off"),
    "recording.pause": ("on", "paused"),
    "recording.resume": ("paused", "on"),
}


# --- What happens in a meeting ----------------------------------------------------------------------------
def start(meeting: Json, now: datetime) -> None:
    """The host has started the meeting."""
    if meeting["status"] != "started":
        meeting.update(status="started", recording="off", running={"since": stamp(now), "people": []})


def join(meeting: Json, now: datetime, person: Json) -> None:
    """Somebody is in a running meeting; `person` has name, and perhaps user_email and user_id."""
    number = len(meeting["running"]["people"]) + 16_778_240
    row = {"id": "", "user_id": str(number), "user_email": "", **person, "join_time": stamp(now)}
    meeting["running"]["people"].append(row)


def end(meeting: Json, now: datetime) -> None:
    """The meeting is over; it becomes an instance of the past under its UUID, and gets a new one."""
    if meeting["status"] != "started":
        return
    begun = datetime.fromisoformat(meeting["running"]["since"])
    people = [{"status": "in_meeting", "leave_time": stamp(now), **row} for row in meeting["running"]["people"]]
    for row in people:
        row["duration"] = _seconds(row["join_time"], row["leave_time"])
    meeting["past"].append(
        {
            "uuid": meeting["uuid"],
            "start_time": stamp(begun),
            "end_time": stamp(now),
            "duration": max(1, round((now - begun) / timedelta(minutes=1))),
            "people": people,
        }
    )
    meeting.update(status="waiting", recording="off", uuid=new_uuid())
    del meeting["running"]


def status(call: Call) -> Answer:
    """PUT /meetings/{meetingId}/status."""
    meeting = _any_meeting(call)
    if call.body.get("action") == "recover":
        meeting["gone"] = False
        return Answer(204)
    if meeting["gone"]:
        raise no_meeting(meeting["id"])
    _must_run(meeting)
    end(meeting, call.now)
    return Answer(204)


def control(call: Call) -> Answer:
    """PATCH /live_meetings/{meetingId}/events."""
    meeting = meeting_of(call)
    _must_run(meeting)
    step = _RECORDING_STEPS.get(call.body.get("method", ""))
    if step:
        allowed, becomes = step
        if meeting["recording"] not in allowed.split():
            raise Refusal(400, 3000, f"The recording is {meeting['recording']}: {call.body['method']} is not possible.")
        if becomes == "on" and meeting["recording"] == "off":
            _add_recording(meeting, call.now)
        meeting["recording"] = becomes
    return Answer(202)


def _must_run(meeting: Json) -> None:
    if meeting["status"] != "started":
        raise Refusal(400, 3000, f"Cannot access meeting info. The meeting {meeting['id']} is not in progress.")


# --- Afterwards -------------------------------------------------------------------------------------------
def past(call: Call) -> Answer:
    """GET /past_meetings/{meetingId}."""
    meeting, instance = _past_instance(call)
    return Answer(200, {**_summary(call.store, meeting, instance), "host_id": meeting["host_id"], "source": "Zoom"})


def past_instances(call: Call) -> Answer:
    """GET /past_meetings/{meetingId}/instances."""
    meeting = _any_meeting(call)
    rows = [{"uuid": i["uuid"], "start_time": i["start_time"]} for i in meeting["past"]]
    return Answer(200, {"meetings": rows})


def past_participants(call: Call) -> Answer:
    """GET /past_meetings/{meetingId}/participants."""
    _, instance = _past_instance(call)
    return Answer(200, page_of(call, "participants", instance["people"]))


def report(call: Call) -> Answer:
    """GET /report/meetings/{meetingId}."""
    meeting, instance = _past_instance(call)
    return Answer(200, _summary(call.store, meeting, instance))


def report_participants(call: Call) -> Answer:
    """GET /report/meetings/{meetingId}/participants."""
    return past_participants(call)


def _summary(store: Store, meeting: Json, instance: Json) -> Json:
    host = store.find_user(meeting["host_id"]) or {"first_name": "", "last_name": ""}
    return {
        "uuid": instance["uuid"],
        "id": meeting["id"],
        "type": meeting["type"],
        "topic": meeting["topic"],
        "user_name": f"{host['first_name']} {host['last_name']}".strip(),
        "user_email": meeting["host_email"],
        "start_time": instance["start_time"],
        "end_time": instance["end_time"],
        "duration": instance["duration"],
        "participants_count": len(instance["people"]),
        "dept": "",
        "total_minutes": sum(row["duration"] for row in instance["people"]) // 60,
    }


# --- Recordings -------------------------------------------------------------------------------------------
def recordings(call: Call) -> Answer:
    """GET /meetings/{meetingId}/recordings."""
    meeting = _any_meeting(call)
    files = _files(meeting)
    if not files:
        raise _no_recording(meeting)
    return Answer(200, _recording_set(meeting, files))


def user_recordings(call: Call) -> Answer:
    """GET /users/{userId}/recordings."""
    user = user_of(call)
    trash = bool(call.values.get("trash"))
    rows = []
    for meeting in call.store.meetings.values():
        files = _files(meeting, trashed=trash)
        if meeting["host_id"] == user["id"] and files:
            rows.append(_recording_set(meeting, files))
    today = stamp(call.now)[:10]
    span = {"from": call.values.get("from", today), "to": call.values.get("to", today)}
    return Answer(200, {**span, **page_of(call, "meetings", rows)})


def delete_recordings(call: Call) -> Answer:
    """DELETE /meetings/{meetingId}/recordings: to the trash, or for good."""
    meeting = _any_meeting(call)
    files = _files(meeting)
    if not files:
        raise _no_recording(meeting)
    for file in files:
        _drop(meeting, file, call)
    return Answer(200)


def delete_recording(call: Call) -> Answer:
    """DELETE /meetings/{meetingId}/recordings/{recordingId}."""
    meeting = _any_meeting(call)
    for file in _files(meeting):
        if file["id"] == call.values["recordingId"]:
            _drop(meeting, file, call)
            return Answer(200)
    raise _no_recording(meeting)


def _drop(meeting: Json, file: Json, call: Call) -> None:
    if call.values["action"] == "delete":
        meeting["recordings"].remove(file)
    else:
        file["deleted_time"] = stamp(call.now)


def _add_recording(meeting: Json, now: datetime) -> None:
    number = f"{meeting['id']}-{len(meeting['recordings']) + 1}"
    meeting["recordings"].append(
        {
            "id": number,
            "meeting_id": meeting["uuid"],
            "recording_start": stamp(now),
            "recording_end": stamp(now),
            "file_type": "MP4",
            "file_extension": "MP4",
            "file_size": 1024,
            "status": "completed",
            "recording_type": "shared_screen_with_speaker_view",
        }
    )


def _files(meeting: Json, trashed: bool = False) -> list[Json]:
    return [file for file in meeting["recordings"] if bool(file.get("deleted_time")) is trashed]


def _recording_set(meeting: Json, files: list[Json]) -> Json:
    return {
        "uuid": files[0]["meeting_id"],
        "id": meeting["id"],
        "host_id": meeting["host_id"],
        "topic": meeting["topic"],
        "type": str(meeting["type"]),
        "start_time": meeting["start_time"],
        "duration": meeting["duration"],
        "total_size": sum(file["file_size"] for file in files),
        "recording_count": len(files),
        "recording_files": files,
    }


def _no_recording(meeting: Json) -> Refusal:
    return Refusal(404, 3301, f"There is no recording for this meeting: {meeting['id']}.")


# --- Users ------------------------------------------------------------------------------------------------
def user(call: Call) -> Answer:
    """GET /users/{userId}."""
    return Answer(200, {key: value for key, value in user_of(call).items() if key != "settings"})


def user_settings(call: Call) -> Answer:
    """GET /users/{userId}/settings."""
    return Answer(200, user_of(call)["settings"])


# --- Finding ----------------------------------------------------------------------------------------------
def _any_meeting(call: Call) -> Json:
    """The meeting by number or UUID, deleted ones included: what happened stays readable."""
    name = _name(call)
    for meeting in call.store.meetings.values():
        uuids = [meeting["uuid"], *(instance["uuid"] for instance in meeting["past"])]
        if name == str(meeting["id"]) or name in uuids:
            return meeting
    raise no_meeting(name)


def _past_instance(call: Call) -> tuple[Json, Json]:
    name = _name(call)
    meeting = _any_meeting(call)
    wanted = [i for i in meeting["past"] if name in (i["uuid"], str(meeting["id"]))]
    if not wanted:
        raise no_meeting(name)
    return meeting, wanted[-1]


def _name(call: Call) -> str:
    """The number or UUID in the path, which the server has decoded once.

    A UUID that begins with / or holds // does not survive Zoom's routers unless it was encoded twice.
    """
    name = str(call.values["meetingId"])
    if name.startswith("/") or "//" in name:
        raise no_meeting(name)
    return unquote(name)


def _seconds(begun: str, ended: str) -> int:
    return round((datetime.fromisoformat(ended) - datetime.fromisoformat(begun)).total_seconds())
