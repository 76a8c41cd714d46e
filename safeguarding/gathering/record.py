"""Everything about one concern for its page: what was said, what happened, and who is in it."""

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from safeguarding.body_map import Figure, figures
from safeguarding.gathering.lines import Line
from safeguarding.models import ChronologyEntry, Concern, ConcernVersion
from safeguarding.models.concerns import ConcernQuerySet
from safeguarding.models.versions import NARRATIVE
from whippersnappers.accounts.models import User

# A word with the space after it: spaces of their own would be compared with all others.
_WORDS = re.compile(r"\S+\s*|\s+")
# Struck through and underlined for the eye, in words for a screen reader.
_TAKEN_OUT = '<del><span class="visually-hidden"> taken out: </span>{}</del>'
_PUT_IN = '<ins><span class="visually-hidden"> put in: </span>{}</ins>'
_LABELS = {field.name: str(field.verbose_name) for field in ConcernVersion._meta.local_fields}
_HANGING_ON_IT = (
    *("people__child", "people__user", "assignments__user", "recusals__user"),
    *("holds__set_by", "holds__lifted_by", "reviews"),
    *("versions__author", "actions__owner", "referrals__made_by", "chronology__author"),
    *("disclosures__made_by", "disclosures__decided_by", "files__author"),
)
_KINDS = {kind: number for number, kind in enumerate(ChronologyEntry.Kind.values)}


@dataclass(frozen=True)
class Said:
    """One field of a version: its name for people, the words, and how they differ from before."""

    label: str
    words: str
    differs: SafeString | None = None


@dataclass(frozen=True)
class Told:
    """A version as a page shows it."""

    version: ConcernVersion
    said: list[Said]

    @property
    def figures(self) -> list[Figure]:
        """The body map as it is drawn; none when nobody marked anything."""
        return figures(self.version.marks) if self.version.body_map else []


def by_id(user: User, pk: Any) -> Concern:
    """A concern that this person may know of. Raises `Concern.DoesNotExist`."""
    seen: ConcernQuerySet = Concern.objects.visible_to(user).select_related(
        "reporter", "paper__reporter", "paper__typed_by"
    )
    for related in _HANGING_ON_IT:
        seen = seen.prefetch_related(related)
    return seen.get(pk=pk)


def line_of(concern: Concern, now: datetime) -> Line:
    """The concern's own line, with its clocks."""
    concern.told_lado = any(r.agency == "lado" for r in concern.referrals.all())  # type: ignore[attr-defined]
    return Line(concern, now)


def chronology(concern: Concern, *, kind: str = "", newest_first: bool = True) -> list[ChronologyEntry]:
    """What happened, all of it or one kind of thing."""
    entries = [entry for entry in concern.chronology.all() if not kind or entry.kind == kind]
    # One press may write several at one moment: they stand as their kinds do, what was submitted first.
    entries.sort(key=lambda entry: (entry.at, _KINDS[entry.kind]))
    return entries[::-1] if newest_first else entries


def told(concern: Concern, *, by: User | None = None) -> list[Told]:
    """Every version, or those of one author: the first as it was sent, later ones with how they differ."""
    versions = [version for version in concern.versions.all() if by is None or version.author_id == by.pk]
    return [Told(v, list(_said(v, before))) for v, before in zip(versions, [None, *versions], strict=False)]


def _said(version: ConcernVersion, before: ConcernVersion | None) -> Iterator[Said]:
    for name in NARRATIVE:
        words, earlier = version.in_words(name), before.in_words(name) if before else ""
        if not words and not earlier:
            continue
        differs = difference(earlier, words) if before is not None and words != earlier else None
        yield Said(label_of(name), words, differs)


def label_of(name: str) -> str:
    """What people call a field of a version."""
    label = _LABELS[name]
    return f"{label[:1].upper()}{label[1:]}"


def difference(before: str, after: str) -> SafeString:
    """Both texts in one: what went as `del`, what came as `ins`, word by word."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    pieces = []
    for what, i1, i2, j1, j2 in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        gone, came = "".join(old[i1:i2]), "".join(new[j1:j2])
        if what == "equal":
            pieces.append(format_html("{}", came))
            continue
        pieces += [format_html(_TAKEN_OUT, gone)] if gone else []
        pieces += [format_html(_PUT_IN, came)] if came else []
    return format_html_join("", "{}", ((piece,) for piece in pieces))
