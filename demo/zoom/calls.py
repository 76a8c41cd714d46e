"""What a handler gets and gives: a checked request, an answer, or a refusal with Zoom's codes."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from demo.zoom.schema import Problem
from demo.zoom.store import Json, Store


@dataclass
class Call:
    """One request whose path, query and body have the schema's shapes. `base` is this server's address."""

    store: Store
    now: datetime
    base: str
    values: Json
    body: Json
    overrides: Json = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """A status and a JSON body, or none."""

    status: int
    body: Any = None


class Refusal(Exception):
    """An answer with an error body."""

    def __init__(self, status: int, code: int, message: str, problems: list[Problem] | None = None) -> None:
        super().__init__(message)
        body: Json = {"code": code, "message": message}
        if problems:
            body["errors"] = [{"field": problem.field, "message": problem.message} for problem in problems]
        self.answer = Answer(status, body)


Handler = Callable[[Call], Answer]


def validation_failed(*problems: Problem) -> Refusal:
    """400 code 300 with the fields."""
    return Refusal(400, 300, "Validation Failed.", list(problems))


def no_meeting(number: object) -> Refusal:
    """404 code 3001."""
    return Refusal(404, 3001, f"Meeting does not exist: {number}.")


def no_user(name: object) -> Refusal:
    """404 code 1001."""
    return Refusal(404, 1001, f"User does not exist: {name}.")


def user_of(call: Call) -> Json:
    """The user in the path, or the refusal."""
    user = call.store.find_user(call.values["userId"])
    if user is None:
        raise no_user(call.values["userId"])
    return user


def meeting_of(call: Call) -> Json:
    """The meeting with the number in the path, or the refusal."""
    number = call.values["meetingId"]
    meeting = call.store.meetings.get(int(number)) if str(number).isdecimal() else None
    if meeting is None or meeting["gone"]:
        raise no_meeting(number)
    return meeting


def any_meeting(call: Call) -> Json:
    """The meeting by number or UUID, deleted ones included: what happened stays readable."""
    name = name_of(call)
    for meeting in call.store.meetings.values():
        uuids = [meeting["uuid"], *(instance["uuid"] for instance in meeting["past"])]
        if name == str(meeting["id"]) or name in uuids:
            return meeting
    raise no_meeting(name)


def name_of(call: Call) -> str:
    """The number or UUID in the path, which the server has decoded once.

    A UUID that begins with / or holds // does not survive Zoom's routers unless it was encoded twice.
    """
    name = str(call.values["meetingId"])
    if name.startswith("/") or "//" in name:
        raise no_meeting(name)
    return unquote(name)


def page_of(call: Call, key: str, rows: list[Json]) -> Json:
    """One page of rows; the page token is opaque to callers."""
    size = max(1, int(call.values.get("page_size", 30)))
    token = str(call.values.get("next_page_token", ""))
    first = int(token.removeprefix("page-")) if token.startswith("page-") else 0
    number = int(call.values.get("page_number") or 1)
    first = first or (number - 1) * size
    more = first + size < len(rows)
    return {
        "page_count": -(-len(rows) // size),
        "page_size": size,
        "total_records": len(rows),
        "next_page_token": f"page-{first + size}" if more else "",
        key: rows[first : first + size],
    }
