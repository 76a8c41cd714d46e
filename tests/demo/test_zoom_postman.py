"""The postman over real HTTP, the controls of webhooks and scripts, and the whole process with a portal beside it."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from demo.zoom.postman import Postman
from demo.zoom.signing import encrypted_token, signature
from tests.demo.test_zoom_simulator import BODY
from tests.faults.processes import wait_until
from tests.zoom_simulator import HOST, Simulator

SECRET = "webhook-secret"
NOW = datetime(2026, 11, 24, 16, tzinfo=UTC)


class Address(HTTPServer):
    """Where the webhooks go. Keeps what is signed with the secret; answers with `status`."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}/zoom/webhook/"
        self.status = 200
        self.got: list[tuple[str, dict[str, Any]]] = []
        self.secret = SECRET

    def events(self) -> list[str]:
        return [body["event"] for _, body in self.got]


class _Handler(BaseHTTPRequestHandler):
    server: Address

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        stamp = self.headers["x-zm-request-timestamp"]
        genuine = self.headers["x-zm-signature"] == signature(SECRET, stamp, raw)
        body = json.loads(raw)
        answer = b""
        if genuine and body["event"] == "endpoint.url_validation":
            plain = body["payload"]["plainToken"]
            token = encrypted_token(self.server.secret, plain)
            answer = json.dumps({"plainToken": plain, "encryptedToken": token}).encode()
        elif genuine:
            self.server.got.append((self.headers["x-zm-request-id"], body))
        self.send_response(self.server.status if genuine else 401)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def address() -> Iterator[Address]:
    server = Address()
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join(5)


class Clock:
    """A time that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def postman(zoom: Simulator, address: Address, clock: Clock) -> Iterator[Postman]:
    """A postman whose rounds the test makes by hand."""
    zoom.store.outbox.address, zoom.store.outbox.secret = address.url, SECRET
    zoom.server.clock = clock
    zoom.token()
    postman = Postman(zoom.store, clock)
    yield postman
    postman._http.close()


def running(zoom: Simulator) -> int:
    number = int(zoom.request("POST", f"/users/{HOST}/meetings", json=BODY).json()["id"])
    assert zoom.control("POST", f"meetings/{number}/start").status_code == 200
    return number


def test_the_address_is_validated_until_it_is_right_and_again_after_72_hours(
    zoom: Simulator, postman: Postman, address: Address, clock: Clock
) -> None:
    address.secret = "another"
    postman.round()
    assert zoom.control("GET", "webhooks").json()["validation"]["problem"] == "200"
    address.secret = SECRET
    postman.round()
    assert zoom.store.outbox.validation["problem"] == "200"
    clock.now += timedelta(seconds=5)
    postman.round()
    assert zoom.store.outbox.validation == {"at": clock.now.isoformat(), "problem": ""}
    assert zoom.store.outbox.validate_at == clock.now + timedelta(hours=72)
    assert zoom.control("POST", "webhooks/validate").json()["validation"]["problem"] == ""
    assert zoom.store.outbox.validate_at == clock.now


def test_what_the_api_does_is_told_and_a_bad_answer_brings_the_same_again(
    zoom: Simulator, postman: Postman, address: Address, clock: Clock
) -> None:
    number = running(zoom)
    address.status = 503
    clock.now += timedelta(seconds=1)
    postman.round()
    address.status = 200
    for method, path, more in (
        ("PATCH", f"/live_meetings/{number}/events", {"json": {"method": "recording.start"}}),
        ("PATCH", f"/meetings/{number}", {"json": {"topic": "Other"}}),
        ("PUT", f"/meetings/{number}/status", {"json": {"action": "end"}}),
        ("DELETE", f"/meetings/{number}/recordings", {"params": {"action": "trash"}}),
        ("DELETE", f"/meetings/{number}", {}),
    ):
        clock.now += timedelta(seconds=1)
        assert zoom.request(method, path, **more).ok
    clock.now += timedelta(minutes=5)
    postman.round()
    ids = [request_id for request_id, body in address.got if body["event"] == "meeting.started"]
    assert len(ids) == 2
    assert len(set(ids)) == 1
    assert address.events()[2:] == [
        "recording.started",
        "meeting.updated",
        "recording.stopped",
        "recording.completed",
        "meeting.participant_left",
        "meeting.ended",
        "recording.trashed",
        "meeting.deleted",
        "meeting.started",
        "meeting.participant_joined",
    ]
    objects = {body["event"]: body["payload"] for _, body in address.got}
    strings = {event for event, payload in objects.items() if payload["object"]["id"] == str(number)}
    assert strings == {
        "meeting.started",
        "meeting.participant_joined",
        "meeting.participant_left",
        "meeting.ended",
    }
    assert objects["meeting.updated"]["old_object"] == {"id": number, "topic": "Hello"}
    assert objects["recording.trashed"]["operator"] == HOST


def test_a_lost_connection_is_noticed_after_a_minute_and_who_comes_back_waits(
    zoom: Simulator, postman: Postman, address: Address, clock: Clock
) -> None:
    number = running(zoom)
    zoom.control("POST", f"meetings/{number}/join", {"name": "Ada", "key": "ada"})
    zoom.control("POST", f"meetings/{number}/drop", {"key": "ada"})
    clock.now += timedelta(seconds=59)
    postman.round()
    assert "meeting.participant_left" not in address.events()
    clock.now += timedelta(seconds=1)
    postman.round()
    clock.now += timedelta(seconds=1)
    postman.round()
    assert address.events()[-1] == "meeting.participant_left"
    refused = zoom.control("POST", f"meetings/{number}/notice", {"key": "ada"})
    assert (refused.status_code, refused.json()["error"]) == (400, "Ada is not in the meeting.")


def test_orders_about_webhooks_that_make_no_sense_are_refused(zoom: Simulator) -> None:
    for path, body in (
        ("webhooks/trouble", ["nonsense"]),
        ("webhooks/hurry", 0),
        ("meetings/1/nonsense", {}),
        ("meetings/one/start", {}),
        ("meetings/1/play", {"script": "good_one_to_one"}),
    ):
        assert zoom.control("POST", path, body).status_code in (400, 404), path
    zoom.token()
    number = running(zoom)
    for body in ({"script": "nonsense"}, {"script": "good_one_to_one"}, {"script": "x", "cast": {"nobody": 1}}):
        assert zoom.control("POST", f"meetings/{number}/play", body).status_code == 400
    assert zoom.control("PUT", "webhooks/trouble", ["delay"]).json()["trouble"] == ["delay"]
    assert zoom.control("PUT", "webhooks/hurry", 60).json()["hurry"] == 60
    assert zoom.control("POST", "webhooks/now").json()["waiting"] > 0


def test_a_script_plays_in_the_running_simulator(zoom: Simulator, address: Address) -> None:
    zoom.store.outbox.address, zoom.store.outbox.secret = address.url, SECRET
    zoom.token()
    body = {**BODY, "settings": {"waiting_room": True}}
    number = int(zoom.request("POST", f"/users/{HOST}/meetings", json=body).json()["id"])
    postman = Postman(zoom.store)
    postman.start()
    order = {"script": "good_one_to_one", "speed": 3000, "cast": {"families": ["Ada"]}}
    assert zoom.control("POST", f"meetings/{number}/play", order).json()["plays"]
    wait_until(lambda: "meeting.ended" in address.events())
    postman.stop()
    names = {body["payload"]["object"].get("participant", {}).get("user_name") for _, body in address.got}
    assert "Ada" in names
    assert zoom.dispatcher.players.progress(number)["refused"] == []
