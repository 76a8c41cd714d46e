"""Our requests and the simulator's answers against the API's schema, so that neither can drift.

Everything here is real traffic over HTTP: the gateway's own calls as they were sent, and for every operation
of the schema the answers of the simulator, the good ones and the errors.
"""

import copy
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from demo.zoom.schema import SCHEMA_FILE, Api, ApiOperation
from demo.zoom.store import Credentials
from sessions_app.zoom import operations as portal_operations
from sessions_app.zoom.errors import ZoomError
from sessions_app.zoom.gateway import ZoomGateway
from sessions_app.zoom.meetings import MeetingSpec
from sessions_app.zoom.operations import Operation
from sessions_app.zoom.policy_settings import KINDS, settings_for
from tests.contract.shapes import unknown_keys
from tests.factories import london
from tests.zoom_simulator import HOST, STAFF, Simulator

API = Api()
BODY = {"topic": "A", "type": 2, "start_time": "2026-11-24T16:00:00Z", "duration": 45, "password": "abc234"}
PERSON = {"email": "a@example.org", "first_name": "A", "last_name": "B"}
# The schema's file as the project was given it. It is the arbiter: who changes it changes the contract.
SCHEMA_SHA256 = "400b776f15fa3cffd5e46f54d9bb89bceb3dd75ab3e112033a4b1a403df41a12"


def assert_allowed(operation: ApiOperation, response: requests.Response) -> None:
    """The answer has a status, a shape and only keys that the schema lists for this operation."""
    body = response.json() if response.content else None
    assert operation.answer_problems(response.status_code, body) == []
    schema = operation.answer_schema(response.status_code)
    assert unknown_keys(schema or {}, body) == []


# --- The arbiter -------------------------------------------------------------------------------------------
def test_the_schema_is_the_one_that_was_agreed() -> None:
    assert hashlib.sha256(SCHEMA_FILE.read_bytes()).hexdigest() == SCHEMA_SHA256
    assert len(API.meeting_operations) == 23


def test_unknown_keys_are_seen_however_deep() -> None:
    schema = {"allOf": [{"properties": {"a": {"type": "array", "items": {"properties": {"b": {}}}}}}]}
    assert unknown_keys(schema, {"a": [{"b": 1, "c": 2}], "d": 3}) == ["a[].c", "d"]


# --- Our requests ------------------------------------------------------------------------------------------
@pytest.fixture
def traffic(zoom: Simulator, settings: Any, db: None) -> tuple[ZoomGateway, list[requests.Response]]:
    seen: list[requests.Response] = []
    return ZoomGateway(tries=1, observe=seen.append), seen


def spec(kind: str, **change: Any) -> MeetingSpec:
    values: dict[str, Any] = {
        "topic": "Whippersnappers",
        "starts_at": london("2026-07-01 10:00"),
        "minutes": 45,
        "passcode": "abcd2345",
        "reference": "whippersnappers:1",
        "kind": kind,
        "alternative_hosts": (STAFF,),
    }
    return MeetingSpec(**{**values, **change})


def use_everything(gateway: ZoomGateway, zoom: Simulator) -> None:
    """Call every method of the gateway that sends something."""
    for kind in KINDS:
        number = gateway.create_meeting(HOST, spec(kind))["id"]
        gateway.update_meeting(number, spec(kind, minutes=60, alternative_hosts=()))
        gateway.get_meeting(number)
        list(gateway.list_meetings(HOST))
        zoom.control("POST", f"meetings/{number}/start")
        uuid = gateway.get_meeting(number)["uuid"]
        for step in ("start", "stop"):
            gateway.control_recording(number, step)
        gateway.end_meeting(number)
        gateway.past_meeting(uuid)
        gateway.past_instances(number)
        gateway.participants(uuid)
        gateway.past_participants(uuid)
        gateway.recording_files(uuid)
        gateway.delete_recording(uuid, "no-such-file")
        gateway.delete_meeting(number)
        gateway.delete_meeting(number)
    gateway.get_user(HOST)
    gateway.get_user_settings(HOST)


def test_every_request_of_the_gateway_is_one_that_the_schema_allows(
    traffic: tuple[ZoomGateway, list[requests.Response]], zoom: Simulator
) -> None:
    gateway, seen = traffic
    use_everything(gateway, zoom)
    used = set()
    for response in seen:
        request = response.request
        parts = urlsplit(str(request.url))
        operation, path, _ = API.find(str(request.method), parts.path.removeprefix("/v2"))
        assert operation is not None, request.url
        _, problems = operation.parameters(path, dict(parse_qsl(parts.query)))
        body = json.loads(request.body) if request.body else None
        assert problems + operation.body_problems(body) == []
        assert_allowed(operation, response)
        used.add(operation.name)
    declared = {value.name for value in vars(portal_operations).values() if isinstance(value, Operation)}
    assert used == declared


