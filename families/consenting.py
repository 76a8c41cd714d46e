"""Consents: one current answer per child and purpose, earlier ones kept."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from families.models import Child, Consent, Guardian, Guardianship
from whippersnappers.audit.trail import record


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
    Child.objects.select_for_update().get(pk=child.pk)
    check_consent(child, given_by, recorded_note)
    Consent.objects.filter(child=child, purpose=purpose, superseded_at=None).update(superseded_at=now)
    consent = Consent(
        child=child, purpose=purpose, given=given, given_by=given_by, recorded_note=recorded_note, decided_at=now
    )
    consent.full_clean()
    consent.save(force_insert=True)
    record("consent.recorded", by=by, target=consent, now=now, child=child.pk, purpose=purpose, given=given)
    return consent


def has_consent(child: Child, purpose: str) -> bool:
    """Whether the current answer is yes; no answer is no."""
    return Consent.objects.filter(child=child, purpose=purpose, superseded_at=None, given=True).exists()
