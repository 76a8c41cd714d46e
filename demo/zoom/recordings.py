"""Recordings of the account: listed when their files are there, deleted on request, which tells the portal."""

from demo.zoom import events
from demo.zoom.calls import Answer, Call, Refusal, any_meeting, name_of, page_of, user_of
from demo.zoom.store import Json, stamp

# What deleting for good and moving to the trash are called when they are told.
_TOLD = {"delete": "recording.deleted", "trash": "recording.trashed"}


def listed(call: Call) -> Answer:
    """GET /meetings/{meetingId}/recordings: those of one instance; by number, those of the last that has any."""
    meeting, files = _asked_for(call)
    return Answer(200, _recording_set(meeting, files))


def of_user(call: Call) -> Answer:
    """GET /users/{userId}/recordings: one row for each instance."""
    user = user_of(call)
    trash = bool(call.values.get("trash"))
    rows = [
        _recording_set(meeting, files)
        for meeting in call.store.meetings.values()
        if meeting["host_id"] == user["id"]
        for files in _by_instance(meeting, call, trashed=trash).values()
    ]
    today = stamp(call.now)[:10]
    span = {"from": call.values.get("from", today), "to": call.values.get("to", today)}
    return Answer(200, {**span, **page_of(call, "meetings", rows)})


def delete_all(call: Call) -> Answer:
    """DELETE /meetings/{meetingId}/recordings: to the trash, or for good."""
    meeting, files = _asked_for(call)
    return _drop(meeting, files, call)


def delete_one(call: Call) -> Answer:
    """DELETE /meetings/{meetingId}/recordings/{recordingId}."""
    meeting, files = _asked_for(call)
    chosen = [file for file in files if file["id"] == call.values["recordingId"]]
    if not chosen:
        raise _no_recording(meeting)
    return _drop(meeting, chosen, call)


def _asked_for(call: Call) -> tuple[Json, list[Json]]:
    meeting = any_meeting(call)
    found = _by_instance(meeting, call)
    files = found.get(name_of(call)) if name_of(call) != str(meeting["id"]) else next(reversed(found.values()), None)
    if not files:
        raise _no_recording(meeting)
    return meeting, files


def _by_instance(meeting: Json, call: Call, *, trashed: bool = False) -> dict[str, list[Json]]:
    """The files that are there already, by the UUID of the instance they were made in."""
    found: dict[str, list[Json]] = {}
    for file in meeting["recordings"]:
        if file.get("ready_at", "") <= stamp(call.now) and bool(file.get("deleted_time")) is trashed:
            found.setdefault(file["meeting_id"], []).append(file)
    return found


def _drop(meeting: Json, files: list[Json], call: Call) -> Answer:
    action = call.values["action"]
    for file in files:
        if action == "delete":
            meeting["recordings"].remove(file)
        else:
            file["deleted_time"] = stamp(call.now)
    told = events.recording_set(call.store.credentials.account_id, meeting, files[0]["meeting_id"], _shown(files))
    call.store.tell(_TOLD[action], told, call.now, **events.operator(meeting))
    return Answer(200)


def _recording_set(meeting: Json, files: list[Json]) -> Json:
    uuid = files[0]["meeting_id"]
    begun = {instance["uuid"]: instance["start_time"] for instance in meeting["past"]}
    return {
        "uuid": uuid,
        "id": meeting["id"],
        "host_id": meeting["host_id"],
        "topic": meeting["topic"],
        "type": str(meeting["type"]),
        "start_time": begun.get(uuid, meeting["start_time"]),
        "duration": meeting["duration"],
        "total_size": sum(file["file_size"] for file in files),
        "recording_count": len(files),
        "recording_files": _shown(files),
    }


def _shown(files: list[Json]) -> list[Json]:
    return [{key: value for key, value in file.items() if key != "ready_at"} for file in files]


def _no_recording(meeting: Json) -> Refusal:
    return Refusal(404, 3301, f"There is no recording for this meeting: {meeting['id']}.")
