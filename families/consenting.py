"""Consents: one current answer per child and purpose, earlier ones kept.

What follows from an answer is said by the apps above, in their module `following_consents`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet

from families.models import Child, Consent, Guardian, Guardianship
from whippersnappers.audit.trail import record

# Puts right what hangs on the answer, in the transaction that notes it.
FollowUp = Callable[[Consent, Any, datetime], None]

_follow_ups: list[FollowUp] = []


def when_answered(follow_up: FollowUp) -> FollowUp:
    """Have this run whenever the answer that holds for a child changes."""
    _follow_ups.append(follow_up)
    return follow_up


def check_consent(child: Child, given_by: Guardian | None, recorded_note: str) -> None:
    """Raise ValidationError unless a guardian who may decide, or a note of how staff know, stands behind it."""
    if given_by is None:
        if not recorded_note.strip():
            raise ValidationError({"recorded_note": "Say who answered and how, for example “by phone, her mother”."})
        return
    standing = Guardianship.objects.filter(child=child, guardian=given_by).first()
    if standing is None or standing.restricted:
        raise ValidationError({"given_by": f"{given_by} may not decide for {child.known_as}."})
    if not standing.parental_responsibility:
        raise ValidationError({"given_by": f"{given_by} does not have parental responsibility for {child.known_as}."})


@transaction.atomic
def record_consent(
    child: Child,
    purpose: str,
    *,
    given: bool,
    given_by: Guardian | None = None,
    recorded_note: str = "",
    by: Any,
    now: datetime,
) -> Consent:
    """Note an answer for a child; the earlier answer to the same question is superseded, not deleted.

    Raises ValidationError when the guardian may not decide for the child (X1).
    """
    _lock(child)
    check_consent(child, given_by, recorded_note)
    return _supersede(
        Consent(
            child=child, purpose=purpose, given=given, given_by=given_by, recorded_note=recorded_note, decided_at=now
        ),
        by=by,
        now=now,
    )


@transaction.atomic
def answer(child: Child, purpose: str, *, given: bool, guardian: Guardian, by: Any, now: datetime) -> Consent:
    """A guardian answers in the portal; returns the answer that holds. The same answer twice is one answer.

    Of two answers the later holds. Raises ValidationError when the guardian may not decide (X1).
    """
    _lock(child)
    check_consent(child, guardian, "")
    held = current(child, purpose)
    if held is not None and held.given == given:
        return held
    return _supersede(
        Consent(child=child, purpose=purpose, given=given, given_by=guardian, decided_at=now), by=by, now=now
    )


def _lock(child: Child) -> None:
    # Not the key: giving the child a place refers to the row, and must not wait for this.
    Child.objects.select_for_update(no_key=True).get(pk=child.pk)


def _supersede(consent: Consent, *, by: Any, now: datetime) -> Consent:
    Consent.objects.filter(child=consent.child, purpose=consent.purpose, superseded_at=None).update(superseded_at=now)
    consent.full_clean()
    consent.save(force_insert=True)
    record(
        "consent.recorded",
        by=by,
        target=consent,
        now=now,
        child=consent.child_id,
        purpose=consent.purpose,
        given=consent.given,
    )
    for follow_up in _follow_ups:
        follow_up(consent, by, now)
    return consent


def current(child: Child, purpose: str) -> Consent | None:
    """The answer that holds now, or None while nobody has answered."""
    return Consent.objects.filter(child=child, purpose=purpose, superseded_at=None).first()


def has_consent(child: Child, purpose: str) -> bool:
    """Whether the current answer is yes; no answer is no."""
    return consented(purpose).filter(child=child).exists()


def consented(purpose: str) -> QuerySet[Consent]:
    """The answers that hold now and say yes."""
    return Consent.objects.filter(purpose=purpose, superseded_at=None, given=True)


@dataclass(frozen=True)
class Answered:
    """One answer as a guardian may read it: who gave it is named only within their own household (W8)."""

    consent: Consent
    word: str
    who: str


def history(child: Child, purpose: str, reader: Guardian) -> list[Answered]:
    """Every answer about the child, the latest first."""
    rows = Consent.objects.filter(child=child, purpose=purpose).select_related("given_by").order_by("decided_at", "pk")
    found: list[Answered] = []
    was_yes = False
    for consent in rows:
        word = "Yes" if consent.given else ("Yes taken back" if was_yes else "No")
        found.append(Answered(consent, word, _who(consent, reader)))
        was_yes = consent.given
    return found[::-1]


def _who(consent: Consent, reader: Guardian) -> str:
    if consent.given_by is None:
        return "Told to our staff"
    if consent.given_by == reader:
        return "You"
    return str(consent.given_by) if consent.given_by.family_id == reader.family_id else "Another parent or carer"


def who_decides(child: Child, reader: Guardian) -> list[str]:
    """Who else may answer for the child: by name within the reader's household, otherwise only that there is one."""
    able = Guardianship.objects.deciding().filter(child=child, guardian__archived_at=None).exclude(guardian=reader)
    near = [str(s.guardian) for s in able.select_related("guardian") if s.guardian.family_id == reader.family_id]
    far = able.exclude(guardian__family=reader.family_id).exists()
    return [*sorted(near), *(["another parent or carer"] if far else [])]
