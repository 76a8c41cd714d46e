"""The text that leaves: chosen parts, with names and passages withheld. Preview and file are both drawn from it."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime

from safeguarding.body_map import Drawn, Figure, View
from safeguarding.bundle.parts import GROUPS, Part, moment, parts_of
from safeguarding.bundle.withholding import Name, names_in, withhold
from safeguarding.models import Concern, Disclosure
from whippersnappers.organisation import organisation
from whippersnappers.pdf_files import drawable

# Where somebody wrote signs that no letter of ours can show.
UNPRINTABLE = "[not printable]"


@dataclass(frozen=True)
class Choice:
    """What goes in, and what is withheld: keys of parts and of names, and passages in words."""

    parts: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    passages: tuple[str, ...] = ()


@dataclass(frozen=True)
class Piece:
    """A heading and its words, as they leave."""

    title: str
    text: str
    # Of a body map: side, and where on it; numbered in this order, as in the words.
    marks: tuple[tuple[str, float, float], ...] = ()

    @property
    def figures(self) -> list[Figure]:
        """The body map as it is drawn; none where nothing is marked."""
        drawn = [(view, Drawn(number, x, y)) for number, (view, x, y) in enumerate(self.marks, 1)]
        return [Figure(view, [mark for side, mark in drawn if side == view]) for view in View] if drawn else []


@dataclass(frozen=True)
class Section:
    """Pieces of one kind."""

    title: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Document:
    """All that leaves besides the cover."""

    sections: tuple[Section, ...]

    @property
    def digest(self) -> str:
        """By which it is known again: somebody looked at exactly this."""
        content = json.dumps([asdict(section) for section in self.sections], ensure_ascii=False)
        return hashlib.sha256(content.encode()).hexdigest()


def chosen_parts(concern: Concern, keys: Iterable[str]) -> list[Part]:
    """The chosen pieces that (still) exist, in order."""
    wanted = set(keys)
    return [part for part in parts_of(concern) if part.key in wanted]


def names_offered(concern: Concern, parts: Iterable[Part]) -> list[Name]:
    """Whose names stand in the chosen pieces."""
    return names_in(concern, text_of(parts))


def text_of(parts: Iterable[Part]) -> str:
    """The pieces as one text."""
    return "\n".join(f"{part.title}\n{part.text}" for part in parts)


def compose(concern: Concern, choice: Choice) -> Document:
    """What leaves for this choice."""
    parts = chosen_parts(concern, choice.parts)
    offered = names_offered(concern, parts)
    gone = [name for name in offered if name.key in choice.names]
    stay = [name for name in offered if name.key not in choice.names]

    def left_of(text: str) -> str:
        return drawable(withhold(text, gone, choice.passages, keep=stay), instead=UNPRINTABLE)

    sections = []
    for group, title in GROUPS.items():
        pieces = tuple(
            Piece(left_of(part.title), left_of(part.text), tuple((str(m.view), m.x, m.y) for m in part.marks))
            for part in parts
            if part.group == group
        )
        sections += [Section(title, pieces)] if pieces else []
    return Document(tuple(sections))


def cover(concern: Concern, sent: Disclosure, at: datetime) -> list[tuple[str, str]]:
    """What stands on top of the file: from whom, for whom, by which right."""
    lines = [
        ("From", organisation().name),
        ("For", for_whom(sent)),
        ("Made on", moment(at)),
        ("Our reference", concern.reference),
        ("Why it may be shared", str(sent.get_basis_display())),
    ]
    return [(label, drawable(words, instead=UNPRINTABLE)) for label, words in lines]


def for_whom(sent: Disclosure) -> str:
    """The agency and the person, in one line."""
    return " ".join(f"{sent.get_recipient_display()}: {sent.person}".split())
