"""The body map: where on a body somebody saw what. No photographs of children are ever taken (N3).

A mark names its site in words, so that the list alone says everything; where it was put on the figure is
kept as well when somebody pointed at it. Coordinates are those of the drawing: 0 to 200 across, 0 to 400 down.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from math import dist
from typing import Any

from django.db.models import TextChoices

WIDTH, HEIGHT = 200, 400
MOST_MARKS = 40
LONGEST_NOTE = 200


class View(TextChoices):
    FRONT = "front", "Front"
    BACK = "back", "Back"


class Injury(TextChoices):
    """What the mark looks like, not what may have caused it."""

    BRUISE = "bruise", "Bruise"
    CUT = "cut", "Cut or graze"
    BURN = "burn", "Burn or scald"
    BITE = "bite", "Bite"
    SWELLING = "swelling", "Swelling"
    RASH = "rash", "Rash or sore skin"
    OTHER = "other", "Something else"


class Size(TextChoices):
    PEA = "pea", "Like a pea (under 1 cm)"
    COIN = "coin", "Like a coin (1 to 3 cm)"
    PALM = "palm", "Like a child’s palm (3 to 8 cm)"
    LARGER = "larger", "Larger"


class Colour(TextChoices):
    RED = "red", "Red"
    BLUE = "blue", "Blue or purple"
    GREEN = "green", "Green or yellow"
    BROWN = "brown", "Brown"
    BLACK = "black", "Black"
    PALE = "pale", "Paler than the skin around it"
    NONE = "none", "No other colour"


@dataclass(frozen=True)
class Site:
    """A part of the body: how it is called and where its middle is. Left and right are the child's own."""

    key: str
    label: str
    view: View
    x: float
    y: float


def _both(key: str, label: str, view: View, from_middle: float, y: float) -> tuple[Site, Site]:
    """The site on either side. On the front the child's right is at the left of the drawing."""
    right, left = (
        (100 - from_middle, 100 + from_middle) if view == View.FRONT else (100 + from_middle, 100 - from_middle)
    )
    return (
        Site(f"{view}_right_{key}", f"Right {label}", view, right, y),
        Site(f"{view}_left_{key}", f"Left {label}", view, left, y),
    )


def _middle(key: str, label: str, view: View, y: float) -> tuple[Site]:
    return (Site(f"{view}_{key}", label, view, 100, y),)


_F, _B = View.FRONT, View.BACK
SITES: dict[str, Site] = {
    site.key: site
    for group in (
        _middle("forehead", "Forehead", _F, 24),
        _both("eye", "eye", _F, 10, 38),
        _middle("nose", "Nose", _F, 46),
        _both("cheek", "cheek", _F, 17, 50),
        _both("ear", "ear", _F, 29, 42),
        _middle("mouth", "Mouth", _F, 57),
        _middle("chin", "Chin", _F, 67),
        _middle("neck", "Neck", _F, 80),
        _both("shoulder", "shoulder", _F, 36, 98),
        _both("chest", "side of the chest", _F, 17, 118),
        _middle("stomach", "Stomach", _F, 158),
        _both("upper_arm", "upper arm", _F, 48, 128),
        _both("elbow", "elbow crease", _F, 55, 157),
        _both("forearm", "forearm", _F, 61, 182),
        _both("hand", "palm", _F, 69, 216),
        _both("hip", "hip", _F, 26, 190),
        _middle("genitals", "Genital area", _F, 206),
        _both("thigh", "thigh", _F, 19, 240),
        _both("knee", "knee", _F, 20, 283),
        _both("shin", "shin", _F, 20, 325),
        _both("foot", "top of the foot", _F, 23, 382),
        _middle("head", "Back of the head", _B, 38),
        _both("behind_ear", "ear, from behind", _B, 29, 42),
        _middle("neck", "Back of the neck", _B, 80),
        _both("shoulder_blade", "shoulder blade", _B, 20, 112),
        _middle("spine", "Middle of the back", _B, 138),
        _middle("lower_back", "Lower back", _B, 172),
        _both("upper_arm", "back of the upper arm", _B, 48, 128),
        _both("elbow", "elbow", _B, 55, 157),
        _both("forearm", "back of the forearm", _B, 61, 182),
        _both("hand", "back of the hand", _B, 69, 216),
        _both("buttock", "buttock", _B, 16, 204),
        _both("thigh", "back of the thigh", _B, 19, 245),
        _both("knee", "back of the knee", _B, 20, 285),
        _both("calf", "calf", _B, 20, 325),
        _both("heel", "heel", _B, 20, 382),
    )
    for site in group
}


