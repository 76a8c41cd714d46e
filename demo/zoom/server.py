"""HTTP: the API under `/v2`, the token endpoint, the controls, and the pages for people."""

import base64
import binascii
import json
import socket
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from demo.zoom import control, look, page
from demo.zoom.dispatch import Dispatcher, Dropped, Reply, Request
from demo.zoom.store import Store

TOKEN_SECONDS = 3599
_LONGEST_BODY = 1_000_000
Clock = Callable[[], datetime]


class SimulatorServer(ThreadingHTTPServer):
    """The simulator on a port. `clock` gives the present time."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], dispatcher: Dispatcher, clock: Clock | None = None) -> None:
        self.dispatcher = dispatcher
        self.clock = clock or (lambda: datetime.now(UTC))
        self.stopping = threading.Event()
        super().__init__(address, SimulatorHandler)

    def shutdown(self) -> None:
        """Stop, waking the threads that hold back an answer."""
        self.stopping.set()
        super().shutdown()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is the everyday case here, not an error."""


class SimulatorHandler(BaseHTTPRequestHandler):
    """One connection."""

    server: SimulatorServer
    protocol_version = "HTTP/1.1"
    # Without this every small answer waits 40 ms for the client's acknowledgement.
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        """Every method goes the same way."""
        self._serve()

    do_POST = do_PATCH = do_PUT = do_DELETE = do_GET

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the page `/` shows the calls."""

    def _serve(self) -> None:
        raw = self.rfile.read(min(int(self.headers.get("Content-Length") or 0), _LONGEST_BODY))
        parts = urlsplit(self.path)
        try:
            self._send(self._route(parts.path, dict(parse_qsl(parts.query, keep_blank_values=True)), raw))
        except Dropped as dropped:
            self.server.stopping.wait(dropped.seconds)
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)

    def _route(self, path: str, query: dict[str, str], raw: bytes) -> Reply:
        now = self.server.clock()
        if path == "/oauth/token":
            return self._token(query, raw, now)
        if path.startswith("/v2/"):
            bearer = self.headers.get("Authorization", "").removeprefix("Bearer ").strip()
            request = Request(self.command, path.removeprefix("/v2"), query, bearer, raw, self._base(), now)
            return self.server.dispatcher.reply(request)
        if path.startswith("/_control/"):
            return self._control(path.removeprefix("/_control/"), raw, now)
        return self._page(path, query, raw, now)

    def _base(self) -> str:
        host, port = self.server.server_address[:2]
        return f"http://{self.headers.get('Host') or f'{host!s}:{port}'}"

    def _token(self, query: dict[str, str], raw: bytes, now: datetime) -> Reply:
        fault = self.server.dispatcher.faults.next_for("token")
        if fault and fault.kind in ("timeout_before", "drop_before"):
            raise Dropped(fault.seconds if fault.kind == "timeout_before" else 0)
        if fault and fault.kind in ("html", "html_error"):
            return Reply(200 if fault.kind == "html" else fault.status, "<html>Maintenance</html>", "text/html")
        if fault and fault.kind == "server_error":
            return Reply(fault.status, "{}")
        form = {**query, **dict(parse_qsl(raw.decode("utf-8", "replace")))}
        status, body = issue_token(self.server.dispatcher.store, self._basic(), form, self._base(), now)
        if fault and fault.kind in ("timeout_after", "drop_after"):
            raise Dropped(fault.seconds if fault.kind == "timeout_after" else 0)
        return Reply(status, json.dumps(body))

    def _basic(self) -> tuple[str, str]:
        """Client id and secret of HTTP Basic; empty where there are none."""
        scheme, _, encoded = self.headers.get("Authorization", "").partition(" ")
        if scheme.casefold() != "basic":
            return "", ""
        try:
            client_id, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return "", ""
        return client_id, secret

    def _control(self, path: str, raw: bytes, now: datetime) -> Reply:
        try:
            body = json.loads(raw) if raw else None
            return Reply(200, json.dumps(control.handle(self.server.dispatcher, self.command, path, body, now)))
        except (control.BadOrder, json.JSONDecodeError) as error:
            return Reply(400, json.dumps({"error": str(error)}))
        except KeyError as error:
            return Reply(404, json.dumps({"error": f"not found: {error}"}))

    def _page(self, path: str, query: dict[str, str], raw: bytes, now: datetime) -> Reply:
        if self.command not in ("GET", "POST"):
            return Reply(405, look.message_page("Nothing here", "Pages are for reading and pressing."), look.HTML)
        form = dict(parse_qsl(raw.decode("utf-8", "replace"))) if self.command == "POST" else None
        return page.reply(self.server.dispatcher, path, query, form, now)

    def _send(self, reply: Reply) -> None:
        if reply.wait:
            self.server.stopping.wait(reply.wait)
        content = reply.body.encode()
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if content:
            self.send_header("Content-Type", reply.content_type)
        if reply.status != 204:
            self.send_header("Content-Length", str(len(content)))
        if reply.content_type == look.HTML:
            self.send_header("Content-Security-Policy", look.POLICY)
        self.end_headers()
        self.wfile.write(content)


def issue_token(
    store: Store, basic: tuple[str, str], form: dict[str, str], base: str, now: datetime
) -> tuple[int, dict[str, Any]]:
    """The status and body of `POST /oauth/token`. A good request ends the token before."""
    known = store.credentials
    if basic != (known.client_id, known.client_secret):
        return 401, {"reason": "Invalid client_id or client_secret", "error": "invalid_client"}
    if form.get("grant_type") != "account_credentials":
        return 400, {"reason": "unsupported grant type", "error": "unsupported_grant_type"}
    if form.get("account_id") != known.account_id:
        return 400, {"reason": "Bad Request", "error": "invalid_request"}
    value = store.new_token(now, TOKEN_SECONDS)
    store.save()
    scopes = store.credentials.scopes
    return 200, {
        "access_token": value,
        "token_type": "bearer",
        "expires_in": TOKEN_SECONDS,
        "scope": " ".join(sorted(scopes if scopes is not None else granted_scopes())),
        "api_url": base,
    }


def granted_scopes() -> list[str]:
    """What an app with every scope that the portal may use has been given."""
    return [f"{scope}:admin" for scope in APP_SCOPES]


APP_SCOPES = (
    "meeting:write:meeting",
    "meeting:read:meeting",
    "meeting:update:meeting",
    "meeting:delete:meeting",
    "meeting:read:list_meetings",
    "meeting:update:status",
    "meeting:update:in_meeting_controls",
    "meeting:read:past_meeting",
    "meeting:read:list_past_participants",
    "report:read:list_meeting_participants",
    "cloud_recording:read:list_recording_files",
    "cloud_recording:delete:meeting_recording",
    "user:read:user",
    "user:read:settings",
)
