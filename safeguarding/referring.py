"""Telling an agency (N2): that it was told, why, by whom and how, and what they answered."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from safeguarding.handling import add_entry, check_told_at, locked, note_acknowledged
from safeguarding.models import ChronologyEntry, Concern, Referral
from safeguarding.states import STEPS
from safeguarding.vocabulary import Agency, LadoOutcome, State
from whippersnappers.accounts.models import User
from whippersnappers.audit.trail import record

# Somebody may call at once and judge afterwards; until then the concern keeps its state.
_NOT_JUDGED = frozenset({State.SUBMITTED, State.ACKNOWLEDGED})
_WHY_NOT = {State.CLOSING: "Its closing is proposed: open it again first."}


def may_be_referred(concern: Concern) -> bool:
    """Whether a referral can be kept as it stands now."""
    state = State(concern.state)
    return state in _NOT_JUDGED or state == State.REFERRED or State.REFERRED in STEPS[state]


@transaction.atomic
def refer(concern_id: Any, referral: Referral, *, by: User, now: datetime) -> Referral:
    """Keep a referral that was made. Raises ValidationError when it cannot be referred, or a fact is missing.

    Whoever notes it has read the concern: that acknowledges it. Once it is judged it becomes "referred".
    """
    concern = locked(concern_id, by)
    if not may_be_referred(concern):
        raise ValidationError(_WHY_NOT.get(State(concern.state), "It is closed: reopen it first."))
    referral.concern, referral.made_by = concern, by
    check_told_at(concern, "made_at", referral.made_at, now)
    referral.full_clean()
    referral.save(force_insert=True)
    if concern.acknowledged_at is None:
        note_acknowledged(concern, by=by, now=now)
    is_judged = concern.state not in _NOT_JUDGED
    if is_judged:
        concern.state = State.REFERRED
        concern.save(update_fields=["state"])
    state = State.REFERRED if is_judged else ""
    add_entry(concern, ChronologyEntry.Kind.REFERRAL, by=by, now=now, state=state, words=_in_words(referral))
    record("concern.referred", by=by, target=concern, now=now, referral=referral.pk, agency=referral.agency)
    return referral


def _in_words(referral: Referral) -> str:
    told = f"{Agency(referral.agency).label}: {referral.why}"
    return f"{told}\nTold by {referral.told_by}." if referral.told_by else told


@transaction.atomic
def answered(
    concern_id: Any, referral_id: Any, *, answer: str, lado_outcome: str = "", by: User, now: datetime
) -> Referral:
    """Keep what an agency decided. Raises ValidationError without words, and for a second answer."""
    concern = locked(concern_id, by)
    referral = concern.referrals.select_for_update().get(pk=referral_id)
    if referral.answered_at is not None:
        raise ValidationError("Their answer is kept already. Add a note instead.")
    if not answer.strip():
        raise ValidationError({"answer": "Say what they decided."})
    if lado_outcome and referral.agency != Agency.LADO:
        raise ValidationError({"lado_outcome": "Only the LADO gives such an outcome."})
    referral.answer, referral.answered_at = answer.strip(), now
    referral.lado_outcome = LadoOutcome(lado_outcome) if lado_outcome else ""
    referral.save()
    words = f"{Agency(referral.agency).label} answered: {referral.answer}"
    add_entry(concern, ChronologyEntry.Kind.REFERRAL, by=by, now=now, words=words)
    record("concern.referral_answered", by=by, target=concern, now=now, referral=referral.pk)
    return referral
