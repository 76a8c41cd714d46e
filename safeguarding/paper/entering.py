"""Typing in what came on paper (A2, W7): a concern like any other, that says how it came and who typed it in.

Its clocks run from when it was received: paper that lies in a drawer is late. Whoever types it in and looks after it
has read it, so that acknowledges it; a report about the Lead goes to the trustees, whoever holds the paper.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from safeguarding import handling, looking_after
from safeguarding.files.attaching import add_files
from safeguarding.files.opening import Opened
from safeguarding.models import ChronologyEntry, Concern, ConcernPerson, PaperReport
from safeguarding.raising import Report, raise_concern
from safeguarding.vocabulary import Kind, PersonRole
from whippersnappers import dates
from whippersnappers.accounts.models import User
from whippersnappers.accounts.roles import Role
from whippersnappers.audit.trail import record

SAY_WHO = "Say who reported it: somebody of staff, or somebody in words."
ONE_WAY = "Say in one way who reported it: choose somebody, or write it."
TO_COME = "This time has not come yet."
WRITTEN_FIRST = "It was written before it was received: check the day and time."
TOO_LONG_AGO = "That is too long ago: check the year."
NOBODY_SEES = (
    "Nobody who may read this could see it here. Call a trustee, and give them the paper. In danger: 999. About staff: "
    "the LADO."
)
_OLDEST = datetime(1950, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Sheet:
    """What a sheet of paper says besides the report. `subject` is somebody of staff who may have caused harm."""

    written_at: datetime
    received_at: datetime
    reporter: User | None = None
    reporter_words: str = ""
    subject: User | None = None


@transaction.atomic
def enter_paper(
    report: Report, sheet: Sheet, uploads: Sequence[Opened] = (), *, about: str = "", by: User, now: datetime
) -> Concern:
    """Keep a report that came on paper, with its scan; the same form sent twice gives the concern of the first time.

    Raises ValidationError when nobody reported it, for times that cannot be, and where nobody could look after it.
    """
    _check(sheet, now)
    if sheet.subject is not None and sheet.subject.has_role(Role.LEAD, Role.DEPUTY):
        report = replace(report, kind=Kind.LEAD)
    concern = raise_concern(report, by=by, now=now)
    if PaperReport.objects.filter(concern=concern).exists():
        return concern
    _note_paper(concern, sheet, by, now)
    if sheet.subject is not None:
        ConcernPerson.objects.create(concern=concern, user=sheet.subject, role=PersonRole.SUBJECT)
    add_files(concern, uploads, about=about, by=by, now=now)
    if not looking_after.keepers(concern):
        raise ValidationError(NOBODY_SEES)
    if Concern.objects.visible_to(by).filter(pk=concern.pk).exists():
        handling.acknowledge(concern.pk, by=by, now=now)
    return concern


def _check(sheet: Sheet, now: datetime) -> None:
    if not sheet.reporter and not sheet.reporter_words.strip():
        raise ValidationError({"reporter_words": SAY_WHO})
    if sheet.reporter and sheet.reporter_words.strip():
        raise ValidationError({"reporter_words": ONE_WAY})
    for name in ("written_at", "received_at"):
        if getattr(sheet, name) > now:
            raise ValidationError({name: TO_COME})
        if getattr(sheet, name) < _OLDEST:
            raise ValidationError({name: TOO_LONG_AGO})
    if sheet.written_at > sheet.received_at:
        raise ValidationError({"received_at": WRITTEN_FIRST})


def _note_paper(concern: Concern, sheet: Sheet, by: User, now: datetime) -> None:
    """How it came. The clocks run from `submitted_at`, which is when it was received."""
    concern.submitted_at = sheet.received_at
    concern.save(update_fields=["submitted_at"])
    paper = PaperReport.objects.create(
        concern=concern,
        reporter=sheet.reporter,
        words=sheet.reporter_words.strip(),
        written_at=sheet.written_at,
        received_at=sheet.received_at,
        typed_by=by,
        typed_at=now,
    )
    typed = f"{dates.clock(now)} on {dates.day(now, now=now)}"
    words = f"Received on paper from {paper.reported_by}. Typed in by {by}, {typed}."
    # It stands where it happened; when it was typed in say its words and the trail.
    handling.add_entry(concern, ChronologyEntry.Kind.NOTE, by=by, now=sheet.received_at, words=words)
    record("concern.typed_in", by=by, target=concern, now=now, paper=paper.pk, received=sheet.received_at)
