"""Closing takes two: one proposes it when everything is done, another authorised person agrees."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from safeguarding import ending_alerts, looking_after
from safeguarding.handling import locked, take_step
from safeguarding.models import ChronologyEntry, Concern
from safeguarding.vocabulary import RetentionClass, State
from whippersnappers.accounts.models import User

NOT_ALONE = "You proposed it: somebody else has to agree."
NOBODY_SEES = "No trustee could see the exception. Ask for a trustee to be named first."


def missing(concern: Concern) -> list[str]:
    """What still keeps the concern from being closed, in plain sentences."""
    open_actions = concern.actions.filter(done_at=None).count()
    unanswered = concern.referrals.filter(answered_at=None).count()
    return [
        *(["An action is not done yet."] if open_actions else []),
        *(["A referral has no outcome yet."] if unanswered else []),
    ]


@transaction.atomic
def propose(concern_id: Any, *, reason: str, parent_told: str, retention: str, by: User, now: datetime) -> Concern:
    """Propose to close it. Raises ValidationError while something is missing, and without reasons.

    `parent_told` is the decision in words: that they were told, or why not.
    """
    concern = locked(concern_id, by)
    if lacks := missing(concern):
        raise ValidationError(lacks)
    if not parent_told.strip():
        raise ValidationError({"parent_told": "Say whether the parent was told; if not, why."})
    if retention not in RetentionClass.values:
        raise ValidationError({"retention": "Choose how long it is kept."})
    concern.retention = retention
    words = f"{reason.strip()}\nParent told: {parent_told.strip()}" if reason.strip() else ""
    return take_step(concern, State.CLOSING, words, by=by, now=now, retention=retention)


@transaction.atomic
def agree(
    concern_id: Any, *, reason: str, exception: str = "", keep_alerts: str = "", by: User, now: datetime
) -> Concern:
    """Close it, as somebody other than who proposed it.

    Where there is nobody else, `exception` says why it cannot wait; then the trustees are given the concern and see
    it. Its alerts to staff are withdrawn, unless `keep_alerts` says why they stand. Raises ValidationError for the
    same person otherwise, and without reasons.
    """
    concern = locked(concern_id, by)
    alone = proposer(concern) == by
    if alone:
        _check_exception(concern, exception, by)
    if lacks := missing(concern):
        raise ValidationError(lacks)
    concern.closed_at, concern.closed_alone = now, alone
    words = f"{reason.strip()}\nClosed by one person alone: {exception.strip()}" if alone else reason
    closed = take_step(concern, State.CLOSED, words if reason.strip() else "", by=by, now=now, alone=alone)
    if alone and not looking_after.show_to_trustees(concern, now):
        raise ValidationError(NOBODY_SEES)
    ending_alerts.end_with(closed, kept_because=keep_alerts, by=by, now=now)
    return closed


def proposer(concern: Concern) -> User | None:
    """Who proposed the closing that now waits; None when none does."""
    if concern.state != State.CLOSING:
        return None
    entry = concern.chronology.filter(kind=ChronologyEntry.Kind.STATE, state=State.CLOSING).last()
    return entry.author if entry else None


def could_agree(concern: Concern, proposed_by: User | None) -> list[User]:
    """The authorised people other than the proposer."""
    return [user for user in looking_after.keepers(concern) if user != proposed_by]


def _check_exception(concern: Concern, exception: str, by: User) -> None:
    others = could_agree(concern, by)
    if others:
        raise ValidationError(f"{NOT_ALONE} That could be {', '.join(map(str, others))}.")
    if not exception.strip():
        raise ValidationError({"exception": "Say why it cannot wait for a second person. The trustees will see it."})
