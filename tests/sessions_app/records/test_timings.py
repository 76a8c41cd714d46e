"""The times of a record: what is heard counts, what is missing or does not fit is said, nothing is made up."""

from datetime import datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions_app.records.timings import Heard, HeardOf, Timing, timings_of
from tests.factories import london

MAYA = UUID(int=1)


def at(clock: str) -> datetime:
    return london(f"2026-11-20 {clock}")


def stay(since: str, until: str | None, source: str = "webhook", **facts: bool) -> Heard:
    return Heard(at(since), at(until) if until else None, source, **facts)


def family(*times: Heard, meeting: tuple[Heard, ...] = ()) -> Timing:
    return timings_of(HeardOf(meeting=meeting, family=times)).family


def test_breaks_do_not_count_and_a_second_device_does_not_count_twice():
    found = family(stay("16:00", "16:10"), stay("16:05", "16:20"), stay("16:30", "16:40:31"))
    assert (found.began_at, found.ended_at, found.minutes) == (at("16:00"), at("16:40:31"), 31)
    assert (found.source, found.trouble) == ("webhook", "")


@pytest.mark.parametrize(
    ("times", "trouble"),
    [
        ((), "missing"),
        ((stay("16:00", None),), "no_end"),
        ((stay("16:00", "16:30"), stay("16:31", "16:40", until_known=False)), "no_end"),
        ((stay("16:00", "16:30", since_known=False),), "no_begin"),
        ((stay("16:30", "16:00"),), "reversed"),
    ],
)
def test_what_cannot_be_told_has_no_minutes(times: tuple[Heard, ...], trouble: str):
    found = family(*times)
    assert (found.trouble, found.minutes) == (trouble, None)


def test_an_end_that_nobody_heard_is_not_shown_as_one():
    found = family(stay("16:00", "16:30"), stay("16:31", "16:40", until_known=False))
    assert (found.began_at, found.ended_at) == (at("16:00"), None)
    assert family(stay("16:00", "16:40", since_known=False)).began_at is None


@pytest.mark.parametrize(
    ("since", "until", "trouble"),
    [("15:58", "16:47", ""), ("15:57", "16:45", "outside"), ("16:00", "16:48", "outside")],
)
def test_times_that_do_not_fit_the_sessions_own_are_said_to(since: str, until: str, trouble: str):
    found = family(stay(since, until), meeting=(stay("16:00", "16:45"),))
    assert found.trouble == trouble
    assert found.minutes is not None


def test_the_source_is_the_one_that_one_can_rely_on_least():
    assert family(stay("16:00", "16:10"), stay("16:10", "16:20", "report")).source == "report"


def test_somebody_whom_nobody_named_is_neither_the_family_nor_nothing():
    found = timings_of(HeardOf(unnamed=[stay("16:00", "16:40")])).family
    assert (found.trouble, found.minutes, found.began_at, found.source) == ("unnamed", None, None, "webhook")
    known = timings_of(HeardOf(family=[stay("16:00", "16:10")], unnamed=[stay("16:00", "16:40")])).family
    assert (known.trouble, known.minutes) == ("", 10)


def test_a_name_that_was_typed_is_told_from_somebody_known():
    assert family(stay("16:00", "16:10", by_name=True)).by_name
    assert not family(stay("16:00", "16:10", by_name=True), stay("16:10", "16:20")).by_name


def test_what_staff_wrote_by_hand_stands_in_for_nothing_else_that_was_heard():
    by_hand = (at("16:00"), at("16:45"))
    alone = timings_of(HeardOf(staff=[(MAYA, ())]), by_hand)
    assert [(one.source, one.minutes) for one in alone.all] == [("hand", 45)] * 3
    beside = timings_of(HeardOf(family=[stay("16:05", "16:20", "press")], staff=[(MAYA, ())]), by_hand)
    assert (beside.family.source, beside.family.minutes) == ("press", 15)
    assert beside.staff[0].source == "hand"


MINUTES = st.integers(min_value=0, max_value=59)


@given(st.lists(st.tuples(MINUTES, MINUTES), min_size=1, max_size=6))
def test_minutes_are_those_in_which_somebody_was_there(spans: list[tuple[int, int]]):
    times = [stay(f"16:{min(pair):02}", f"16:{max(pair):02}") for pair in spans]
    there = {minute for first, last in spans for minute in range(min(first, last), max(first, last))}
    assert family(*times).minutes == len(there)
    assert family(*reversed(times)) == family(*times)
