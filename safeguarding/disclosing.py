"""Sharing outside (N2): nothing of a concern leaves without an entry that says what, to whom, why and by whose word."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from safeguarding import looking_after
from safeguarding.handling import add_entry, check_told_at, locked
from safeguarding.models import ChronologyEntry, Concern, Disclosure
from safeguarding.vocabulary import LawfulBasis, ShareConsent
from whippersnappers.accounts.models import User
from whippersnappers.audit.trail import record

SAY_WHO_AGREED = "Say who agreed, when and how."
SAY_WHY_WITHOUT = "Say why it is shared without their yes."


@transaction.atomic
def disclose(concern_id: Any, disclosure: Disclosure, *, by: User, now: datetime) -> Disclosure:
    """Keep what was shared outside. Raises ValidationError when a fact is missing or does not fit.

    The entry itself cannot be changed afterwards: what was wrong in it is put right by a note.
    """
    concern = locked(concern_id, by)
    check(concern, disclosure, by=by, now=now)
    disclosure.save(force_insert=True)
    add_entry(concern, ChronologyEntry.Kind.SHARED, by=by, now=now, words=_in_words(disclosure))
    codes = {name: getattr(disclosure, name) for name in ("recipient", "basis", "consent", "how", "sha256")}
    record(
        "concern.disclosed",
        by=by,
        target=concern,
        now=now,
        disclosure=disclosure.pk,
        decided_by=disclosure.decided_by_id,
        **codes,
    )
    return disclosure


def check(concern: Concern, disclosure: Disclosure, *, by: User, now: datetime) -> None:
    """Say in the entry who writes it and when; raise ValidationError unless all is there that it needs."""
    disclosure.concern, disclosure.made_by, disclosure.kept_at = concern, by, now
    check_told_at(concern, "shared_at", disclosure.shared_at, now)
    is_agreed = disclosure.consent == ShareConsent.GIVEN
    if not disclosure.consent_words.strip():
        raise ValidationError({"consent_words": SAY_WHO_AGREED if is_agreed else SAY_WHY_WITHOUT})
    if disclosure.basis == LawfulBasis.CONSENT and not is_agreed:
        raise ValidationError({"basis": "They did not agree: choose another basis."})
    if disclosure.decided_by not in looking_after.keepers(concern):
        raise ValidationError({"decided_by": "Choose somebody who looks after this concern."})
    disclosure.full_clean()


def _in_words(disclosure: Disclosure) -> str:
    told = f"{disclosure.get_recipient_display()} ({disclosure.person}): {disclosure.what}"
    decided = f"{disclosure.get_basis_display()}. Decided by {disclosure.decided_by}."
    return f"{told}\n{decided}"