@dataclass(frozen=True)
class Mark:
    """One mark that somebody saw; `x` and `y` are the middle of its site unless somebody pointed."""

    site: str
    injury: str
    size: str
    colour: str
    x: float
    y: float
    note: str = ""

    @property
    def view(self) -> View:
        return SITES[self.site].view

    @property
    def words(self) -> str:
        """The whole mark in words: `Left cheek: bruise, like a coin (1 to 3 cm), blue or purple. Note.`"""
        said = [Injury(self.injury).label, Size(self.size).label, Colour(self.colour).label]
        text = f"{SITES[self.site].label} ({self.view.label.lower()}): {', '.join(map(str.lower, said))}."
        return f"{text} {self.note}".rstrip()


def mark_at(site: str, injury: str, size: str, colour: str, *, point: Any = None, note: str = "") -> Mark:
    """A mark as somebody entered it; `point` is where they pointed, or None for the middle of the site.

    Raises ValueError for a word that is in no list, a point outside the drawing, or a note that is too long.
    """
    if site not in SITES:
        raise ValueError("Choose where on the body it is.")
    if len(note) > LONGEST_NOTE:
        raise ValueError(f"Keep the note to {LONGEST_NOTE} letters.")
    x, y = _inside(point) if point is not None else (SITES[site].x, SITES[site].y)
    return Mark(site, Injury(injury), Size(size), Colour(colour), x, y, note.strip())


def _inside(point: Any) -> tuple[float, float]:
    x, y = (round(float(part), 1) for part in point)
    if not (0 <= x <= WIDTH and 0 <= y <= HEIGHT):
        raise ValueError("That point is not on the drawing.")
    return x, y


def nearest(view: View, x: float, y: float) -> Site:
    """The site of that side of the body whose middle is nearest to a point."""
    sites = [site for site in SITES.values() if site.view == view]
    return min(sites, key=lambda site: dist((site.x, site.y), (x, y)))


@dataclass(frozen=True)
class Drawn:
    """A mark on a figure, with the number that it has in the list."""

    number: int
    x: float
    y: float


@dataclass(frozen=True)
class Figure:
    """One side of the body, with its marks."""

    view: View
    marks: list[Drawn]

    @property
    def label(self) -> str:
        return self.view.label


def figures(marks: Iterable[Mark]) -> list[Figure]:
    """Front and back, each with the marks that are on it."""
    numbered = list(enumerate(marks, 1))
    return [Figure(view, [Drawn(n, m.x, m.y) for n, m in numbered if m.view == view]) for view in View]


def in_words(marks: Iterable[Mark]) -> str:
    """The list: a line for each mark, numbered as on the figures."""
    return "\n".join(f"{number}. {mark.words}" for number, mark in enumerate(marks, 1))


def kept(marks: Iterable[Mark]) -> list[dict[str, Any]]:
    """The marks as plain data, for the record. Raises ValueError when there are too many."""
    rows = [asdict(mark) for mark in marks]
    if len(rows) > MOST_MARKS:
        raise ValueError(f"Put at most {MOST_MARKS} marks on the body map; say the rest in words.")
    return rows


def restored(rows: Iterable[dict[str, Any]]) -> list[Mark]:
    """The marks of a record, as they were kept."""
    return [Mark(**row) for row in rows]
