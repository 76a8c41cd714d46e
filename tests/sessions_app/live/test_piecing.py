"""Piecing together who was where: the same from whatever came, in whatever order, twice, late, or not at all."""

import random
from dataclasses import asdict
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sessions_app.live.heard import NEVER_SAID, Told, What
from sessions_app.live.piecing import MEETING, WAITING, piece_together
from tests.sessions_app.live.stories import HOST, MAYA, Story, at, lively

LIVELY = lively()
# Two instances, and all that can be said of each.
INSTANCES = ("first==", "/second//==")


def record(runs):
    """What stays: when each run was, who was where and when, what was recorded. Pauses stand in no report of Zoom."""
    return [
        (
            run.meeting_uuid,
            run.started_at,
            run.ended_at,
            [
                (s.where, s.participant, s.name, s.email, s.since, s.until, s.since_known, s.until_known)
                for s in run.stays
            ],
            [(r.started_at, r.stopped_at, r.started_known, r.stopped_known) for r in run.recordings],
        )
        for run in runs
    ]


def whole(runs):
    return [asdict(run) for run in runs]


def stays(runs, where=MEETING):
    """(name, from minute, until minute) of each stay, the first one first."""
    found = [stay for run in runs for stay in run.stays if stay.where == where]
    found.sort(key=lambda stay: (stay.since, stay.name))
    return [(s.name, minute(s.since), minute(s.until)) for s in found]


def minute(moment):
    return None if moment is None else round((moment - at(0)) / timedelta(minutes=1), 2)


def test_a_whole_meeting_is_as_it_was():
    runs = piece_together(LIVELY.told(), [])
    assert [(run.meeting_uuid, minute(run.started_at), minute(run.ended_at)) for run in runs] == [
        ("first==", 0, 25),
        ("/second//==", 27, 45),
    ]
    assert stays(runs) == [
        ("Whippersnappers", 0, 25),
        ("Maya", 1, 25),
        ("Hannah", 4.05, 10),
        ("Hannah", 11.55, 20),
        ("Hannah", 21.05, 25),
        ("Whippersnappers", 27, 45),
        ("Maya", 28, 45),
        ("Hannah", 29, 45),
    ]
    assert stays(runs, WAITING) == [
        ("Hannah", 2, 4),
        ("xX_ghost_Xx", 3, 6),
        ("Hannah", 11, 11.5),
        ("Hannah", 20, 21),
    ]
    (recording,) = runs[0].recordings
    assert [minute(m) for m in (recording.started_at, recording.stopped_at, *recording.pauses[0])] == [7, 12, 8, 9]
    assert {stay.email for run in runs for stay in run.stays} == {HOST, MAYA, ""}


def test_with_the_report_it_is_the_same_as_without():
    with_report = piece_together(LIVELY.told(), LIVELY.reports())
    assert stays(with_report) == stays(piece_together(LIVELY.told(), []))
    assert all(stay.until_known for run in with_report for stay in run.stays)


