"""What Lead and deputy do with a concern: each step is a row that somebody signed, with reasons for judgements.

Every function asks who may see the concern, locks it, and writes change, chronology and audit event in one
transaction (W7, W8). For whom it does not exist, it raises `Concern.DoesNotExist`.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from safeguarding import ending_alerts
from safeguarding.models import ChronologyEntry, Concern
from safeguarding.states import IllegalStep, ReasonMissing, check_step
from safeguarding.vocabulary import CATEGORIES, Kind, Severity, State, Tag
from whippersnappers.accounts.models import User
from whippersnappers.audit.trail import record

# Steps with a function of their own, because they need more than a reason.
NOT_BY_MOVING = frozenset(
    {State.SUBMITTED, State.ACKNOWLEDGED, State.TRIAGED, State.REFERRED, State.CLOSING, State.CLOSED}
)

# In an emergency people call first and write it down afterwards.
TOLD_BEFORE = timedelta(days=7)


class AlreadyDone(Exception):
    """Somebody else was first; `entry` says who and when."""

    def __init__(self, entry: ChronologyEntry | None) -> None:
        super().__init__("Somebody else has done this already.")
        self.entry = entry


def locked(concern_id: Any, by: User) -> Concern:
    """The concern, locked until the transaction ends, if it exists for this person."""
    return Concern.objects.visible_to(by).select_for_update(of=("self",)).get(pk=concern_id)


def add_entry(concern: Concern, kind: str, *, by: User | None, now: datetime, **fields: Any) -> ChronologyEntry:
    """One more thing that happened with the concern."""
    return ChronologyEntry.objects.create(concern=concern, kind=kind, at=now, author=by, **fields)


def check_told_at(concern: Concern, field: str, at: datetime, now: datetime) -> None:
    """Raise ValidationError beside `field` when nobody outside can have been told at that time."""
    if at > now:
        raise ValidationError({field: "This time has not come yet: say when you told them."})
    if concern.submitted_at is not None and at < concern.submitted_at - TOLD_BEFORE:
        raise ValidationError({field: "That was long before the concern was raised: check the day and time."})


@transaction.atomic
def acknowledge(concern_id: Any, *, by: User, now: datetime) -> Concern:
    """Somebody has read it and sees to it: the clock stops. Raises AlreadyDone for whoever comes second."""
    concern = locked(concern_id, by)
    if concern.acknowledged_at is not None:
        raise AlreadyDone(concern.chronology.filter(kind=ChronologyEntry.Kind.ACKNOWLEDGED).last())
    return note_acknowledged(concern, by=by, now=now)


def note_acknowledged(concern: Concern, *, by: User, now: datetime) -> Concern:
    """Stop the clock of a locked concern that nobody has acknowledged, in the caller's transaction."""
    concern.acknowledged_at = now
    return take_step(concern, State.ACKNOWLEDGED, "", by=by, now=now, kind=ChronologyEntry.Kind.ACKNOWLEDGED)


@transaction.atomic
def triage(
    concern_id: Any,
    *,
    kind: str,
    severity: str,
    categories: Iterable[str],
    tags: Iterable[str],
    reason: str,
    by: User,
    now: datetime,
) -> Concern:
    """Judge what it is and how soon somebody must act; what was referred before that is "referred" from then on.

    Raises ValidationError for a word that is in no list, a missing reason, or a concern that is not waiting for it.
    """
    concern = locked(concern_id, by)
    concern.kind, concern.severity = Kind(kind), Severity(severity)
    concern.categories, concern.tags = sorted(set(categories)), sorted(set(tags))
    if not set(concern.categories) <= dict(CATEGORIES).keys() or not set(concern.tags) <= set(Tag):
        raise ValidationError("Choose from the lists on the page.")
    judged = {"about": concern.kind, "severity": concern.severity}
    take_step(concern, State.TRIAGED, reason, by=by, now=now, **judged)
    if told := [referral.get_agency_display() for referral in concern.referrals.all()]:
        take_step(concern, State.REFERRED, f"It was referred before it was judged: {', '.join(told)}.", by=by, now=now)
    return concern


@transaction.atomic
def move(concern_id: Any, to: str, *, reason: str, by: User, now: datetime) -> Concern:
    """Take the concern on: to open, monitoring, reopened or entered in error, which withdraws its alerts to staff.

    Raises ValidationError when its life does not allow that or the reason is missing.
    """
    if to in NOT_BY_MOVING:
        raise ValidationError("That step has a page of its own.")
    concern = locked(concern_id, by)
    if concern.state == State.CLOSED:
        concern.closed_at, concern.closed_alone = None, False
    take_step(concern, State(to), reason, by=by, now=now)
    if concern.state == State.ERROR:
        ending_alerts.end_with(concern, by=by, now=now)
    return concern


@transaction.atomic
def note(concern_id: Any, words: str, *, by: User, now: datetime) -> ChronologyEntry:
    """Write down something that happened. Raises ValidationError for an empty note."""
    if not words.strip():
        raise ValidationError({"words": "Say what happened."})
    concern = locked(concern_id, by)
    entry = add_entry(concern, ChronologyEntry.Kind.NOTE, by=by, now=now, words=words.strip())
    record("concern.noted", by=by, target=concern, now=now, entry=entry.pk)
    return entry


def take_step(
    concern: Concern,
    to: State,
    reason: str,
    *,
    by: User,
    now: datetime,
    kind: str = ChronologyEntry.Kind.STATE,
    **detail: Any,
) -> Concern:
    """Move a locked concern on, with its chronology entry and audit event. Raises ValidationError when refused."""
    before = State(concern.state)
    try:
        check_step(before, to, reason)
    except IllegalStep as refused:
        raise ValidationError(str(refused)) from refused
    except ReasonMissing as missing:
        raise ValidationError({"reason": str(missing)}) from missing
    concern.state = to
    concern.save()
    add_entry(concern, kind, by=by, now=now, state=to, words=reason.strip())
    record("concern.moved", by=by, target=concern, now=now, before=before, after=to, **detail)
    return concern
