"""Adding files to a concern: rows, chronology and audit event in one transaction, all files of a press or none (W8)."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Sum

from safeguarding import telling
from safeguarding.adding import add_to, raise_or_add
from safeguarding.files.opening import Opened
from safeguarding.handling import add_entry, locked
from safeguarding.models import ChronologyEntry, Concern, ConcernFile
from safeguarding.models.files import signed
from safeguarding.raising import Report
from whippersnappers.accounts.models import User
from whippersnappers.audit.trail import record

MOST_FILES = 40
# Bytes of all that is kept with one concern.
MOST_BYTES = 100 * 1024 * 1024
FULL = "There is no room for more files with this concern. Please give them to the Safeguarding Lead by hand."
SAY_WHAT = "Please say in a few words what the pictures show."


@transaction.atomic
def attach(concern_id: Any, uploads: Sequence[Opened], *, about: str, by: User, now: datetime) -> list[ConcernFile]:
    """Keep files with a concern that exists for `by`; returns the rows, of those that are new.

    A file that the concern has already is not kept again. Raises `Concern.DoesNotExist`, and ValidationError for
    pictures of which nobody says what they show, and for more than a concern holds.
    """
    return add_files(locked(concern_id, by), uploads, about=about, by=by, now=now)


@transaction.atomic
def raise_with_files(report: Report, uploads: Sequence[Opened], *, about: str, by: User, now: datetime) -> Concern:
    """Keep a report and its files, or neither. Raises ValidationError as `attach` does."""
    concern = raise_or_add(report, by=by, now=now)
    add_files(Concern.objects.select_for_update().get(pk=concern.pk), uploads, about=about, by=by, now=now)
    return concern


@transaction.atomic
def add_own(
    concern_id: Any, more: dict[str, str], uploads: Sequence[Opened], *, about: str, by: User, now: datetime
) -> None:
    """Keep what a reporter adds to their own concern: words for its fields, files, or both.

    Whoever looks after it is told once. Raises `Concern.DoesNotExist` when it is not their own, and ValidationError
    as `attach` does.
    """
    own = Concern.objects.for_reporter(by).select_for_update(of=("self",)).get(pk=concern_id)
    if more:
        add_to(own.pk, more, by=by, now=now)
    kept = add_files(own, uploads, about=about, by=by, now=now)
    if kept and not more:
        telling.tell_of_addition(kept[0], now=now)


def add_files(concern: Concern, files: Sequence[Opened], *, about: str, by: User, now: datetime) -> list[ConcernFile]:
    """Keep files with a locked concern, in the caller's transaction. Raises ValidationError as `attach` does."""
    if not about.strip() and any(file.is_picture for file in files):
        raise ValidationError({"about": SAY_WHAT})
    kept = [row for file in files if (row := _keep(concern, file, about.strip(), by, now))]
    held = concern.files.aggregate(bytes=Sum("size"))["bytes"] or 0
    if kept and (held > MOST_BYTES or concern.files.count() > MOST_FILES):
        raise ValidationError({"uploads": FULL})
    return kept


def _keep(concern: Concern, file: Opened, about: str, by: User, now: datetime) -> ConcernFile | None:
    came_as = signed(concern.pk, file.sent_sha256)
    # The concern is locked: nobody else adds the same file between this look and the insert.
    if concern.files.filter(came_as=came_as).exists():
        return None
    row = ConcernFile.objects.create(
        concern=concern,
        author=by,
        at=now,
        kind=file.kind,
        size=len(file.content),
        name=file.name,
        about=about,
        content=file.content,
        sha256=sha256(file.content).hexdigest(),
        came_as=came_as,
    )
    add_entry(concern, ChronologyEntry.Kind.ADDED, by=by, now=now, words=f"File: {file.name}")
    record("concern.file_added", by=by, target=concern, now=now, file=row.pk, kind=row.kind, seal=row.seal)
    return row
