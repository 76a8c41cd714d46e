"""Creating, reading, changing and deleting meetings, and their registrants."""

import hashlib
import re
import secrets
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from demo.zoom import events
from demo.zoom.calls import Answer, Call, Refusal, meeting_of, page_of, user_of, validation_failed
from demo.zoom.schema import Problem
from demo.zoom.store import ACCOUNT_DEFAULTS, Json, new_uuid, stamp

_PASSCODE = re.compile(r"[A-Za-z0-9@_*-]{0,10}")
# Fields of a meeting that a request may set as they are.
_PLAIN = ("topic", "type", "duration", "timezone", "agenda", "password", "pre_schedule", "tracking_fields")
# What a change is told of: never the passcode.
_TOLD = ("topic", "type", "start_time", "duration", "timezone", "agenda")


def create(call: Call) -> Answer:
    """POST /users/{userId}/meetings. The answer, by the schema, has no uuid and no host_id."""
    user = user_of(call)
    _check(call, call.body)
    number = call.store.new_meeting_id()
    meeting: Json = {
        "id": number,
        "uuid": new_uuid(),
        "host_id": user["id"],
        "host_email": user["email"],
        "topic": "Zoom Meeting",
        "type": 2,
        "status": "waiting",
        "gone": False,
        "duration": 60,
        "timezone": user["timezone"],
        "agenda": "",
        "password": "" if call.body.get("default_password") is False else secrets.token_hex(3),
        "created_at": stamp(call.now),
        "start_time": stamp(call.now),
        "settings": dict(ACCOUNT_DEFAULTS),
        "registrants": {},
        "past": [],
        "recordings": [],
        "pre_schedule": False,
    }
    _apply(call, meeting, call.body)
    call.store.meetings[number] = meeting
    body = _full(call, meeting)
    for only_when_read in ("uuid", "host_id"):
        del body[only_when_read]
    return Answer(201, {**body, "creation_source": "open_api"})


def read(call: Call) -> Answer:
    """GET /meetings/{meetingId}."""
    return Answer(200, _full(call, meeting_of(call)))


def update(call: Call) -> Answer:
    """PATCH /meetings/{meetingId}."""
    meeting = meeting_of(call)
    _check(call, call.body)
    before = {key: meeting.get(key) for key in _TOLD}
    _apply(call, meeting, call.body)
    changed = {key: meeting.get(key) for key in _TOLD if meeting.get(key) != before[key]}
    told = {"id": meeting["id"], "uuid": meeting["uuid"], "host_id": meeting["host_id"], **changed}
    old = {"id": meeting["id"], **{key: before[key] for key in changed}}
    call.store.tell("meeting.updated", told, call.now, **events.operator(meeting), old_object=old)
    return Answer(204)


def delete(call: Call) -> Answer:
    """DELETE /meetings/{meetingId}."""
    meeting = meeting_of(call)
    if meeting["status"] == "started":
        raise Refusal(400, 3002, "Sorry, you cannot delete this meeting since it's in progress.")
    meeting["gone"] = True
    call.store.tell("meeting.deleted", events.lasting(meeting), call.now, **events.operator(meeting))
    return Answer(204)


def listed(call: Call) -> Answer:
    """GET /users/{userId}/meetings. Agendas are cut to 250 characters, as Zoom does."""
    user = user_of(call)
    rows = [m for m in call.store.meetings.values() if m["host_id"] == user["id"] and not m["gone"]]
    wanted = call.values["type"]
    if wanted == "live":
        rows = [m for m in rows if m["status"] == "started"]
    elif wanted in ("upcoming", "upcoming_meetings"):
        rows = [m for m in rows if m["start_time"] >= stamp(call.now)]
    elif wanted == "previous_meetings":
        rows = [m for m in rows if m["past"]]
    rows.sort(key=lambda m: (m["start_time"], m["id"]))
    shown = ("uuid", "id", "host_id", "topic", "type", "start_time", "duration", "timezone", "created_at")
    body = [
        {**{key: m[key] for key in shown}, "agenda": m["agenda"][:250], "join_url": join_url(call.base, m)}
        for m in rows
    ]
    page = page_of(call, "meetings", body)
    return Answer(200, {**page, "page_number": int(call.values.get("page_number") or 1)})


def invitation(call: Call) -> Answer:
    """GET /meetings/{meetingId}/invitation."""
    meeting = meeting_of(call)
    text = (
        f"{meeting['host_email']} is inviting you to a scheduled Zoom meeting.\n\nTopic: {meeting['topic']}\n"
        f"Join Zoom Meeting\n{join_url(call.base, meeting)}\n\nMeeting ID: {meeting['id']}\n"
        f"Passcode: {meeting['password']}\n"
    )
    return Answer(200, {"invitation": text, "sip_links": []})


# --- Registrants ------------------------------------------------------------------------------------------
def registrants(call: Call) -> Answer:
    """GET /meetings/{meetingId}/registrants."""
    meeting = _with_registration(call)
    rows = [r for r in meeting["registrants"].values() if r["status"] == call.values["status"]]
    return Answer(200, page_of(call, "registrants", rows))


def add_registrant(call: Call) -> Answer:
    """POST /meetings/{meetingId}/registrants."""
    meeting = _with_registration(call)
    registrant = _register(call, meeting, call.body)
    return Answer(
        201,
        {
            "id": meeting["id"],
            "registrant_id": registrant["id"],
            "topic": meeting["topic"],
            "start_time": meeting["start_time"],
            "join_url": registrant["join_url"],
            "participant_pin_code": registrant["participant_pin_code"],
        },
    )


