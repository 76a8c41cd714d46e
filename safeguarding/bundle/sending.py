"""The only door by which a record leaves (N2): file, disclosure, chronology and audit event in one transaction."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from safeguarding.bundle.composing import Document, Piece, Section, compose, cover, for_whom
from safeguarding.bundle.drafting import Draft, draft_of
from safeguarding.bundle.drawing import draw
from safeguarding.bundle.parts import in_short_of, key_of
from safeguarding.bundle.withholding import NAME, PASSAGE
from safeguarding.disclosing import check, disclose
from safeguarding.gathering import record
from safeguarding.handling import locked
from safeguarding.models import BundleDraft, Concern, ConcernFile, Disclosure, SentFile
from whippersnappers import dates
from whippersnappers.accounts.models import User
from whippersnappers.audit import trail

NOT_READY = "The bundle is not complete: choose what goes in, look at it, and say for whom it is."
LOOK_AGAIN = "Something has changed since you looked. Please look at the text once more."
# How long whoever made a file can take it.
TAKEN_WITHIN = timedelta(hours=1)


@dataclass(frozen=True)
class Ready:
    """A bundle that somebody has looked at, with its recipient."""

    document: Document
    disclosure: Disclosure
    # Files that go along, byte for byte as they are kept.
    enclosed: tuple[ConcernFile, ...] = ()


class NotLookedAt(ValidationError):
    """The text is not the one that was looked at."""


def ready(concern: Concern, draft: Draft | None, *, by: User, now: datetime) -> Ready:
    """What would leave now. Raises ValidationError while something is missing, NotLookedAt when the text changed."""
    if draft is None or not draft.looked_at or not draft.sharing:
        raise ValidationError(NOT_READY)
    document = compose(concern, draft.choice(concern))
    if document.digest != draft.looked_at:
        raise NotLookedAt(LOOK_AGAIN)
    enclosed = tuple(file for file in concern.files.all() if key_of(file) in draft.parts)
    disclosure = to_disclose(draft.sharing, what=in_short(document, enclosed), now=now)
    check(concern, disclosure, by=by, now=now)
    return Ready(document, disclosure, enclosed)


def to_disclose(said: dict[str, str], *, what: str, now: datetime) -> Disclosure:
    """An entry of what the form said, not kept yet."""
    facts = {name: value for name, value in said.items() if name != "decided_by"}
    decided_by = User.objects.filter(pk=said["decided_by"]).first()
    return Disclosure(**facts, what=what, shared_at=now, decided_by=decided_by)


@transaction.atomic
def send(concern_id: Any, *, by: User, now: datetime) -> Disclosure:
    """Make the file and write down that it leaves. Raises what `ready` raises; pressing twice makes one file."""
    concern = record.by_id(by, locked(concern_id, by).pk)
    made = ready(concern, draft_of(concern, by), by=by, now=now)
    disclosure = made.disclosure
    top = cover(concern, disclosure, now)
    content, pages = draw(made.document, top, for_whom(disclosure), now)
    disclosure.sha256 = hashlib.sha256(content).hexdigest()
    disclose(concern.pk, disclosure, by=by, now=now)
    enclosed = [str(file.pk) for file in made.enclosed]
    said = {"cover": top, "sections": [asdict(section) for section in made.document.sections], "enclosed": enclosed}
    SentFile.objects.create(disclosure=disclosure, pages=pages, content=content, text=json.dumps(said))
    if enclosed:
        seals = [file.seal for file in made.enclosed]
        about = {"disclosure": disclosure.pk, "files": enclosed, "seals": seals}
        trail.record("concern.enclosed", by=by, target=concern, now=now, **about)
    BundleDraft.objects.filter(concern=concern, author=by).delete()
    return disclosure


def in_short(document: Document, enclosed: Iterable[ConcernFile] = ()) -> str:
    """What leaves, for the log: `PDF file. What was told (2), what happened (1). …`, and each file that goes along."""
    held = [f"{section.title.lower()} ({len(section.pieces)})" for section in document.sections]
    words = "\n".join(piece.title + piece.text for section in document.sections for piece in section.pieces)
    count = words.count(NAME) + words.count(PASSAGE)
    withheld = f"Withheld in {dates.counted(count, 'place')}." if count else "Nothing withheld."
    along = [f"{file.neutral_name}, {in_short_of(file)}." for file in enclosed]
    return "\n".join([f"PDF file. {', '.join(held).capitalize()}. {withheld}", *along])


def what_left(file: SentFile) -> tuple[list[tuple[str, str]], Document]:
    """Cover and text of a file that left."""
    kept = json.loads(file.text)
    sections = tuple(Section(s["title"], tuple(map(_piece, s["pieces"]))) for s in kept["sections"])
    return [(label, words) for label, words in kept["cover"]], Document(sections)


def enclosed_in(file: SentFile) -> list[ConcernFile]:
    """The files that went along with one that left."""
    return list(file.disclosure.concern.files.filter(pk__in=json.loads(file.text).get("enclosed", [])))


def _piece(kept: dict[str, Any]) -> Piece:
    return Piece(kept["title"], kept["text"], tuple((view, x, y) for view, x, y in kept["marks"]))


def is_whole(file: SentFile) -> bool:
    """Whether the kept file is still the one that left."""
    return hashlib.sha256(file.content).hexdigest() == file.disclosure.sha256


def may_be_taken(disclosure: Disclosure, user: User, now: datetime) -> bool:
    """Whether this person may still save the file: whoever made it, within the hour."""
    return disclosure.made_by == user and now - disclosure.kept_at < TAKEN_WITHIN
