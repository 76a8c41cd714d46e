"""One request to the API: token, scope, limits, shapes, the operation itself, and the faults on order."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from demo.zoom import live, meetings, past, recordings, users
from demo.zoom.calls import Call, Handler, Refusal, validation_failed
from demo.zoom.faults import Fault, Faults
from demo.zoom.playing import Players
from demo.zoom.rates import COUNTED_DAILY, Limits, Window, next_utc_midnight, rate_headers, weight_of
from demo.zoom.schema import Api, ApiOperation, Json
from demo.zoom.store import Store

HANDLERS: Final[Mapping[str, Handler]] = {
    "meetings": meetings.listed,
    "meetingCreate": meetings.create,
    "meeting": meetings.read,
    "meetingUpdate": meetings.update,
    "meetingDelete": meetings.delete,
    "meetingStatus": live.status,
    "meetingRegistrants": meetings.registrants,
    "meetingRegistrantCreate": meetings.add_registrant,
    "meetingRegistrantGet": meetings.registrant,
    "meetingregistrantdelete": meetings.delete_registrant,
    "meetingRegistrantStatus": meetings.registrant_status,
    "addBatchRegistrants": meetings.add_registrants,
    "meetingInvitation": meetings.invitation,
    "inMeetingControl": live.control,
    "pastMeetingDetails": past.details,
    "pastMeetings": past.instances,
    "pastMeetingParticipants": past.participants,
    "reportMeetingDetails": past.report,
    "reportMeetingParticipants": past.report_participants,
    "recordingGet": recordings.listed,
    "recordingDelete": recordings.delete_all,
    "recordingDeleteOne": recordings.delete_one,
    "recordingsList": recordings.of_user,
    "user": users.user,
    "userSettings": users.user_settings,
}
_CHANGES: Final = frozenset({"POST", "PATCH", "PUT", "DELETE"})
_PAGE: Final = "<!DOCTYPE html><html><body><h1>Zoom is under maintenance</h1></body></html>"


class Dropped(Exception):
    """The connection is to be cut without an answer, after so many seconds."""

    def __init__(self, seconds: float = 0) -> None:
        super().__init__()
        self.seconds = seconds


@dataclass
class Reply:
    """What goes back over HTTP."""

    status: int
    body: str = ""
    content_type: str = "application/json;charset=UTF-8"
    headers: dict[str, str] = field(default_factory=dict)
    wait: float = 0


@dataclass
class Request:
    """What came over HTTP; `path` still encoded, `bearer` the token or empty."""

    method: str
    path: str
    query: dict[str, str]
    bearer: str
    raw_body: bytes
    base: str
    now: datetime


class Dispatcher:
    """The API in front of one store. `on_call` is told of every finished call."""

    def __init__(self, store: Store, faults: Faults, limits: Limits) -> None:
        self.api = Api()
        self.store = store
        self.faults = faults
        self.limits = limits
        self.players = Players(store)
        self._window = Window()

    def reply(self, request: Request) -> Reply:
        """The answer to one request. Raises Dropped where a fault wants the connection cut."""
        operation, path_values, exists = self.api.find(request.method, request.path)
        if operation is None:
            message = "The method is not supported." if exists else "This API endpoint is not recognized."
            return _json(405 if exists else 404, {"code": 2300, "message": message})
        fault = self.faults.next_for(operation.name)
        status = 0
        try:
            reply = self._before(fault, operation, request)
            if reply is None:
                reply = self._after(fault, self._answer(operation, path_values, request, fault))
            status = reply.status
        finally:
            # A call that is cut off is noted too, with status 0.
            self._note(operation, request, status, fault)
        return reply

    def _answer(
        self, operation: ApiOperation, path_values: dict[str, str], request: Request, fault: Fault | None
    ) -> Reply:
        try:
            headers = self._admit(operation, request)
        except Refusal as refusal:
            return _json(refusal.answer.status, refusal.answer.body)
        except _TooMany as too_many:
            return too_many.reply
        with self.store.lock:
            try:
                call = self._call(operation, path_values, request, fault)
                self._count_today(operation, call)
                answer = HANDLERS[operation.name](call)
            except Refusal as refusal:
                answer = refusal.answer
            except _TooMany as too_many:
                return too_many.reply
            if request.method in _CHANGES and answer.status < 300:
                self.store.save()
        return _json(answer.status, answer.body, headers)

    def _admit(self, operation: ApiOperation, request: Request) -> dict[str, str]:
        """Token, scope and calls per second; the rate headers of the answer."""
        problem = self.store.token_problem(request.bearer, request.now)
        if problem:
            raise Refusal(401, 124, problem)
        scopes = self.store.credentials.scopes
        if scopes is not None and not operation.scopes & set(scopes):
            raise _missing_scope(operation)
        weight = weight_of(operation.name)
        limit = self.limits.per_second(weight)
        remaining = self._window.take(weight, limit)
        headers = rate_headers(weight, "QPS", limit, remaining)
        if remaining < 0:
            raise _TooMany(_rate_reply({**headers, "Retry-After": "1"}))
        return headers

    def _call(
        self, operation: ApiOperation, path_values: dict[str, str], request: Request, fault: Fault | None
    ) -> Call:
        values, problems = operation.parameters(path_values, request.query)
        body = _read_body(request)
        problems += operation.body_problems(body)
        if problems:
            raise validation_failed(*problems)
        overrides = fault.settings if fault and fault.kind == "override" else {}
        return Call(self.store, request.now, request.base, values, body or {}, overrides)

    def _count_today(self, operation: ApiOperation, call: Call) -> None:
        if operation.name not in COUNTED_DAILY:
            return
        name = call.values.get("userId")
        if name is None:
            meeting = self.store.meetings.get(int(call.values["meetingId"]))
            name = meeting["host_id"] if meeting else None
        user = self.store.find_user(str(name)) if name else None
        if user and self.store.count_today(user["id"], call.now) > self.limits.daily:
            raise _TooMany(_daily_reply(self.limits, next_utc_midnight(call.now), user["email"]))

    def _before(self, fault: Fault | None, operation: ApiOperation, request: Request) -> Reply | None:
        """The answer of a fault that strikes before anything is done; None to go on."""
        if fault is None:
            return None
        if fault.kind in ("timeout_before", "drop_before"):
            raise Dropped(fault.seconds if fault.kind == "timeout_before" else 0)
        weight = weight_of(operation.name)
        limit = self.limits.per_second(weight)
        early: dict[str, Callable[[], Reply]] = {
            "rate_limit": lambda: _rate_reply(
                {**rate_headers(weight, "QPS", limit, 0), "Retry-After": fault.retry_after or "1"}
            ),
            "daily_limit": lambda: _daily_reply(
                self.limits, fault.retry_after or next_utc_midnight(request.now), "this host"
            ),
            "server_error": lambda: _json(fault.status, {"code": fault.status, "message": "Internal error."}),
            "unauthorized": lambda: _json(401, {"code": 124, "message": "Invalid access token."}),
            "scope": lambda: _json(401, _missing_scope(operation).answer.body),
            "html": lambda: Reply(200, _PAGE, "text/html"),
            "html_error": lambda: Reply(fault.status, _PAGE, "text/html"),
        }
        return early[fault.kind]() if fault.kind in early else None

    def _after(self, fault: Fault | None, reply: Reply) -> Reply:
        """What a fault makes of an answer when the work is done."""
        if fault is None:
            return reply
        if fault.kind in ("timeout_after", "drop_after"):
            raise Dropped(fault.seconds if fault.kind == "timeout_after" else 0)
        if fault.kind == "server_error_after":
            return _json(fault.status, {"code": fault.status, "message": "Internal error."})
        if fault.kind == "html_after":
            return Reply(200, _PAGE, "text/html")
        if fault.kind == "slow":
            reply.wait = fault.seconds
        return reply

    def _note(self, operation: ApiOperation, request: Request, status: int, fault: Fault | None) -> None:
        with self.store.lock:
            self.store.calls.append(
                {
                    "at": request.now.isoformat(),
                    "operation": operation.name,
                    "method": request.method,
                    "path": request.path,
                    "status": status,
                    "fault": fault.kind if fault else "",
                }
            )
            del self.store.calls[:-2000]


class _TooMany(Exception):
    def __init__(self, reply: Reply) -> None:
        super().__init__()
        self.reply = reply


def _rate_reply(headers: dict[str, str]) -> Reply:
    message = "You have reached the maximum per-second rate limit for this API. Try again later."
    return _json(429, {"code": 429, "message": message}, headers)


def _daily_reply(limits: Limits, retry_after: str, host: str) -> Reply:
    message = (
        f"You have exceeded the daily rate limit ({limits.daily}) of Meeting Create/Update API requests for "
        f"{host}. You can only send requests again after GMT 00:00:00."
    )
    headers = rate_headers("Light", "Daily-limit", limits.daily, 0)
    return _json(429, {"code": 429, "message": message}, {**headers, "Retry-After": retry_after})


def _missing_scope(operation: ApiOperation) -> Refusal:
    scopes = ", ".join(sorted(operation.scopes))
    return Refusal(401, 4711, f"Invalid access token, does not contain scopes:[{scopes}].")


def _json(status: int, body: object, headers: dict[str, str] | None = None) -> Reply:
    text = "" if body is None else json.dumps(body)
    return Reply(status, text, headers=dict(headers or {}))


def _read_body(request: Request) -> Json | None:
    if not request.raw_body:
        return None
    try:
        body = json.loads(request.raw_body)
    except ValueError as error:
        raise Refusal(400, 300, "Request Body should be a valid JSON object.") from error
    if not isinstance(body, dict):
        raise Refusal(400, 300, "Request Body should be a valid JSON object.")
    return body
