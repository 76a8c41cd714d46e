"""After the author's signature: the second one, giving it back, and adding to what is complete."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from sessions_app.models import RecordAmendment, SessionRecord
from sessions_app.records.alerting import end_overdue
from sessions_app.records.standing import State, check_amends, check_countersigns
from sessions_app.records.writing import locked
from whippersnappers.accounts.models import User
from whippersnappers.audit.trail import record

SAY_WHY = "Say in a few words what should be changed."
SAY_ADDED = "Write what you want to add."
SAY_REASON = "Say why you add it."


@transaction.atomic
def countersign(record_id: Any, *, by: User, now: datetime) -> SessionRecord:
    """The second signature, by somebody else of the session's staff: from now on Postgres keeps it as it is (W6).

    Countersigning twice does nothing more. Raises ValidationError.
    """
    signed = locked(record_id)
    if signed.countersigned_by is not None and signed.countersigned_by.user_id == by.pk:
        return signed
    staff = check_countersigns(signed, by)
    signed.state, signed.countersigned_by, signed.countersigned_at = State.COMPLETE, staff, now
    signed.save(update_fields=["state", "countersigned_by", "countersigned_at"])
    record("record.countersigned", by=by, target=signed, now=now)
    end_overdue(signed, now=now)
    return signed


@transaction.atomic
def give_back(record_id: Any, reason: str, *, by: User, now: datetime) -> SessionRecord:
    """Back to its author, who reads why; the next signature takes the times down anew. Raises ValidationError."""
    signed = locked(record_id)
    staff = check_countersigns(signed, by)
    if not reason.strip():
        raise ValidationError({"reason": SAY_WHY})
    signed.timings.all().delete()
    signed.state, signed.signed_at = State.DRAFT, None
    signed.given_back_by, signed.given_back_at, signed.given_back_reason = staff, now, reason.strip()
    signed.save(update_fields=["state", "signed_at", "given_back_by", "given_back_at", "given_back_reason"])
    record("record.given_back", by=by, target=signed, now=now)
    return signed


@transaction.atomic
def amend(record_id: Any, words: str, reason: str, *, by: User, now: datetime) -> RecordAmendment:
    """Add something to a complete record, which itself stays as it is; the same twice is added once.

    Raises ValidationError keyed by `words` or `reason`.
    """
    complete = locked(record_id)
    check_amends(complete, by)
    words, reason = words.strip(), reason.strip()
    missing = {
        name: said for name, value, said in (("words", words, SAY_ADDED), ("reason", reason, SAY_REASON)) if not value
    }
    if missing:
        raise ValidationError(missing)
    last = complete.amendments.filter(by=by).last()
    if last is not None and (last.words, last.reason) == (words, reason):
        return last
    added = RecordAmendment.objects.create(record=complete, words=words, reason=reason, by=by, at=now)
    record("record.amended", by=by, target=complete, now=now, amendment=str(added.pk))
    return added