def add_registrants(call: Call) -> Answer:
    """POST /meetings/{meetingId}/batch_registrants: thirty at most."""
    meeting = _with_registration(call)
    people = call.body.get("registrants", [])
    if len(people) > 30:
        raise validation_failed(Problem("registrants", "The maximum number of registrants is 30."))
    added = [_register(call, meeting, person) for person in people]
    keys = ("email", "join_url", "participant_pin_code")
    return Answer(
        201,
        {"registrants": [{"registrant_id": person["id"], **{key: person[key] for key in keys}} for person in added]},
    )


def registrant(call: Call) -> Answer:
    """GET /meetings/{meetingId}/registrants/{registrantId}."""
    return Answer(200, _registrant(call, _with_registration(call)))


def delete_registrant(call: Call) -> Answer:
    """DELETE /meetings/{meetingId}/registrants/{registrantId}."""
    meeting = _with_registration(call)
    del meeting["registrants"][_registrant(call, meeting)["id"]]
    return Answer(204)


def registrant_status(call: Call) -> Answer:
    """PUT /meetings/{meetingId}/registrants/status."""
    meeting = _with_registration(call)
    status = {"approve": "approved", "cancel": "pending", "deny": "denied"}[call.body["action"]]
    named = call.body.get("registrants", [])
    ids = {person.get("id") for person in named}
    emails = {person.get("email") for person in named}
    for person in meeting["registrants"].values():
        if person["id"] in ids or person["email"] in emails:
            person["status"] = status
    return Answer(204)


def _with_registration(call: Call) -> Json:
    meeting = meeting_of(call)
    if meeting["settings"]["approval_type"] == 2:
        raise Refusal(404, 404, f"Registration has not been enabled for this meeting: {meeting['id']}.")
    return meeting


def _register(call: Call, meeting: Json, person: Json) -> Json:
    key = secrets.token_urlsafe(16)
    kept = {k: v for k, v in person.items() if k not in ("auto_approve", "language")}
    approved = meeting["settings"]["approval_type"] == 0 or bool(person.get("auto_approve"))
    meeting["registrants"][key] = {
        **kept,
        "id": key,
        "status": "approved" if approved else "pending",
        "create_time": stamp(call.now),
        "join_url": f"{join_url(call.base, meeting)}&tk={key}",
        "participant_pin_code": 100_000 + secrets.randbelow(900_000),
    }
    registered: Json = meeting["registrants"][key]
    return registered


def _registrant(call: Call, meeting: Json) -> Json:
    found: Json | None = meeting["registrants"].get(call.values["registrantId"])
    if found is None:
        raise Refusal(404, 3001, f"Registrant does not exist: {call.values['registrantId']}.")
    return found


# --- Shapes and rules -------------------------------------------------------------------------------------
def join_url(base: str, meeting: Json) -> str:
    """The link for guests; it carries a form of the passcode, so a new passcode makes a new link."""
    link = f"{base}/j/{meeting['id']}"
    return f"{link}?pwd={encrypted_passcode(meeting)}" if meeting["password"] else link


def encrypted_passcode(meeting: Json) -> str:
    """What stands for the passcode in links."""
    return hashlib.sha256(f"{meeting['id']}:{meeting['password']}".encode()).hexdigest()[:32]


def _full(call: Call, meeting: Json) -> Json:
    shown = (
        "id",
        "uuid",
        "host_id",
        "host_email",
        "topic",
        "type",
        "start_time",
        "duration",
        "timezone",
        "agenda",
        "created_at",
        "password",
        "pre_schedule",
    )
    body: Json = {key: meeting[key] for key in shown}
    body["join_url"] = join_url(call.base, meeting)
    body["encrypted_password"] = encrypted_passcode(meeting) if meeting["password"] else ""
    # Carries the host's sign-in; whoever has it is the host for two hours.
    body["start_url"] = f"{call.base}/s/{meeting['id']}?zak={quote(secrets.token_urlsafe(24))}"
    body["settings"] = dict(meeting["settings"])
    if meeting.get("tracking_fields"):
        body["tracking_fields"] = meeting["tracking_fields"]
    return body


def _check(call: Call, body: Json) -> None:
    """What Zoom refuses beyond the shapes of the schema."""
    problems = []
    if not _PASSCODE.fullmatch(body.get("password", "")):
        problems.append(Problem("password", "Passcode may only contain [a-z A-Z 0-9 @ - _ *], up to 10."))
    if body.get("duration", 1) < 1:
        problems.append(Problem("duration", "The duration must be at least 1."))
    if "timezone" in body and not _is_timezone(body["timezone"]):
        problems.append(Problem("timezone", "Invalid timezone."))
    hosts = body.get("settings", {}).get("alternative_hosts", "")
    strangers = [h for h in re.split(r"[;,]\s*", hosts) if h and not call.store.may_be_host(h)]
    if strangers:
        text = f"Not licensed users of this account: {', '.join(strangers)}."
        problems.append(Problem("settings.alternative_hosts", text))
    if problems:
        raise validation_failed(*problems)


def _apply(call: Call, meeting: Json, body: Json) -> None:
    meeting.update({key: body[key] for key in _PLAIN if key in body})
    if "start_time" in body:
        meeting["start_time"] = _utc(body["start_time"], meeting["timezone"])
    meeting["settings"].update(body.get("settings", {}))
    # Account-level locks and orders to override win over what was asked, and nobody is told.
    meeting["settings"].update(call.store.locked)
    meeting["settings"].update(call.overrides)


def _utc(text: str, timezone: str) -> str:
    moment = datetime.fromisoformat(text)
    if moment.utcoffset() is None:
        moment = moment.replace(tzinfo=ZoneInfo(timezone))
    return stamp(moment.astimezone(UTC))


def _is_timezone(name: Any) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return False
    return True
