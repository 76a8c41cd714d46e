"""When a clock has run out somebody looks at it; a legal hold keeps it whatever the clocks say (W7).

Expiry makes a task on the dashboard and never deletes anything.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from safeguarding.handling import add_entry, locked
from safeguarding.models import ChronologyEntry, Concern, LegalHold, RetentionReview
from safeguarding.retention.rules import RetentionFacts, is_due, keep_until, years_after
from safeguarding.vocabulary import Kind, LadoOutcome, PersonRole, RetentionClass, State
from whippersnappers import dates
from whippersnappers.accounts.models import User
from whippersnappers.audit.trail import record
from whippersnappers.dates import local

_BY = "system:safeguarding"
_OVER = (State.CLOSED, State.ERROR)
_CLEARED = {LadoOutcome.FALSE, LadoOutcome.MALICIOUS}
# A review that puts off the next one for ever would be none.
MOST_YEARS = 25
RELATED = ("people__child", "people__user", "referrals", "holds", "reviews")


def facts_of(concern: Concern) -> RetentionFacts:
    """What the clocks of a concern are read from. The portal holds no birthdays of staff."""
    assert concern.submitted_at is not None, "only what was sent is kept"
    people = list(concern.people.all())
    outcomes = {r.lado_outcome for r in concern.referrals.all() if r.lado_outcome}
    decided = [review.keep_until for review in concern.reviews.all() if review.keep_until]
    return RetentionFacts(
        kind=Kind(concern.kind),
        raised_on=local(concern.submitted_at).date(),
        chosen=RetentionClass(concern.retention) if concern.retention else None,
        words=frozenset([*concern.categories, *concern.tags]),
        children_born=tuple(p.child.date_of_birth for p in people if p.child is not None),
        staff_born=tuple(None for p in people if p.user is not None and p.role == PersonRole.SUBJECT),
        is_cleared=bool(outcomes) and outcomes <= _CLEARED,
        kept_until=max(decided, default=None),
        is_held=standing_hold(concern) is not None,
    )


def standing_hold(concern: Concern) -> LegalHold | None:
    """The hold that stands, if any."""
    return next((hold for hold in concern.holds.all() if hold.lifted_at is None), None)


def open_review(concern: Concern) -> RetentionReview | None:
    """The review that waits, if any."""
    return next((review for review in concern.reviews.all() if review.decided_at is None), None)


def open_reviews(now: datetime) -> int:
    """Make a task of everything whose clock has run out; how many that are. A beat task calls it."""
    concerns = Concern.objects.filter(state__in=_OVER, submitted_at__isnull=False).prefetch_related(*RELATED)
    due = [c for c in _without_open_review(concerns) if is_due(facts_of(c), now)]
    return sum(_opened(concern, now) for concern in due)


def _without_open_review(concerns: Iterable[Concern]) -> list[Concern]:
    return [concern for concern in concerns if open_review(concern) is None]


@transaction.atomic
def _opened(concern: Concern, now: datetime) -> bool:
    row = RetentionReview(concern=concern, due_on=keep_until(facts_of(concern)), opened_at=now)
    RetentionReview.objects.bulk_create([row], ignore_conflicts=True)
    if not RetentionReview.objects.filter(pk=row.pk).exists():
        return False
    words = "It was kept for as long as it must be. Somebody has to look at it."
    add_entry(concern, ChronologyEntry.Kind.KEEPING, by=None, now=now, words=words)
    record("concern.retention_due", by=_BY, target=concern, now=now, review=row.pk, due_on=row.due_on)
    return True


@transaction.atomic
def keep_longer(concern_id: Any, until: date, *, reason: str, by: User, now: datetime) -> RetentionReview:
    """Answer a review: it is kept until a later day, and looked at again then.

    Raises ValidationError without a reason, without a review that waits, and for a day that is not to come or too far.
    """
    concern = locked(concern_id, by)
    today = local(now).date()
    _check_reason(reason)
    if not today < until <= years_after(today, MOST_YEARS):
        raise ValidationError({"until": f"Choose a day to come, within {MOST_YEARS} years."})
    review = open_review(concern)
    if review is None:
        raise ValidationError("Nothing waits for a decision here.")
    review.keep_until, review.reason, review.decided_by, review.decided_at = until, reason.strip(), by, now
    review.save()
    words = f"Kept until {dates.calendar_day(until, now=now)}: {reason.strip()}"
    add_entry(concern, ChronologyEntry.Kind.KEEPING, by=by, now=now, words=words)
    record("concern.kept_longer", by=by, target=concern, now=now, review=review.pk, until=until)
    return review


@transaction.atomic
def hold(concern_id: Any, *, reason: str, by: User, now: datetime) -> LegalHold:
    """From now on nothing of it may be destroyed. Raises ValidationError without a reason, and while a hold stands."""
    concern = locked(concern_id, by)
    _check_reason(reason)
    if standing_hold(concern) is not None:
        raise ValidationError("A legal hold stands already.")
    row = LegalHold.objects.create(concern=concern, reason=reason.strip(), set_by=by, set_at=now)
    add_entry(concern, ChronologyEntry.Kind.KEEPING, by=by, now=now, words=f"Legal hold: {row.reason}")
    record("concern.held", by=by, target=concern, now=now, hold=row.pk)
    return row


@transaction.atomic
def lift(concern_id: Any, *, reason: str, by: User, now: datetime) -> LegalHold:
    """The hold ends; the clocks count again. Raises ValidationError without a reason, and where none stands."""
    concern = locked(concern_id, by)
    _check_reason(reason)
    row = standing_hold(concern)
    if row is None:
        raise ValidationError("No legal hold stands.")
    row.lifted_because, row.lifted_by, row.lifted_at = reason.strip(), by, now
    row.save()
    words = f"Legal hold lifted: {row.lifted_because}"
    add_entry(concern, ChronologyEntry.Kind.KEEPING, by=by, now=now, words=words)
    record("concern.hold_lifted", by=by, target=concern, now=now, hold=row.pk)
    return row


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise ValidationError({"reason": "Say why: this step is a judgement."})
