"""What a meeting is asked to be, and what Zoom would refuse."""

from datetime import UTC, datetime
from typing import Any

import pytest

from sessions_app.zoom.meetings import (
    MeetingSpec,
    agenda_for,
    carries_reference,
    create_request,
    new_passcode,
    read_zoom_time,
    schedule_differences,
    update_request,
)
from tests.factories import london

GOOD: dict[str, Any] = {
    "topic": "Whippersnappers 1:1",
    "starts_at": london("2026-07-01 10:00"),
    "minutes": 45,
    "passcode": "abcd2345",
    "reference": "whippersnappers:7",
    "kind": "one_to_one",
    "alternative_hosts": ("maya@whippersnappers.org",),
}


def test_the_request_of_a_meeting() -> None:
    body = update_request(MeetingSpec(**GOOD))
    settings = body.pop("settings")
    assert body == {
        "type": 2,
        "topic": "Whippersnappers 1:1",
        "agenda": agenda_for("whippersnappers:7"),
        "start_time": "2026-07-01T09:00:00Z",
        "duration": 45,
        "timezone": "Europe/London",
        "password": "abcd2345",
    }
    assert isinstance(settings, dict)
    assert settings["alternative_hosts"] == "maya@whippersnappers.org"
    assert create_request(MeetingSpec(**GOOD))["default_password"] is False


@pytest.mark.parametrize(
    "change",
    [
        {"starts_at": datetime(2026, 7, 1, 10)},
        {"minutes": 0},
        {"minutes": 1441},
        {"passcode": ""},
        {"passcode": "12345678901"},
        {"passcode": "käse"},
        {"topic": " "},
        {"topic": "x" * 201},
        {"reference": ""},
        {"kind": "webinar"},
        {"alternative_hosts": ("a@b.org;c@d.org",)},
    ],
)
def test_what_zoom_would_refuse_is_refused_before(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        MeetingSpec(**{**GOOD, **change})


def test_a_reference_is_found_even_in_an_agenda_cut_short() -> None:
    agenda = agenda_for("whippersnappers:7")
    assert carries_reference(agenda[:45], "whippersnappers:7")
    assert not carries_reference(agenda, "whippersnappers:77")
    assert not carries_reference(agenda_for("whippersnappers:77"), "whippersnappers:7")
    assert not carries_reference(None, "whippersnappers:7")


def test_passcodes_differ_and_can_be_read_out() -> None:
    codes = {new_passcode() for _ in range(200)}
    assert len(codes) == 200
    assert all(len(code) == 8 and not set(code) & set("0o1li") for code in codes)
    assert all(any(c.isdigit() for c in code) and any(c.isalpha() for c in code) for code in codes)


@pytest.mark.parametrize("text", ["2026-07-01T09:00:00Z", "2026-07-01T10:00:00+01:00", "2026-07-01T09:00:00"])
def test_zooms_times_are_read_as_utc(text: str) -> None:
    assert read_zoom_time(text) == datetime(2026, 7, 1, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, []),
        ({"start_time": "2026-07-01T10:00:00Z"}, ["the start"]),
        ({"start_time": "soon"}, ["the start"]),
        ({"duration": 30}, ["the length"]),
        ({"password": ""}, ["the passcode"]),
        ({"password": "another"}, []),
    ],
)
def test_a_time_that_zoom_stored_otherwise_is_named(change: dict[str, Any], words: list[str]) -> None:
    spec = MeetingSpec(**GOOD)
    kept = {"start_time": "2026-07-01T09:00:00Z", "duration": 45, "password": "abcd2345", **change}
    assert [text.partition(":")[0] for text in schedule_differences(spec, kept)] == words
