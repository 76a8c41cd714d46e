"""The parents' undertakings F1-F6: publishing a version, and signing it."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from families.models import Agreement, Guardian, Signature
from whippersnappers.audit.trail import record

MOST_NAME = 160


def current_agreement() -> Agreement | None:
    """The latest published version, the one that guardians sign."""
    return _published().first()


def _published() -> QuerySet[Agreement]:
    return Agreement.objects.filter(published_at__isnull=False).order_by("-version")


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


@dataclass(frozen=True)
class Evidence:
    """What shows later that a signature in the portal is the guardian's own; no address of their connection."""

    device: str = ""
    signed_in_by: str = ""
    signed_in_at: datetime | None = None


@transaction.atomic
def sign(
    guardian: Guardian,
    agreement: Agreement,
    *,
    typed_name: str,
    evidence: Evidence | None = None,
    by: Any,
    now: datetime,
) -> tuple[Signature, bool]:
    """A guardian signs the current version by typing the own name; answers whether the signature is new.

    Signing twice is signing once. Raises ValidationError keyed by `typed_name`, or for a version that is
    not in force (F1-F6).
    """
    shown = evidence or Evidence()
    signature = Signature(
        agreement=agreement,
        guardian=guardian,
        typed_name=one_line(typed_name),
        signed_at=now,
        sha256=agreement.sha256,
        device=one_line(shown.device)[:300],
        signed_in_by=shown.signed_in_by,
        signed_in_at=shown.signed_in_at,
    )
    return _keep(signature, by=by, now=now)


@transaction.atomic
def record_paper(
    guardian: Guardian, agreement: Agreement, *, name: str, paper_date: date, by: Any, now: datetime
) -> tuple[Signature, bool]:
    """Staff have seen the guardian's signature on paper; answers whether that is new.

    Raises ValidationError keyed by `typed_name` or `paper_date`, or for a version that is not in force.
    """
    today = timezone.localtime(now).date()
    if paper_date > today:
        raise ValidationError({"paper_date": "This day is still to come: what date stands on the paper?"})
    signature = Signature(
        agreement=agreement,
        guardian=guardian,
        typed_name=one_line(name),
        signed_at=now,
        sha256=agreement.sha256,
        kind=Signature.Kind.PAPER,
        paper_date=paper_date,
        seen_by=by,
    )
    return _keep(signature, by=by, now=now)


def _keep(signature: Signature, *, by: Any, now: datetime) -> tuple[Signature, bool]:
    """Insert the signature unless the guardian has signed this version before."""
    agreement, guardian = signature.agreement, signature.guardian
    current = current_agreement()
    if current is None or current.pk != agreement.pk:
        raise ValidationError("There is a newer version of our agreement. Please read that one.")
    if not any(letter.isalpha() for letter in signature.typed_name):
        raise ValidationError({"typed_name": "Please type your name."})
    if len(signature.typed_name) > MOST_NAME:
        raise ValidationError({"typed_name": f"Please keep it under {MOST_NAME} letters."})
    # Two presses at once: the second waits here, and finds the first one's signature.
    Guardian.objects.select_for_update(no_key=True).get(pk=guardian.pk)
    if earlier := Signature.objects.filter(agreement=agreement, guardian=guardian).first():
        return earlier, False
    signature.save(force_insert=True)
    record(
        "agreement.signed",
        by=by,
        target=signature,
        now=now,
        version=agreement.version,
        guardian=guardian.pk,
        sha256=agreement.sha256,
        kind=signature.kind,
    )
    return signature, True


def one_line(text: str) -> str:
    """The text on one line, without signs that Postgres or a reader cannot take."""
    visible = "".join(" " if unicodedata.category(sign) in ("Cc", "Cs", "Zl", "Zp") else sign for sign in text)
    return " ".join(visible.split())


def has_signed(guardian_id: Any) -> bool:
    """Whether the guardian signed the version that is in force; True while none is published. One query."""
    mine = Signature.objects.filter(agreement=OuterRef("pk"), guardian=guardian_id)
    return _published().annotate(is_signed=Exists(mine)).values_list("is_signed", flat=True).first() is not False


def signed_by(guardian: Any) -> Q:
    """For annotating rows: whether the guardian signed the version in force, or none is. May be an OuterRef."""
    newest = _published().values("pk")[:1]
    mine = Signature.objects.filter(agreement=Subquery(newest), guardian=guardian)
    return Q(Exists(mine)) | ~Q(Exists(_published()))


def signed_as(guardian: Any) -> Subquery:
    """For annotating rows: the name under the version in force, None where there is none. May be an OuterRef."""
    newest = _published().values("pk")[:1]
    mine = Signature.objects.filter(agreement=Subquery(newest), guardian=guardian)
    return Subquery(mine.values("typed_name")[:1])


def signed_ids(guardian_ids: Iterable[Any]) -> set[Any]:
    """Which of the guardians signed the version that is in force; all of them while none is published. Two queries."""
    ids, current = set(guardian_ids), current_agreement()
    if current is None:
        return ids
    return set(current.signatures.filter(guardian__in=ids).values_list("guardian", flat=True))


@dataclass(frozen=True)
class Point:
    """One part of the agreement: the exact words, and the same in easy ones."""

    exact: str
    easy: str

    @property
    def is_heading(self) -> bool:
        return self.easy.endswith(":")


def points(agreement: Agreement) -> list[Point]:
    """The undertakings one by one, where both texts have the same number of them; else both as a whole."""
    exact, easy = _parts(agreement.text), _parts(agreement.easy_text)
    if len(exact) != len(easy):
        return [Point(agreement.text.strip(), agreement.easy_text.strip())]
    return [Point(*pair) for pair in zip(exact, easy, strict=True)]


def _parts(text: str) -> list[str]:
    return [part for part in (line.strip().removeprefix("·").strip() for line in text.splitlines()) if part]