def test_a_thousand_random_ways_of_coming_end_in_the_same_record():
    """Shuffled, repeated and lost at random; then the reports come, and some messages after them."""
    right, dice = record(piece_together(LIVELY.told(), LIVELY.reports())), random.Random(6)
    differing = 0
    for _ in range(1000):
        came = [one for one in LIVELY.told() if dice.random() > 0.3]
        came += dice.sample(came, k=len(came) // 3)
        dice.shuffle(came)
        reports = LIVELY.reports() * dice.randint(1, 2)
        dice.shuffle(reports)
        # What is worked out before the end is of no consequence.
        piece_together(came[: dice.randint(0, len(came))], [])
        differing += record(piece_together(came, reports)) != right
    assert differing == 0


@given(st.permutations(LIVELY.told()), st.lists(st.sampled_from(LIVELY.told()), max_size=20))
@settings(max_examples=60, deadline=None)
def test_order_and_repeats_make_no_difference(order, repeats):
    assert whole(piece_together(order + repeats, [])) == whole(piece_together(LIVELY.told(), []))


@given(st.sets(st.sampled_from(LIVELY.told())))
@settings(max_examples=100, deadline=None)
def test_whatever_was_lost_the_report_puts_it_right(came):
    assert record(piece_together(came, LIVELY.reports())) == record(piece_together([], LIVELY.reports()))


MOMENTS = st.integers(0, 60).map(at)
ANYTHING = st.builds(
    Told,
    at=MOMENTS,
    what=st.sampled_from(What),
    meeting_uuid=st.sampled_from(INSTANCES),
    participant=st.sampled_from(["1", "2", "3"]),
    name=st.sampled_from(["", "Hannah", "Leo’s iPad"]),
    recording_since=st.one_of(st.just(NEVER_SAID), MOMENTS),
)


@given(st.lists(ANYTHING, max_size=40), st.randoms())
@settings(max_examples=150, deadline=None)
def test_whatever_comes_nobody_is_twice_in_one_place_or_gone_before_they_came(told, dice):
    runs = piece_together(told, [])
    shuffled = list(told)
    dice.shuffle(shuffled)
    assert whole(piece_together(shuffled, [])) == whole(runs)
    for run in runs:
        assert all(stay.until is None or stay.until >= stay.since for stay in run.stays)
        assert all(one.stopped_at is None or one.stopped_at >= one.started_at for one in run.recordings)
        if run.ended_at:
            assert all(stay.until is not None for stay in run.stays)
        keys = [(stay.participant, stay.where, stay.since) for stay in run.stays]
        assert len(keys) == len(set(keys))
        for place in {(stay.participant, stay.where) for stay in run.stays}:
            mine = sorted((s for s in run.stays if (s.participant, s.where) == place), key=lambda s: s.since)
            assert all(a.until is not None and a.until <= b.since for a, b in pairwise(mine))


def without(story, *events):
    return [one for one in story.told() if one.what not in events]


class TestWhatIsNotTold:
    """Nothing is made up: what nobody told is marked so."""

    @pytest.fixture
    def story(self):
        story = Story()
        story.start(0)
        hannah = story.join("Hannah", 5)
        story.leave(hannah, 30)
        story.end(40)
        return story

    def only(self, told):
        (run,) = piece_together(told, [])
        return run, run.stays[0] if run.stays else None

    def test_a_coming_that_was_lost_is_not_guessed(self, story):
        _, stay = self.only(without(story, What.JOINED))
        assert (minute(stay.since), minute(stay.until), stay.since_known, stay.until_known) == (30, 30, False, True)

    def test_whoever_was_admitted_came_in_then(self):
        story = Story()
        story.start(0)
        hannah = story.wait("Hannah", 2)
        story.admit(hannah, 4)
        story.leave(hannah, 30)
        _, stay = self.only(without(story, What.JOINED))
        assert (minute(stay.since), stay.since_known) == (4, False)

    def test_a_leaving_that_was_lost_was_at_the_end_at_the_latest(self, story):
        _, stay = self.only(without(story, What.LEFT))
        assert (minute(stay.until), stay.until_known) == (40, False)

    def test_who_has_not_left_is_there(self, story):
        _, stay = self.only(without(story, What.LEFT, What.ENDED))
        assert stay.until is None

    def test_a_start_that_was_lost_was_before_the_first_came_in(self, story):
        run, _ = self.only(without(story, What.STARTED))
        assert (minute(run.started_at), run.started_known) == (5, False)

    def test_an_end_that_was_lost_was_before_the_next_start(self, story):
        story.start(50, "second==")
        first, second = piece_together(without(story, What.ENDED), [])
        assert (minute(first.ended_at), first.ended_known, second.ended_at) == (50, False, None)

    def test_a_recording_without_a_start_says_itself_when_it_began(self, story):
        story.record(7, 12)
        told = [one for one in story.told() if one.what != What.RECORDING_STARTED]
        run, _ = self.only(told)
        assert [(minute(r.started_at), minute(r.stopped_at), r.started_known) for r in run.recordings] == [
            (7, 12, True)
        ]

    def test_a_recording_that_nothing_stopped_ended_with_the_meeting(self, story):
        story.record(7, None)
        run, _ = self.only(story.told())
        assert [(minute(r.stopped_at), r.stopped_known) for r in run.recordings] == [(40, False)]

    def test_a_recording_that_no_message_told_of_is_found_by_its_file(self, story):
        story.record(7, 12)
        story.record(20, 22)
        told = [one for one in story.told() if one.at < at(19) or not one.what.name.startswith("RECORDING")]
        (run,) = piece_together(told, story.reports())
        assert [(minute(r.started_at), minute(r.stopped_at)) for r in run.recordings] == [(7, 12), (20, 22)]


def test_nothing_at_all_is_no_run():
    assert piece_together([], []) == []
