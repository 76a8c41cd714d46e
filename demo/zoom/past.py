"""Meetings of the past, their participants and reports."""

from demo.zoom.calls import Answer, Call, any_meeting, name_of, no_meeting, page_of
from demo.zoom.store import Json, Store


def details(call: Call) -> Answer:
    """GET /past_meetings/{meetingId}."""
    meeting, instance = _past_instance(call)
    return Answer(200, {**_summary(call.store, meeting, instance), "host_id": meeting["host_id"], "source": "Zoom"})


def instances(call: Call) -> Answer:
    """GET /past_meetings/{meetingId}/instances."""
    meeting = any_meeting(call)
    rows = [{"uuid": i["uuid"], "start_time": i["start_time"]} for i in meeting["past"]]
    return Answer(200, {"meetings": rows})


def participants(call: Call) -> Answer:
    """GET /past_meetings/{meetingId}/participants."""
    _, instance = _past_instance(call)
    return Answer(200, page_of(call, "participants", instance["people"]))


def report(call: Call) -> Answer:
    """GET /report/meetings/{meetingId}."""
    meeting, instance = _past_instance(call)
    return Answer(200, _summary(call.store, meeting, instance))


def report_participants(call: Call) -> Answer:
    """GET /report/meetings/{meetingId}/participants."""
    _, instance = _past_instance(call)
    # The report alone names the Zoom user; only asked for does it name the registrant.
    rows = [
        {key: value for key, value in {**row, "participant_user_id": row["id"]}.items() if key != "registrant_id"}
        for row in instance["people"]
    ]
    return Answer(200, page_of(call, "participants", rows))


def _summary(store: Store, meeting: Json, instance: Json) -> Json:
    stays = [row for row in instance["people"] if row["status"] == "in_meeting"]
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
        "participants_count": len(stays),
        "dept": "",
        "total_minutes": sum(row["duration"] for row in stays) // 60,
    }


def _past_instance(call: Call) -> tuple[Json, Json]:
    name = name_of(call)
    meeting = any_meeting(call)
    wanted = [i for i in meeting["past"] if name in (i["uuid"], str(meeting["id"]))]
    if not wanted:
        raise no_meeting(name)
    return meeting, wanted[-1]
