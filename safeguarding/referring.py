"""Telling an agency (N2): that it was told, why, by whom and how, and what they answered."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from safeguarding.handling import add_entry, locked
from safeguarding.models import ChronologyEntry, Referral
from safeguarding.states import STEPS
from safeguarding.vocabulary import Agency, LadoOutcome, State
from whippersnappers.accounts.models import User
from whippersnappers.audit.trail import record


@transaction.atomic
def refer(concern_id: Any, referral: Referral, *, by: User, now: datetime) -> Referral:
    """Keep a referral that was made. Raises ValidationError when it cannot be referred yet, or a fact is missing.

    The concern becomes "referred" where its life allows that; a further referral leaves it as it is.
    """
    concern = locked(concern_id, by)
    if concern.state != State.REFERRED and State.REFERRED not in STEPS[State(concern.state)]:
        raise ValidationError("Judge how severe it is first; then it can be referred.")
    referral.concern, referral.made_by = concern, by
    if referral.made_at > now:
        raise ValidationError({"made_at": "This time has not come yet: say when you told them."})
    # People say the minute: a call in the minute in which it was raised came after it.
    if concern.submitted_at is not None and referral.made_at < concern.submitted_at.replace(second=0, microsecond=0):
        raise ValidationError({"made_at": "That was before the concern was raised: check the day and time."})
    referral.full_clean()
    referral.save(force_insert=True)
    concern.state = State.REFERRED
    concern.save(update_fields=["state"])
    words = f"{Agency(referral.agency).label}: {referral.why}"
    add_entry(concern, ChronologyEntry.Kind.REFERRAL, by=by, now=now, state=State.REFERRED, words=words)
    record("concern.referred", by=by, target=concern, now=now, referral=referral.pk, agency=referral.agency)
    return referral


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