def test_the_portals_operations_are_the_schemas() -> None:
    for value in vars(portal_operations).values():
        if isinstance(value, Operation):
            described = API.operations[value.name]
            gaps = ["{}" if part.startswith("{") else part for part in value.path.strip("/").split("/")]
            assert value.method == described.method
            assert gaps == ["{}" if part.startswith("{") else part for part in described.segments]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["meetingCreate", "meetingUpdate"])
def test_policy_settings_are_in_the_closed_body_and_can_be_read_back(name: str, kind: str) -> None:
    asked = settings_for(kind, [STAFF])
    assert API.operations[name].body_problems({"settings": asked}) == []
    answer = API.operations["meeting"].answer_schema(200) or {}
    assert set(asked) <= set(answer["properties"]["settings"]["properties"])


def test_what_the_gateway_reads_is_in_the_schema_and_what_it_may_not_expect_is_not() -> None:
    created = API.operations["meetingCreate"].answer_schema(201) or {}
    read = API.operations["meeting"].answer_schema(200) or {}
    assert {"id", "join_url", "password", "settings"} <= set(created["properties"])
    assert not {"uuid", "host_id"} & set(created["properties"])
    assert {"id", "uuid", "join_url", "password", "settings", "agenda", "start_time"} <= set(read["properties"])


# --- The simulator's answers -------------------------------------------------------------------------------
@dataclass
class Scene:
    """A simulator with one of everything."""

    zoom: Simulator
    number: int = 0
    registrant: str = ""
    past: str = ""
    past_number: int = 0
    files: list[str] = field(default_factory=list)
    live: int = 0

    def make(self, **more: Any) -> int:
        made = self.zoom.request("POST", f"/users/{HOST}/meetings", json={**BODY, **more}).json()
        return int(made["id"])


@pytest.fixture(scope="module")
def prepared() -> Iterator[tuple[Scene, dict[str, Any]]]:
    """The scene, made once, and what its account held then."""
    zoom = Simulator(Credentials("account", "client", "client-secret"))
    zoom.users(HOST, STAFF)
    zoom.start()
    scene = set_up(zoom)
    held = copy.deepcopy({name: getattr(zoom.store, name) for name in ("meetings", "users", "daily")})
    yield scene, held
    zoom.stop()


@pytest.fixture
def scene(prepared: tuple[Scene, dict[str, Any]]) -> Scene:
    scene, held = prepared
    scene.zoom.dispatcher.faults.clear()
    for name, value in copy.deepcopy(held).items():
        setattr(scene.zoom.store, name, value)
    return scene


def set_up(zoom: Simulator) -> Scene:
    zoom.token()
    scene = Scene(zoom)
    scene.number = scene.make(settings={"approval_type": 0})
    added = zoom.request("POST", f"/meetings/{scene.number}/registrants", json=PERSON).json()
    scene.registrant = added["registrant_id"]
    scene.live = scene.make()
    zoom.control("POST", f"meetings/{scene.live}/start")
    scene.past_number = scene.make()
    scene.past = zoom.control("POST", f"meetings/{scene.past_number}/uuid", {"uuid": "abc=="}).json()["uuid"]
    zoom.control("POST", f"meetings/{scene.past_number}/start")
    zoom.control("POST", f"meetings/{scene.past_number}/join", {"name": "Ada", "user_email": "ada@example.org"})
    for step in ("recording.start", "recording.stop"):
        zoom.request("PATCH", f"/live_meetings/{scene.past_number}/events", json={"method": step})
    zoom.control("POST", f"meetings/{scene.past_number}/end")
    files = zoom.request("GET", f"/meetings/{scene.past_number}/recordings").json()["recording_files"]
    scene.files = [file["id"] for file in files]
    return scene


