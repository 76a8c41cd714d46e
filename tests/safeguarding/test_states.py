"""The life of a concern: what the table allows, and that everything else is refused."""

from itertools import product

import pytest

from safeguarding.states import JUDGEMENTS, STEPS, IllegalStep, ReasonMissing, check_step
from safeguarding.vocabulary import State


def test_every_state_has_its_line() -> None:
    assert set(STEPS) == set(State)


@pytest.mark.parametrize(("before", "after"), [(a, b) for a, b in product(State, State) if b not in STEPS[a]])
def test_every_other_step_is_refused(before: State, after: State) -> None:
    with pytest.raises(IllegalStep):
        check_step(before, after, "a good reason")


@pytest.mark.parametrize(("before", "after"), [(a, b) for a in State for b in sorted(STEPS[a])])
def test_an_allowed_step_needs_its_reason_when_it_is_a_judgement(before: State, after: State) -> None:
    check_step(before, after, "a good reason")
    if after in JUDGEMENTS or (before, after) == (State.CLOSING, State.OPEN):
        with pytest.raises(ReasonMissing):
            check_step(before, after, "  ")
    else:
        check_step(before, after, "")


def test_nothing_leads_back_to_a_draft_or_out_of_the_record() -> None:
    assert not any(State.DRAFT in after for after in STEPS.values())
    assert all(STEPS[state] for state in State)


def test_closing_is_never_done_in_one_step() -> None:
    assert [before for before, after in STEPS.items() if State.CLOSED in after] == [State.CLOSING]
