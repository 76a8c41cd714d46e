"""From an HTTP answer of Zoom to data or a typed error. Pure: it reads an answer, it sends nothing."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import requests

from sessions_app.zoom.errors import (
    FieldProblem,
    MeetingNotFound,
    UserNotFound,
    ZoomError,
    ZoomNotFound,
    ZoomRateLimited,
    ZoomRefused,
    ZoomScopeMissing,
    ZoomTokenRefused,
    ZoomUnavailable,
    ZoomUnclear,
    ZoomValidationError,
)
from sessions_app.zoom.operations import Operation

TOKEN_REFUSED: Final = 124
VALIDATION_FAILED: Final = 300
USER_MISSING: Final = 1001
MEETING_MISSING: Final = 3001
SCOPE_MISSING: Final = 4711
# Where a 429 for calls per second does not say how long: the next second is a new one; one more for luck.
_SHORT_WAIT: Final = timedelta(seconds=2)

Answer = dict[str, Any]


def read_answer(operation: Operation, response: requests.Response, now: datetime) -> Answer:
    """The JSON object of a good answer, {} where it has no body; a ZoomError for every other answer."""
    if response.ok and not response.content:
        return {}
    body = _json_object(response)
    if response.ok:
        if body is None:
            raise no_clear_answer(operation, "Zoom's answer was not its API's (perhaps a page in between)")
        return body
    raise _error(operation, response, body, now)


def no_clear_answer(operation: Operation, why: str, status: int = 0) -> ZoomError:
    """The error for an answer that does not tell whether the call worked; `why` is a sentence."""
    if operation.repeatable:
        return ZoomUnavailable(why, operation=operation.name, status=status)
    return ZoomUnclear(f"{why}; it may have worked", operation=operation.name, status=status)


def _error(operation: Operation, response: requests.Response, body: Answer | None, now: datetime) -> ZoomError:
    status, name = response.status_code, operation.name
    if status == 429:
        return _rate_limited(operation, response, body or {}, now)
    if status >= 500:
        return no_clear_answer(operation, f"Zoom answered with an error of its own ({status})", status)
    code = body.get("code") if body else None
    if body is None or not isinstance(code, int):
        # Not Zoom's API: a proxy, a maintenance page. It must never count as "that meeting is gone".
        return ZoomUnavailable(f"something other than Zoom's API answered ({status})", operation=name, status=status)
    message = str(body.get("message") or "Zoom refused the call without a reason")
    if code == SCOPE_MISSING:
        return ZoomScopeMissing(message, operation=name, status=status, code=code)
    if status == 401:
        return ZoomTokenRefused(message, operation=name, status=status, code=code)
    if code == VALIDATION_FAILED and status == 400:
        return ZoomValidationError(message, fields=_fields(body), operation=name, status=status)
    if status == 404:
        kind = {MEETING_MISSING: MeetingNotFound, USER_MISSING: UserNotFound}.get(code, ZoomNotFound)
        return kind(message, operation=name, status=status, code=code)
    return ZoomRefused(message, operation=name, status=status, code=code)


def _rate_limited(operation: Operation, response: requests.Response, body: Answer, now: datetime) -> ZoomRateLimited:
    daily = response.headers.get("X-RateLimit-Type", "").casefold().startswith("daily")
    retry_at = _retry_at(response.headers.get("Retry-After", ""), now)
    if retry_at is None:
        retry_at = _next_utc_midnight(now) if daily else now + _SHORT_WAIT
    message = str(body.get("message") or "Zoom asks the portal to call less often")
    return ZoomRateLimited(message, retry_at=retry_at, daily=daily, operation=operation.name)


def _retry_at(header: str, now: datetime) -> datetime | None:
    """When Retry-After allows the next call: seconds, or an ISO time (Zoom's daily limit)."""
    if header.isdecimal():
        return now + timedelta(seconds=int(header))
    try:
        moment = datetime.fromisoformat(header)
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.utcoffset() is None else moment


def _next_utc_midnight(now: datetime) -> datetime:
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return today + timedelta(days=1)


def _json_object(response: requests.Response) -> Answer | None:
    try:
        body = response.json()
    except requests.exceptions.JSONDecodeError:
        return None
    return body if isinstance(body, dict) else None


def _fields(body: Answer) -> list[FieldProblem]:
    errors = body.get("errors")
    entries = [entry for entry in errors if isinstance(entry, dict)] if isinstance(errors, list) else []
    return [FieldProblem(str(entry.get("field", "")), str(entry.get("message", ""))) for entry in entries]
