"""Calendar entries, read back with icalendar: what they hold, and above all what they do not."""

from datetime import UTC, timedelta

import pytest
from icalendar import Calendar

from sessions_app.calendar_entries import Attendee, Entry, cancel_entry, request_entry, uid
from sessions_app.models import Place, Session
from tests.factories import london

LINK = "https://portal.example.org/join/abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ01/"
WHO = Attendee(guardian_id="4f5e", name='Siobhán O’Neill, "Shiv"; محمد', email="ada@example.com")
NOW = london("2026-11-16 10:00")


def entry(start: str = "2026-11-24 16:00", title: str = "Drums; songs, and more", **fields) -> Entry:
    starts_at = london(start)
    session = Session(starts_at=starts_at, ends_at=starts_at + timedelta(minutes=45), title=title, **fields)
    return Entry(session, title, WHO, join_url=LINK, sequence=3)


def read(raw: bytes):
    calendar = Calendar.from_ical(raw)
    (event,) = calendar.walk("VEVENT")
    return calendar, event


def test_a_request_says_when_who_and_the_way_in():
    asked = entry()
    calendar, event = read(request_entry(asked, now=NOW))
    assert (calendar["METHOD"], calendar["VERSION"]) == ("REQUEST", "2.0")
    assert event["UID"] == uid(asked.session.pk, "4f5e")
    assert event["SEQUENCE"] == 3
    assert event["SUMMARY"] == "Drums; songs, and more"
    assert (event["URL"], event["CLASS"], event["STATUS"]) == (LINK, "PRIVATE", "CONFIRMED")
    assert LINK in event["DESCRIPTION"]
    assert event["ORGANIZER"] == "mailto:hello@whippersnappers.org"
    assert event["ATTENDEE"] == "mailto:ada@example.com"
    assert "Siobhán O’Neill" in event["ATTENDEE"].params["CN"]
    assert event["DTSTAMP"].dt == NOW


@pytest.mark.parametrize(
    ("start", "utc"),
    [
        ("2026-11-24 16:00", b"DTSTART:20261124T160000Z"),
        ("2026-07-01 16:00", b"DTSTART:20260701T150000Z"),
        # The last hour before the clocks go forward, and the first after they went back.
        ("2026-03-29 00:59", b"DTSTART:20260329T005900Z"),
        ("2026-03-29 02:00", b"DTSTART:20260329T010000Z"),
        ("2026-10-25 02:00", b"DTSTART:20261025T020000Z"),
    ],
)
def test_times_are_in_utc(start, utc):
    raw = request_entry(entry(start), now=NOW)
    assert utc in raw
    assert b"TZID" not in raw
    assert read(raw)[1]["DTSTART"].dt == london(start).astimezone(UTC)


def test_lines_are_folded_and_end_as_the_standard_says():
    raw = request_entry(entry(title="Drums " * 20), now=NOW)
    lines = raw.split(b"\r\n")
    assert lines[-1] == b""
    assert b"\n" not in b"".join(lines)
    assert max(map(len, lines)) <= 75


def test_a_cancellation_names_the_same_entry_and_gives_no_way_in():
    asked = entry()
    calendar, event = read(cancel_entry(asked, now=NOW))
    assert (calendar["METHOD"], event["STATUS"]) == ("CANCEL", "CANCELLED")
    assert event["UID"] == read(request_entry(asked, now=NOW))[1]["UID"]
    assert b"/join/" not in cancel_entry(asked, now=NOW).replace(b"\r\n ", b"")


def test_the_place_is_named_for_a_session_in_person():
    place = Place(name="The Hall", address="1 Station Road\nLondon SE1")
    _, event = read(request_entry(entry(delivery="in_person", place=place), now=NOW))
    assert event["LOCATION"] == "The Hall, 1 Station Road, London SE1"


def test_a_title_cannot_write_further_lines():
    raw = request_entry(entry(title="Drums\r\nATTENDEE:mailto:thief@example.com"), now=NOW)
    _, event = read(raw)
    assert event["ATTENDEE"] == "mailto:ada@example.com"
    assert b"\r\nATTENDEE:mailto:thief" not in raw
