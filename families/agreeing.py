"""The parents' undertakings F1-F6: publishing a version, and signing it."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max

from families.models import Agreement, Guardian, Signature
from whippersnappers.audit.trail import record


def current_agreement() -> Agreement | None:
    """The latest published version, the one that guardians sign."""
    return Agreement.objects.filter(published_at__isnull=False).order_by("-version").first()


@transaction.atomic
def save_draft(agreement: Agreement, *, by: Any, now: datetime) -> Agreement:
    """Add or change a version that is not published yet; a new one gets the next number."""
    check_draft(agreement)
    if agreement._state.adding:
        highest = Agreement.objects.aggregate(highest=Max("version"))["highest"] or 0
        agreement.version = highest + 1
    agreement.full_clean()
    added = agreement._state.adding
    agreement.save()
    record(
        "agreement.added" if added else "agreement.changed",
        by=by,
        target=agreement,
        now=now,
        version=agreement.version,
        sha256=agreement.sha256,
    )
    return agreement


def check_draft(agreement: Agreement) -> None:
    """Raise ValidationError when the version is published: families have signed these very words."""
    if Agreement.objects.filter(pk=agreement.pk, published_at__isnull=False).exists():
        raise ValidationError("This version is published and cannot change. Add a new version instead.")


@transaction.atomic
def publish(agreement: Agreement, *, by: Any, now: datetime) -> None:
    """Make a version the one to sign; from now on Postgres refuses any change to it."""
    check_draft(agreement)
    agreement.published_at = now
    agreement.save(update_fields=["published_at"])
    record("agreement.published", by=by, target=agreement, now=now, version=agreement.version, sha256=agreement.sha256)


@transaction.atomic
def sign(guardian: Guardian, agreement: Agreement, *, typed_name: str, by: Any, now: datetime) -> Signature:
    """A guardian signs the current version by typing the own name. Signing twice is signing once."""
    current = current_agreement()
    if current is None or current.pk != agreement.pk:
        raise ValidationError("There is a newer version of our agreement. Please read that one.")
    if not typed_name.strip():
        raise ValidationError({"typed_name": "Please type your name."})
    signature, new = Signature.objects.get_or_create(
        agreement=agreement,
        guardian=guardian,
        defaults={"typed_name": typed_name.strip(), "signed_at": now},
    )
    if new:
        record(
            "agreement.signed",
            by=by,
            target=signature,
            now=now,
            version=agreement.version,
            guardian=guardian.pk,
            sha256=agreement.sha256,
        )
    return signature


def has_signed(guardian: Guardian) -> bool:
    """Whether the guardian signed the version that is in force; True while none is published."""
    current = current_agreement()
    return current is None or current.signatures.filter(guardian=guardian).exists()