# For each operation: the path of a good call and, where it takes one, the body.
Good = tuple[Callable[[Scene], str], Any]
GOOD: dict[str, Good] = {
    "meetings": (lambda s: f"/users/{HOST}/meetings", None),
    "meetingCreate": (lambda s: f"/users/{HOST}/meetings", BODY),
    "meeting": (lambda s: f"/meetings/{s.number}", None),
    "meetingUpdate": (lambda s: f"/meetings/{s.number}", {"topic": "B"}),
    "meetingDelete": (lambda s: f"/meetings/{s.number}", None),
    "meetingStatus": (lambda s: f"/meetings/{s.live}/status", {"action": "end"}),
    "meetingRegistrants": (lambda s: f"/meetings/{s.number}/registrants", None),
    "meetingRegistrantCreate": (lambda s: f"/meetings/{s.number}/registrants", PERSON),
    "meetingRegistrantGet": (lambda s: f"/meetings/{s.number}/registrants/{s.registrant}", None),
    "meetingregistrantdelete": (lambda s: f"/meetings/{s.number}/registrants/{s.registrant}", None),
    "meetingRegistrantStatus": (lambda s: f"/meetings/{s.number}/registrants/status", {"action": "deny"}),
    "addBatchRegistrants": (lambda s: f"/meetings/{s.number}/batch_registrants", {"registrants": [PERSON]}),
    "meetingInvitation": (lambda s: f"/meetings/{s.number}/invitation", None),
    "inMeetingControl": (lambda s: f"/live_meetings/{s.live}/events", {"method": "recording.start"}),
    "pastMeetingDetails": (lambda s: f"/past_meetings/{s.past}", None),
    "pastMeetings": (lambda s: f"/past_meetings/{s.past_number}/instances", None),
    "pastMeetingParticipants": (lambda s: f"/past_meetings/{s.past}/participants", None),
    "reportMeetingDetails": (lambda s: f"/report/meetings/{s.past}", None),
    "reportMeetingParticipants": (lambda s: f"/report/meetings/{s.past}/participants", None),
    "recordingGet": (lambda s: f"/meetings/{s.past_number}/recordings", None),
    "recordingDelete": (lambda s: f"/meetings/{s.past_number}/recordings", None),
    "recordingDeleteOne": (lambda s: f"/meetings/{s.past_number}/recordings/{s.files[0]}", None),
    "recordingsList": (lambda s: f"/users/{HOST}/recordings", None),
    "user": (lambda s: f"/users/{HOST}", None),
    "userSettings": (lambda s: f"/users/{HOST}/settings", None),
}
NAMES = sorted(GOOD)


def call(scene: Scene, name: str, *, missing: bool = False, **more: Any) -> requests.Response:
    path, body = GOOD[name]
    text = path(scene)
    if missing:
        text = text.replace(HOST, "nobody@example.org")
        for number in (scene.number, scene.live, scene.past_number, scene.past):
            text = text.replace(str(number), "999")
    return scene.zoom.request(API.operations[name].method, text, json=body, **more)


def test_no_operation_is_forgotten() -> None:
    assert set(GOOD) == set(API.operations)


@pytest.mark.parametrize("name", NAMES)
def test_good_answers(scene: Scene, name: str) -> None:
    response = call(scene, name)
    assert response.ok, response.text
    assert_allowed(API.operations[name], response)


@pytest.mark.parametrize("name", NAMES)
def test_answers_about_what_does_not_exist(scene: Scene, name: str) -> None:
    response = call(scene, name, missing=True)
    assert response.status_code == 404
    assert response.json()["code"] == (1001 if "/users/" in str(response.request.url) else 3001)
    assert_allowed(API.operations[name], response)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", ["rate_limit", "daily_limit"])
def test_answers_to_too_many_calls(scene: Scene, name: str, kind: str) -> None:
    scene.zoom.fault(name, kind)
    response = call(scene, name)
    assert response.status_code == 429
    assert {
        "X-RateLimit-Category",
        "X-RateLimit-Type",
        "X-RateLimit-Limit",
        "X-RateLimit-Remaining",
        "Retry-After",
    } <= set(response.headers)
    assert_allowed(API.operations[name], response)


@pytest.mark.parametrize("name", [name for name in NAMES if 400 in API.operations[name].statuses])
def test_answers_to_a_query_that_the_schema_does_not_know(scene: Scene, name: str) -> None:
    response = call(scene, name, params={"user_id": HOST})
    assert (response.status_code, response.json()["code"]) == (400, 300)
    assert [problem["field"] for problem in response.json()["errors"]] == ["user_id"]
    assert_allowed(API.operations[name], response)


@pytest.mark.parametrize("name", [name for name in NAMES if API.operations[name].body_schema])
def test_answers_to_a_body_that_the_schema_does_not_know(scene: Scene, name: str) -> None:
    path, body = GOOD[name]
    response = scene.zoom.request(API.operations[name].method, path(scene), json={**body, "id": 1})
    assert (response.status_code, response.json()["code"]) == (400, 300)
    assert [problem["field"] for problem in response.json()["errors"]] == ["id"]
    assert_allowed(API.operations[name], response)


@pytest.mark.parametrize("name", NAMES)
def test_answers_without_a_token(scene: Scene, name: str) -> None:
    response = call(scene, name, token="ended")
    assert (response.status_code, response.json()["code"]) == (401, 124)
    assert set(response.json()) == {"code", "message"}


def test_more_than_one_page_has_the_shape_too(scene: Scene) -> None:
    response = call(scene, "meetings", params={"page_size": 1})
    assert response.json()["next_page_token"] != ""
    assert_allowed(API.operations["meetings"], response)


def test_the_portal_understands_every_error_of_the_simulator(
    traffic: tuple[ZoomGateway, list[requests.Response]], zoom: Simulator
) -> None:
    gateway, _ = traffic
    for kind in ("rate_limit", "daily_limit", "server_error", "unauthorized", "scope", "html", "html_error"):
        zoom.fault("meeting", kind, times=2)
        with pytest.raises(ZoomError):
            gateway.get_meeting(1)
        zoom.control("DELETE", "faults")
