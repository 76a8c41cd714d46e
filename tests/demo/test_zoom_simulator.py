"""The simulator over real HTTP: tokens, statuses and error bodies, limits, faults, and its pages."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

from tests.zoom_simulator import HOST, STAFF, Simulator

START = "2026-11-24T16:00:00Z"
BODY = {"topic": "Hello", "type": 2, "start_time": START, "duration": 45, "password": "abc234"}


@pytest.fixture
def api(zoom: Simulator) -> Simulator:
    zoom.token()
    return zoom


def create(api: Simulator, **more: object) -> dict:
    answer = api.request("POST", f"/users/{HOST}/meetings", json={**BODY, **more})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


# --- Tokens -----------------------------------------------------------------------------------------------
def test_a_new_token_ends_the_old_one(zoom: Simulator) -> None:
    first = zoom.token()
    assert zoom.request("GET", f"/users/{HOST}", first).status_code == 200
    second = zoom.token()
    refused = zoom.request("GET", f"/users/{HOST}", first)
    assert (refused.status_code, refused.json()["code"]) == (401, 124)
    assert zoom.request("GET", f"/users/{HOST}", second).status_code == 200


def test_a_token_ends_after_an_hour(zoom: Simulator) -> None:
    token = zoom.token()
    zoom.store.token["ends"] = "2020-01-01T00:00:00+00:00"
    refused = zoom.request("GET", f"/users/{HOST}", token)
    assert (refused.status_code, refused.json()) == (
        401,
        {"code": 124, "message": "Access token is expired."},
    )


@pytest.mark.parametrize(
    ("auth", "form", "status", "error"),
    [
        (("wrong", "client-secret"), {}, 401, "invalid_client"),
        (("client", "wrong"), {}, 401, "invalid_client"),
        (None, {}, 401, "invalid_client"),
        (("client", "client-secret"), {"grant_type": "client_credentials"}, 400, "unsupported_grant_type"),
        (("client", "client-secret"), {"account_id": "another"}, 400, "invalid_request"),
    ],
)
def test_bad_credentials_get_no_token(
    zoom: Simulator, auth: tuple[str, str] | None, form: dict, status: int, error: str
) -> None:
    data = {"grant_type": "account_credentials", "account_id": "account", **form}
    answer = requests.post(f"{zoom.url}/oauth/token", data=data, auth=auth, timeout=5)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert zoom.store.token == {}


def test_a_missing_scope_is_4711(api: Simulator) -> None:
    api.store.credentials.scopes = ["meeting:read:meeting:admin"]
    refused = api.request("POST", f"/users/{HOST}/meetings", json=BODY)
    assert (refused.status_code, refused.json()["code"]) == (401, 4711)
    assert api.meetings == []


# --- Meetings ---------------------------------------------------------------------------------------------
def test_the_answer_to_a_create_has_no_uuid_but_reading_has(api: Simulator) -> None:
    made = create(api)
    read = api.request("GET", f"/meetings/{made['id']}").json()
    assert "uuid" not in made
    assert "host_id" not in made
    assert read["uuid"] == api.meetings[0]["uuid"]
    assert read["start_time"] == START


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"user_id": HOST}, "user_id"),
        ({"settings": {"waiting_rooms": True}}, "settings.waiting_rooms"),
        ({"settings": {"waiting_room": "yes"}}, "settings.waiting_room"),
        ({"settings": {"auto_recording": "always"}}, "settings.auto_recording"),
        ({"password": "longer-than-ten"}, "password"),
        ({"password": "a b"}, "password"),
        ({"topic": "x" * 201}, "topic"),
        ({"agenda": "x" * 2001}, "agenda"),
        ({"start_time": "tomorrow"}, "start_time"),
        ({"duration": 0}, "duration"),
        ({"timezone": "Europe/Londres"}, "timezone"),
        ({"settings": {"alternative_hosts": "stranger@example.org"}}, "settings.alternative_hosts"),
    ],
)
def test_a_wrong_body_is_refused_with_the_field(api: Simulator, change: dict, field: str) -> None:
    refused = api.request("POST", f"/users/{HOST}/meetings", json={**BODY, **change})
    assert (refused.status_code, refused.json()["code"]) == (400, 300)
    assert [problem["field"] for problem in refused.json()["errors"]] == [field]
    assert api.meetings == []


def test_a_basic_user_cannot_be_alternative_host(api: Simulator) -> None:
    api.users(HOST, {"email": STAFF, "type": 1})
    refused = api.request("POST", f"/users/{HOST}/meetings", json={**BODY, "settings": {"alternative_hosts": STAFF}})
    assert refused.json()["errors"][0]["field"] == "settings.alternative_hosts"


def test_unknown_users_and_meetings(api: Simulator) -> None:
    user = api.request("POST", "/users/nobody@example.org/meetings", json=BODY)
    meeting = api.request("GET", "/meetings/123456789")
    assert (user.status_code, user.json()["code"]) == (404, 1001)
    assert (meeting.status_code, meeting.json()["code"]) == (404, 3001)


def test_a_patch_changes_only_what_it_names_and_a_new_passcode_changes_the_link(api: Simulator) -> None:
    made = create(api, settings={"waiting_room": True})
    answer = api.request("PATCH", f"/meetings/{made['id']}", json={"password": "other23"})
    read = api.request("GET", f"/meetings/{made['id']}").json()
    assert (answer.status_code, answer.content) == (204, b"")
    assert read["join_url"] != made["join_url"]
    assert (read["topic"], read["settings"]["waiting_room"]) == ("Hello", True)


def test_a_deleted_meeting_is_gone(api: Simulator) -> None:
    made = create(api)
    assert api.request("DELETE", f"/meetings/{made['id']}").status_code == 204
    assert api.request("DELETE", f"/meetings/{made['id']}").json()["code"] == 3001
    assert api.request("GET", f"/users/{HOST}/meetings").json()["meetings"] == []


def test_lists_have_pages(api: Simulator) -> None:
    made = {create(api)["id"] for _ in range(5)}
    found, token = set(), ""
    for _ in range(3):
        page = api.request("GET", f"/users/{HOST}/meetings", params={"page_size": 2, "next_page_token": token}).json()
        found |= {meeting["id"] for meeting in page["meetings"]}
        token = page["next_page_token"]
    assert (found, token, page["total_records"]) == (made, "", 5)


def test_what_the_request_leaves_out_is_the_accounts_default_and_not_the_policy(api: Simulator) -> None:
    kept = create(api)["settings"]
    assert (kept["waiting_room"], kept["auto_recording"], kept["meeting_authentication"]) == (
        False,
        "local",
        True,
    )


# --- Live and afterwards ----------------------------------------------------------------------------------
def test_live_calls_need_a_running_meeting(api: Simulator) -> None:
    number = create(api)["id"]
    record = {"method": "recording.start"}
    refused = api.request("PATCH", f"/live_meetings/{number}/events", json=record)
    ended = api.request("PUT", f"/meetings/{number}/status", json={"action": "end"})
    assert (refused.status_code, refused.json()["code"]) == (400, 3000)
    assert (ended.status_code, ended.json()["code"]) == (400, 3000)
    api.control("POST", f"meetings/{number}/start")
    assert api.request("PATCH", f"/live_meetings/{number}/events", json=record).status_code == 202
    assert api.request("DELETE", f"/meetings/{number}").json()["code"] == 3002
    assert api.request("PUT", f"/meetings/{number}/status", json={"action": "end"}).status_code == 204


def test_a_past_meeting_is_found_by_its_encoded_uuid(api: Simulator) -> None:
    number = create(api)["id"]
    api.control("POST", f"meetings/{number}/uuid", {"uuid": "/ab//cd=="})
    api.control("POST", f"meetings/{number}/start")
    api.control("POST", f"meetings/{number}/join", {"name": "Ada"})
    api.control("POST", f"meetings/{number}/end")
    once = api.request("GET", "/past_meetings/%2Fab%2F%2Fcd%3D%3D")
    twice = api.request("GET", "/past_meetings/%252Fab%252F%252Fcd%253D%253D")
    assert once.json()["code"] == 3001
    assert (twice.status_code, twice.json()["id"], twice.json()["participants_count"]) == (200, number, 2)


def test_recordings_go_to_the_trash_or_for_good(api: Simulator) -> None:
    number = create(api)["id"]
    api.control("POST", f"meetings/{number}/start")
    for method in ("recording.start", "recording.stop", "recording.start", "recording.stop"):
        api.request("PATCH", f"/live_meetings/{number}/events", json={"method": method})
    files = api.request("GET", f"/meetings/{number}/recordings").json()["recording_files"]
    one = api.request("DELETE", f"/meetings/{number}/recordings/{files[0]['id']}", params={"action": "delete"})
    rest = api.request("DELETE", f"/meetings/{number}/recordings")
    trash = api.request("GET", f"/users/{HOST}/recordings", params={"trash": "true"}).json()["meetings"]
    assert (len(files), one.status_code, rest.status_code) == (2, 200, 200)
    assert [file["id"] for file in trash[0]["recording_files"]] == [files[1]["id"]]
    assert api.request("GET", f"/meetings/{number}/recordings").json()["code"] == 3301


def test_registration_from_first_to_last(api: Simulator) -> None:
    number = create(api, settings={"approval_type": 1})["id"]
    closed = create(api, settings={"approval_type": 2})["id"]
    person = {"email": "a@example.org", "first_name": "A"}
    added = api.request("POST", f"/meetings/{number}/registrants", json=person).json()
    api.request(
        "PUT",
        f"/meetings/{number}/registrants/status",
        json={"action": "approve", "registrants": [{"id": added["registrant_id"]}]},
    )
    listed = api.request("GET", f"/meetings/{number}/registrants").json()["registrants"]
    assert [(row["email"], row["status"]) for row in listed] == [("a@example.org", "approved")]
    assert api.request("POST", f"/meetings/{closed}/registrants", json=person).status_code == 404


# --- Limits -----------------------------------------------------------------------------------------------
def test_calls_per_second_are_limited_by_weight(api: Simulator) -> None:
    api.dispatcher.limits.medium = 3
    answers = [api.request("GET", f"/users/{HOST}/meetings") for _ in range(4)]
    light = api.request("GET", f"/users/{HOST}")
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert [answer.headers["X-RateLimit-Remaining"] for answer in answers] == ["2", "1", "0", "0"]
    assert answers[3].headers["X-RateLimit-Type"] == "QPS"
    assert answers[3].headers["X-RateLimit-Category"] == "Medium"
    assert light.status_code == 200
    time.sleep(1.05)
    assert api.request("GET", f"/users/{HOST}/meetings").status_code == 200


def test_creates_and_updates_of_one_host_are_limited_per_day(api: Simulator) -> None:
    api.dispatcher.limits.daily = 2
    number = create(api)["id"]
    assert api.request("PATCH", f"/meetings/{number}", json={"topic": "B"}).status_code == 204
    refused = api.request("PATCH", f"/meetings/{number}", json={"topic": "C"})
    other = api.request("POST", f"/users/{STAFF}/meetings", json=BODY)
    assert (refused.status_code, refused.headers["X-RateLimit-Type"]) == (429, "Daily-limit")
    assert refused.headers["Retry-After"].endswith("T00:00:00Z")
    assert other.status_code == 201


# --- Faults -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("kind", "more", "created"),
    [
        ("timeout_before", {"seconds": 0.2}, 0),
        ("timeout_after", {"seconds": 0.2}, 1),
        ("drop_before", {}, 0),
        ("drop_after", {}, 1),
    ],
)
def test_a_cut_connection_before_or_after_the_work(api: Simulator, kind: str, more: dict, created: int) -> None:
    api.fault("meetingCreate", kind, **more)
    with pytest.raises(requests.ConnectionError):
        api.request("POST", f"/users/{HOST}/meetings", json=BODY)
    assert len(api.meetings) == created


@pytest.mark.parametrize(
    ("kind", "more", "status", "created"),
    [
        ("rate_limit", {}, 429, 0),
        ("daily_limit", {}, 429, 0),
        ("server_error", {"status": 503}, 503, 0),
        ("server_error_after", {}, 500, 1),
        ("unauthorized", {}, 401, 0),
        ("scope", {}, 401, 0),
        ("html", {}, 200, 0),
        ("html_after", {}, 200, 1),
        ("html_error", {"status": 502}, 502, 0),
    ],
)
def test_ordered_answers(api: Simulator, kind: str, more: dict, status: int, created: int) -> None:
    api.fault("meetingCreate", kind, **more)
    assert api.request("POST", f"/users/{HOST}/meetings", json=BODY).status_code == status
    assert len(api.meetings) == created
    assert api.request("POST", f"/users/{HOST}/meetings", json=BODY).status_code == 201


def test_overridden_settings_and_locks_say_nothing(api: Simulator) -> None:
    api.control("PUT", "locks", {"waiting_room": False})
    api.fault("meetingCreate", "override", settings={"auto_recording": "cloud"})
    kept = create(api, settings={"waiting_room": True, "auto_recording": "none"})["settings"]
    assert (kept["waiting_room"], kept["auto_recording"]) == (False, "cloud")


def test_orders_for_faults_over_http(api: Simulator) -> None:
    order = {"operation": "*", "kind": "server_error", "times": 2, "skip": 1}
    assert api.control("POST", "faults", order).status_code == 200
    statuses = [api.request("GET", f"/users/{HOST}").status_code for _ in range(4)]
    assert statuses == [200, 500, 500, 200]
    assert api.control("POST", "faults", {"operation": "*", "kind": "nonsense"}).status_code == 400
    assert api.control("GET", "nonsense").status_code == 404


# --- Pages ------------------------------------------------------------------------------------------------
def test_the_page_lists_meetings_with_their_settings_and_escapes_them(api: Simulator) -> None:
    create(api, topic="<b>Tea & songs</b>", settings={"waiting_room": True})
    page = requests.get(f"{api.url}/", timeout=5)
    assert "Tuesday 24 November 2026, 4:00pm to 4:45pm" in page.text
    assert "&lt;b&gt;Tea &amp; songs&lt;/b&gt;" in page.text
    assert "<th scope=row>Waiting room</th><td>on</td>" in page.text
    assert "<script" not in page.text
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")


def test_the_links_of_a_meeting_open(api: Simulator) -> None:
    made = create(api, settings={"waiting_room": True})
    assert "waiting room" in requests.get(made["join_url"], timeout=5).text
    assert requests.get(f"{api.url}/j/{made['id']}", timeout=5).status_code == 403
    assert requests.get(f"{api.url}/s/{made['id']}", timeout=5).status_code == 403
    assert requests.get(made["start_url"], timeout=5).status_code == 200
    assert api.meetings[0]["status"] == "started"


# --- The process ------------------------------------------------------------------------------------------
def test_the_process_keeps_its_meetings_over_a_restart(tmp_path: Path) -> None:
    def run() -> tuple[subprocess.Popen[bytes], str]:
        port_file = tmp_path / "port"
        port_file.unlink(missing_ok=True)
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "demo.zoom",
                "--port",
                "0",
                "--port-file",
                str(port_file),
                "--state",
                str(tmp_path / "state.json"),
                "--users",
                json.dumps([HOST]),
            ],
            env={**os.environ, "ZOOM_CLIENT_ID": "client", "DJANGO_SETTINGS_MODULE": "no.such.module"},
            stdout=subprocess.DEVNULL,
        )
        for _ in range(100):
            if port_file.exists() and port_file.read_text():
                return process, f"http://127.0.0.1:{port_file.read_text()}"
            time.sleep(0.05)
        raise AssertionError("the simulator did not start")

    process, url = run()
    token = requests.post(
        f"{url}/oauth/token",
        data={"grant_type": "account_credentials", "account_id": "account"},
        auth=("client", "client-secret"),
        timeout=5,
    ).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    made = requests.post(f"{url}/v2/users/{HOST}/meetings", json=BODY, headers=headers, timeout=5).json()
    process.send_signal(signal.SIGKILL)
    process.wait(5)
    process, url = run()
    again = requests.get(f"{url}/v2/meetings/{made['id']}", headers=headers, timeout=5)
    process.send_signal(signal.SIGTERM)
    assert process.wait(5) == 0
    assert (again.status_code, again.json()["topic"]) == (200, "Hello")
