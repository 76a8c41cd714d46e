"""Which steps the life of a concern allows. Everything that is not in the table is refused."""

from safeguarding.vocabulary import State

# Nothing is ever deleted: what should not be there is "entered in error", and stays.
STEPS: dict[State, frozenset[State]] = {
    State.DRAFT: frozenset({State.SUBMITTED}),
    State.SUBMITTED: frozenset({State.ACKNOWLEDGED, State.ERROR}),
    State.ACKNOWLEDGED: frozenset({State.TRIAGED, State.ERROR}),
    State.TRIAGED: frozenset({State.OPEN, State.REFERRED, State.MONITORING, State.CLOSING, State.ERROR}),
    State.OPEN: frozenset({State.REFERRED, State.MONITORING, State.CLOSING, State.ERROR}),
    State.REFERRED: frozenset({State.OPEN, State.MONITORING, State.CLOSING, State.ERROR}),
    State.MONITORING: frozenset({State.OPEN, State.REFERRED, State.CLOSING, State.ERROR}),
    # Whoever does not agree to the closing opens it again.
    State.CLOSING: frozenset({State.CLOSED, State.OPEN}),
    State.CLOSED: frozenset({State.REOPENED}),
    State.REOPENED: frozenset({State.OPEN, State.REFERRED, State.MONITORING, State.CLOSING, State.ERROR}),
    State.ERROR: frozenset({State.REOPENED}),
}

# Steps that are judgements: each needs its reasons in words.
JUDGEMENTS = frozenset(
    {State.TRIAGED, State.REFERRED, State.MONITORING, State.CLOSING, State.CLOSED, State.REOPENED, State.ERROR}
)


class IllegalStep(Exception):
    """The concern cannot go from where it stands to where somebody wants it."""

    def __init__(self, before: State, after: State) -> None:
        super().__init__(f"A concern that is {before.label.lower()} cannot become {after.label.lower()}.")
        self.before, self.after = before, after


class ReasonMissing(Exception):
    """A judgement was made without saying why."""


def check_step(before: State, after: State, reason: str) -> None:
    """Raise IllegalStep for a step that is not in the table, ReasonMissing for a judgement without a reason."""
    if after not in STEPS[before]:
        raise IllegalStep(before, after)
    needs_reason = after in JUDGEMENTS or (before, after) == (State.CLOSING, State.OPEN)
    if needs_reason and not reason.strip():
        raise ReasonMissing("Say why: this step is a judgement.")
