"""Calls to Zoom's API with everything that zoomus leaves out: time-outs, status checks, typed errors,
one refresh of the token on 401, and repeats only where repeating is harmless.
"""

import random
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Final

import requests
import structlog
from django.utils import timezone

from sessions_app.zoom import locks, operations, tokens
from sessions_app.zoom.answers import Answer, no_clear_answer, read_answer
from sessions_app.zoom.client import SharedTokenClient
from sessions_app.zoom.errors import (
    MeetingNotFound,
    ZoomNotFound,
    ZoomRefused,
    ZoomScopeMissing,
    ZoomTokenRefused,
    ZoomUnavailable,
)
from sessions_app.zoom.meetings import MeetingSpec, create_request, update_request
from sessions_app.zoom.operations import Operation

log = structlog.get_logger(__name__)

TIMEOUT: Final = 15
# While somebody waits for a page.
PAGE_TIMEOUT: Final = 4
TRIES: Final = 3
_FIRST_PAUSE: Final = 0.3
_PAGE_SIZE: Final = 300
_MOST_PAGES: Final = 50

Params = Mapping[str, str | int]


class ZoomGateway:
    """Zoom's API. `timeout` in seconds per try, `tries` for calls that may be repeated.

    `observe` sees every answer as it came (contract tests and measurements use it). Every method may raise
    the errors of `sessions_app.zoom.errors`, and RuntimeError when called inside a transaction.
    """

    def __init__(
        self,
        *,
        timeout: int = TIMEOUT,
        tries: int = TRIES,
        observe: Callable[[requests.Response], None] | None = None,
    ) -> None:
        self._timeout = timeout
        self._token_timeout = min(timeout, tokens.FETCH_TIMEOUT)
        self._tries = tries
        self._observe = observe

    @classmethod
    def for_page(cls) -> "ZoomGateway":
        """A gateway for use while a person waits: one short try."""
        return cls(timeout=PAGE_TIMEOUT, tries=1)

    def create_meeting(self, host: str, spec: MeetingSpec) -> Answer:
        """Create a meeting for the host (e-mail or user id); the answer of 201, which has no `uuid`.

        Raises ZoomUnclear when it may or may not have been created.
        """
        return self._call(operations.CREATE_MEETING, {"user": host}, body=create_request(spec))

    def update_meeting(self, meeting: int, spec: MeetingSpec) -> None:
        """Give the meeting the time, passcode and settings of `spec`. The join link may change with it."""
        self._call(operations.UPDATE_MEETING, {"meeting": meeting}, body=update_request(spec))

    def get_meeting(self, meeting: int) -> Answer:
        """The meeting as Zoom has it. Its `start_url` carries the host's sign-in: never store or show it."""
        return self._call(operations.GET_MEETING, {"meeting": meeting})

    def delete_meeting(self, meeting: int) -> bool:
        """Delete the meeting; False where it was gone already, which is as good. Zoom sends nobody a mail."""
        try:
            self._call(operations.DELETE_MEETING, {"meeting": meeting}, params={"schedule_for_reminder": "false"})
        except MeetingNotFound:
            return False
        return True

    def end_meeting(self, meeting: int) -> None:
        """End a running meeting for everybody."""
        self._call(operations.MEETING_STATUS, {"meeting": meeting}, body={"action": "end"})

    def control_recording(self, meeting: int, step: str) -> None:
        """Have Zoom start or stop (`step`) the recording in its cloud; it says that it will, and tells when it did."""
        self._call(operations.LIVE_EVENTS, {"meeting": meeting}, body={"method": f"recording.{step}"})

    def delete_recording(self, uuid: str, file: str) -> bool:
        """Delete one file of a meeting that took place, for good; False where it was gone already."""
        try:
            self._call(operations.DELETE_RECORDING, {"uuid": uuid, "file": file}, params={"action": "delete"})
        except ZoomNotFound:
            return False
        return True

    def list_meetings(self, host: str) -> Iterator[Answer]:
        """Every scheduled meeting of the host that Zoom still lists; agendas are cut to 250 characters."""
        yield from self._pages(operations.LIST_MEETINGS, {"user": host}, "meetings", type="scheduled")

    def past_instances(self, meeting: int) -> list[Answer]:
        """The times that a meeting took place, each with its `uuid` and `start_time`."""
        return list(self._call(operations.PAST_INSTANCES, {"meeting": meeting}).get("meetings") or [])

    def past_meeting(self, uuid: str) -> Answer:
        """Start, end and length of a meeting that took place."""
        return self._call(operations.PAST_MEETING, {"uuid": uuid})

    def participants(self, uuid: str) -> list[Answer]:
        """One row for each stay of each participant of a meeting that took place, from Zoom's report.

        Reports are heavy calls, of which there are ten a second; where there is none to have, the shorter list serves.
        """
        try:
            return list(self._pages(operations.REPORT_PARTICIPANTS, {"uuid": uuid}, "participants"))
        except ZoomNotFound:
            raise
        except (ZoomRefused, ZoomScopeMissing):
            return self.past_participants(uuid)

    def past_participants(self, uuid: str) -> list[Answer]:
        """The same without a report, which some plans of Zoom do not have."""
        return list(self._pages(operations.PAST_PARTICIPANTS, {"uuid": uuid}, "participants"))

    def recording_files(self, uuid: str) -> list[Answer]:
        """The files that Zoom keeps of a meeting that took place; none is no error."""
        try:
            return list(self._call(operations.RECORDING_FILES, {"uuid": uuid}).get("recording_files") or [])
        except ZoomNotFound:
            return []

    def get_user(self, user: str) -> Answer:
        """A user of the account; `type` 2 is licensed."""
        return self._call(operations.GET_USER, {"user": user})

    def get_user_settings(self, user: str) -> Answer:
        """A user's meeting, recording and feature settings."""
        return self._call(operations.GET_USER_SETTINGS, {"user": user})

    def _pages(
        self, operation: Operation, parts: Mapping[str, str | int], rows: str, **asked: str | int
    ) -> Iterator[Answer]:
        """Every row of a list that Zoom gives in pages."""
        params: dict[str, str | int] = {**asked, "page_size": _PAGE_SIZE}
        for _ in range(_MOST_PAGES):
            page = self._call(operation, parts, params=params)
            yield from page.get(rows) or []
            if not page.get("next_page_token"):
                return
            params["next_page_token"] = str(page["next_page_token"])
        raise ZoomUnavailable("Zoom's list does not end", operation=operation.name)

    def _call(
        self,
        operation: Operation,
        parts: Mapping[str, str | int],
        *,
        params: Params | None = None,
        body: Mapping[str, object] | None = None,
    ) -> Answer:
        """One operation, repeated after 5xx and time-outs where that is harmless."""
        locks.outside_transaction()
        tries = self._tries if operation.repeatable else 1
        for attempt in range(1, tries + 1):
            try:
                return self._with_current_token(operation, operation.endpoint(**parts), params, body)
            except ZoomUnavailable as error:
                if attempt == tries:
                    raise
                log.warning("zoom_call_repeated", operation=operation.name, status=error.status)
                time.sleep(_FIRST_PAUSE * 2 ** (attempt - 1) * (0.5 + random.random()))  # noqa: S311 - spreads calls
        raise AssertionError("unreachable: the last try returns or raises")

    def _with_current_token(
        self, operation: Operation, endpoint: str, params: Params | None, body: Mapping[str, object] | None
    ) -> Answer:
        """One try; where the token is refused, one more with whoever's new token, or a fresh one."""
        token = tokens.current_token(self._token_timeout)
        try:
            return self._send(token, operation, endpoint, params, body)
        except ZoomTokenRefused:
            # 401 means that nothing was done, so this repeat is safe even for creating.
            return self._send(tokens.replace_token(token.value, self._token_timeout), operation, endpoint, params, body)

    def _send(
        self,
        token: tokens.Token,
        operation: Operation,
        endpoint: str,
        params: Params | None,
        body: Mapping[str, object] | None,
    ) -> Answer:
        client = SharedTokenClient(token, timeout=self._timeout)
        try:
            if operation.method == "GET":
                response = client.get_request(endpoint, params=params)
            else:
                send = getattr(client, f"{operation.method.lower()}_request")
                response = send(endpoint, params=params, data=body)
        except (requests.ConnectTimeout, requests.exceptions.SSLError) as error:
            raise ZoomUnavailable("Zoom could not be reached", operation=operation.name) from error
        except requests.RequestException as error:
            raise no_clear_answer(operation, f"Zoom did not answer ({error.__class__.__name__})") from error
        if self._observe:
            self._observe(response)
        return read_answer(operation, response, timezone.now())
