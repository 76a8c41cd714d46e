"""Scripts of whole sessions, played by an injected clock: what is sent, in which order, and what the reports say."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from demo.zoom.outbox import SignedRequest
from demo.zoom.running import Room
from demo.zoom.scripts import SCRIPTS, Cast, Scene, one_meeting, play
from demo.zoom.signing import signature
from demo.zoom.store import Store

NUMBER = 81234567890
SECRET = "webhook-secret"
BEGINS = datetime(2026, 11, 24, 15, 55, tzinfo=UTC)
HOST = "zoom1@whippersnappers.org"


class Portal:
    """Takes the requests and answers as it is told."""

    def __init__(self, *statuses: int) -> None:
        self.got: list[SignedRequest] = []
        self.statuses = list(statuses)

    def __call__(self, request: SignedRequest) -> int:
        self.got.append(request)
        return self.statuses.pop(0) if self.statuses else 200

    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(request.body) for request in self.got]

    def events(self) -> list[str]:
        return [request.event for request in self.got]


def played(name: str, portal: Portal, **more: Any) -> tuple[Store, list[Scene]]:
    store = one_meeting(NUMBER, host=HOST, secret=SECRET)
    return store, list(play(name, store, NUMBER, begins=BEGINS, send=portal, **more))


def minutes(request: SignedRequest) -> float:
    return (request.at - BEGINS) / timedelta(minutes=1)


@pytest.mark.parametrize("name", SCRIPTS)
def test_every_script_can_be_played_and_ends(name: str) -> None:
    portal = Portal()
    store, scenes = played(name, portal)
    assert [said for scene in scenes for said in scene.refused] == []
    assert store.meetings[NUMBER]["status"] == "waiting"
    assert store.outbox.waiting() == 0
    assert [p["where"] for p in store.meetings[NUMBER]["people"]] == ["gone"] * len(store.meetings[NUMBER]["people"])
    for request in portal.got:
        stamp = request.headers["x-zm-request-timestamp"]
        assert request.headers["x-zm-signature"] == signature(SECRET, stamp, request.body)
    stamps = [body["event_ts"] for body in portal.bodies()]
    assert len(set(stamps)) == len(stamps)


def test_a_good_one_to_one_event_by_event() -> None:
    portal = Portal()
    store, _ = played("good_one_to_one", portal, cast=Cast(families=("Ada",)))
    assert [event.removeprefix("meeting.") for event in portal.events()] == [
        "started",
        "participant_joined",
        "participant_joined_waiting_room",
        "participant_admitted",
        "participant_joined",
        "participant_joined_waiting_room",
        "participant_admitted",
        "participant_joined",
        "participant_left",
        "participant_left",
        "participant_left",
        "ended",
    ]
    [instance] = store.meetings[NUMBER]["past"]
    rows = [(row["name"], row["status"], row["duration"]) for row in instance["people"]]
    assert rows == [
        ("Second member", "in_waiting_room", 30),
        ("Ada", "in_waiting_room", 60),
        ("Ada", "in_meeting", 43 * 60),
        ("Second member", "in_meeting", 48 * 60 + 30),
        ("Zoom1", "in_meeting", 50 * 60 + 30),
    ]


def test_the_second_member_comes_back_as_another_user() -> None:
    portal = Portal()
    store, _ = played("second_member_lost", portal)
    second = [row for row in store.meetings[NUMBER]["past"][0]["people"] if row["name"] == "Second member"]
    inside = [row for row in second if row["status"] == "in_meeting"]
    assert len({row["user_id"] for row in inside}) == 2
    # Dropped at 20, noticed by Zoom half a minute later; back in at 28:30.
    assert [(row["join_time"][11:], row["leave_time"][11:]) for row in inside] == [
        ("15:56:30Z", "16:15:30Z"),
        ("16:23:30Z", "16:45:00Z"),
    ]
    [reason] = [
        body["payload"]["object"]["participant"]["leave_reason"]
        for body in portal.bodies()
        if body["payload"]["object"].get("participant", {}).get("leave_time") == "2026-11-24T16:15:30Z"
    ]
    assert "Network connection error" in reason


def test_who_is_signed_in_as_alternative_host_need_not_wait() -> None:
    portal = Portal()
    store = one_meeting(NUMBER, host=HOST, secret=SECRET, alternative_hosts="tom@whippersnappers.org")
    cast = Cast(second="Tom", second_email="tom@whippersnappers.org", families=("Ada",))
    list(play("good_one_to_one", store, NUMBER, begins=BEGINS, send=portal, cast=cast))
    people = [b["payload"]["object"]["participant"] for b in portal.bodies() if "participant" in b["payload"]["object"]]
    tom = [person for person in people if person["user_name"] == "Tom"]
    assert {person["email"] for person in tom} == {"tom@whippersnappers.org"}
    assert [person.get("new_role") for person in tom] == [None, "co-host", None]
    assert {(p["email"], p["participant_user_id"]) for p in people if p["user_name"] == "Ada"} == {("", "")}


def test_recordings_are_told_with_their_file_when_it_is_there() -> None:
    portal = Portal()
    store = one_meeting(NUMBER, host=HOST, secret=SECRET)
    store.recording_ready_seconds = 20
    list(play("stray_recording", store, NUMBER, begins=BEGINS, send=portal))
    about = [r for r in portal.got if r.event.startswith("recording.")]
    assert [(r.event, minutes(r)) for r in about] == [
        ("recording.started", 15),
        ("recording.stopped", 18),
        ("recording.completed", pytest.approx(18 + 1 / 3, abs=0.01)),
    ]
    objects = [json.loads(r.body)["payload"]["object"] for r in about]
    assert [o["id"] for o in objects] == [NUMBER] * 3
    assert objects[0]["recording_file"] == {"recording_start": "2026-11-24T16:10:00Z", "recording_end": ""}
    [file] = objects[2]["recording_files"]
    assert (file["recording_start"], file["recording_end"]) == ("2026-11-24T16:10:00Z", "2026-11-24T16:13:00Z")


def test_what_the_portal_does_meanwhile_belongs_to_the_session() -> None:
    portal = Portal()
    store = one_meeting(NUMBER, host=HOST, secret=SECRET)
    refused = []
    for scene in play("stray_recording", store, NUMBER, begins=BEGINS, send=portal):
        refused += scene.refused
        if any(request.event == "recording.started" for request in scene.sent):
            # As the portal's call to Zoom does it.
            Room(store, store.meetings[NUMBER], scene.at + timedelta(seconds=4)).record("stop")
    told = [(r.event, minutes(r)) for r in portal.got if r.event.startswith("recording.")]
    at = pytest.approx(15 + 4 / 60, abs=0.001)
    assert told == [("recording.started", 15), ("recording.stopped", at), ("recording.completed", at)]
    assert refused == ["The recording is off: stop is not possible."]


def test_a_restarted_meeting_is_two_instances() -> None:
    portal = Portal()
    store, _ = played("ended_and_restarted", portal)
    first, second = store.meetings[NUMBER]["past"]
    uuids = {body["payload"]["object"]["uuid"] for body in portal.bodies()}
    assert uuids == {first["uuid"], second["uuid"]}
    assert portal.events().count("meeting.started") == portal.events().count("meeting.ended") == 2


def test_when_everything_is_lost_the_reports_know_it() -> None:
    portal = Portal()
    store, _ = played("nothing_heard", portal)
    good, _ = played("good_one_to_one", Portal())
    ours, theirs = (s.meetings[NUMBER]["past"][0]["people"] for s in (store, good))
    assert portal.got == []
    assert ours == theirs
    assert {entry["answer"] for entry in store.outbox.log} == {"lost on the way"}


def test_what_is_not_answered_well_comes_again_after_5_25_and_85_minutes() -> None:
    portal = Portal(503)
    played("good_one_to_one", portal)
    started = [r for r in portal.got if r.event == "meeting.started"]
    assert [minutes(r) for r in started] == [0, 5]
    assert started[0].body == started[1].body
    assert started[0].request_id == started[1].request_id
    assert started[0].headers["x-zm-signature"] != started[1].headers["x-zm-signature"]
    deaf = Portal(*[500] * 1000)
    played("good_one_to_one", deaf)
    assert [minutes(r) for r in deaf.got if r.event == "meeting.started"] == [0, 5, 25, 85]
