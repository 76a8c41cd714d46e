"""What the API answers about running meetings; what it changes tells the portal too."""

from demo.zoom.calls import Answer, Call, Refusal, any_meeting, meeting_of, no_meeting
from demo.zoom.recorder import NotPossible
from demo.zoom.running import Room
from demo.zoom.store import Json


def status(call: Call) -> Answer:
    """PUT /meetings/{meetingId}/status."""
    meeting = any_meeting(call)
    if call.body.get("action") == "recover":
        meeting["gone"] = False
        return Answer(204)
    if meeting["gone"]:
        raise no_meeting(meeting["id"])
    _must_run(meeting)
    Room(call.store, meeting, call.now).end()
    return Answer(204)


def control(call: Call) -> Answer:
    """PATCH /live_meetings/{meetingId}/events."""
    meeting = meeting_of(call)
    _must_run(meeting)
    area, _, step = call.body.get("method", "").partition(".")
    if area == "recording":
        try:
            Room(call.store, meeting, call.now).record(step)
        except NotPossible as error:
            raise Refusal(400, 3000, str(error)) from error
    return Answer(202)


def _must_run(meeting: Json) -> None:
    if meeting["status"] != "started":
        raise Refusal(400, 3000, f"Cannot access meeting info. The meeting {meeting['id']} is not in progress.")
