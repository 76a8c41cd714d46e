"""The simulator's pages over HTTP: what each press does without scripts, and what it says when it cannot."""

import re

import pytest
import requests

from tests.demo.test_zoom_simulator import BODY
from tests.zoom_simulator import HOST, STAFF, Simulator


@pytest.fixture
def meeting(zoom: Simulator) -> dict:
    zoom.token()
    settings = {"waiting_room": True, "participant_video": False, "alternative_hosts": STAFF}
    made = zoom.request("POST", f"/users/{HOST}/meetings", json={**BODY, "settings": settings}).json()
    return dict(made)


def press(zoom: Simulator, meeting: dict, button: str, **fields: str) -> requests.Response:
    return requests.post(f"{zoom.url}/meetings/{meeting['id']}/", data={"press": button, **fields}, timeout=5)


def where(zoom: Simulator) -> dict[str, str]:
    [meeting] = zoom.meetings
    return {person["name"]: person["where"] for person in meeting["people"]}


def test_everything_that_happens_has_a_button_and_a_word(zoom: Simulator, meeting: dict) -> None:
    joined = requests.post(meeting["join_url"], data={"name": "Ada"}, timeout=5)
    assert joined.url == f"{zoom.url}/meetings/{meeting['id']}/?me=p1"
    assert "You are Ada" in joined.text
    assert where(zoom) == {"Ada": "door"}
    steps = [
        ("start", {}, "1 in, 1 waiting"),
        ("admit p1", {}, "2 in, 0 waiting"),
        ("camera p1 on", {}, "Camera off: Ada"),
        ("role p1 co-host", {}, "Make host: Ada"),
        ("record_start", {}, "● Recording"),
        ("record_pause", {}, "Recording paused"),
        ("record_resume", {}, "● Recording"),
        ("record_stop", {}, "Record</button>"),
        ("drop p1", {}, "Connection lost at"),
        ("notice p1", {}, "Gone (1)"),
        ("rejoin p1", {}, "1 in, 1 waiting"),
        ("remove p1", {}, "Gone (1)"),
        ("arrive", {"name": "Ada", "email": ""}, "1 in, 1 waiting"),
        ("admit p1", {}, "2 in, 0 waiting"),
        ("put_back p1", {}, "1 in, 1 waiting"),
        ("leave p1", {}, "Gone (1)"),
        ("end", {}, "Not running"),
    ]
    for button, fields, words in steps:
        page = press(zoom, meeting, button, **fields)
        assert (button, page.status_code, words in page.text) == (button, 200, True)


@pytest.mark.parametrize(
    ("button", "fields", "said"),
    [
        ("admit p9", {}, "There is nobody called"),
        ("admit", {}, "It needs the key of a person."),
        ("admit host", {}, "is not in the waiting room."),
        ("record_stop", {}, "The recording is off: stop is not possible."),
        ("arrive", {"name": " "}, "Type a name first."),
        ("play", {"script": "good_one_to_one", "speed": "10"}, "The meeting is running. End it first."),
        ("play", {"script": "good_one_to_one", "speed": "fast"}, "Choose how fast."),
        ("trouble nonsense", {}, "There is no such trouble."),
        ("", {}, "There is no step"),
        ("uuid", {}, "There is no step"),
    ],
)
def test_a_press_that_is_not_possible_says_why(
    zoom: Simulator, meeting: dict, button: str, fields: dict[str, str], said: str
) -> None:
    press(zoom, meeting, "start")
    answer = press(zoom, meeting, button, **fields)
    assert answer.status_code == 409
    assert re.search(rf"role=alert>[^<]*{re.escape(said)}", answer.text)


def test_a_double_press_is_harmless(zoom: Simulator, meeting: dict) -> None:
    requests.post(meeting["join_url"], data={"name": "Ada"}, timeout=5)
    for button in ("start", "start", "admit p1", "admit p1", "end", "end"):
        press(zoom, meeting, button)
    events = [entry[2].event for entry in zoom.store.outbox._queue]
    assert events.count("meeting.participant_admitted") == 1
    assert events.count("meeting.started") == events.count("meeting.ended") == 1


def test_the_switches_and_scripts(zoom: Simulator, meeting: dict) -> None:
    assert 'value="trouble delay" aria-pressed=true' in press(zoom, meeting, "trouble delay").text
    assert 'value="trouble delay" aria-pressed=false' in press(zoom, meeting, "trouble delay").text
    press(zoom, meeting, "hurry")
    assert zoom.store.outbox.hurry == 60
    press(zoom, meeting, "hurry")
    assert zoom.store.outbox.hurry == 1
    page = press(zoom, meeting, "play", script="good_one_to_one", speed="1", families="Ada Green, Ben")
    assert "A good 1:1: " in page.text
    zoom.control("POST", f"meetings/{meeting['id']}/stop")
    assert "Only while the meeting is not running" in press(zoom, meeting, "send_now").text
    assert where(zoom) == {"Host": "meeting"}


def test_names_are_escaped_and_nothing_runs_that_is_not_ours(zoom: Simulator, meeting: dict) -> None:
    page = requests.post(meeting["join_url"], data={"name": "<b>Ada</b>"}, timeout=5)
    assert "<b>Ada" not in page.text
    assert "&lt;b&gt;Ada&lt;/b&gt;" in page.text
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    assert "unsafe" not in page.headers["Content-Security-Policy"]
    assert "<script>" not in page.text
    hostile = requests.get(f'{zoom.url}/meetings/{meeting["id"]}/?me="><b>', timeout=5)
    assert '"><b>' not in hostile.text
    assert requests.get(f"{zoom.url}/static/simulator.js", timeout=5).headers["Content-Type"].startswith("text/java")
    assert requests.get(f"{zoom.url}/static/../store.py", timeout=5).status_code == 404


def test_the_link_with_another_passcode_leads_nowhere(zoom: Simulator, meeting: dict) -> None:
    address = f"{zoom.url}/j/{meeting['id']}?pwd=wrong"
    assert requests.post(address, data={"name": "Ada"}, timeout=5).status_code == 403
    assert requests.post(meeting["join_url"], data={"name": ""}, timeout=5).status_code == 409
    assert zoom.meetings[0]["people"] == []
