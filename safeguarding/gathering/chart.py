"""A chart of twelve months, drawn by the server: the same facts stand in a table beside it."""

from collections.abc import Iterable
from dataclasses import dataclass

from safeguarding.gathering.history import Month

# In units of the drawing.
HEIGHT, FOOT, HEAD = 150, 26, 18
COLUMN, BAR = 54, 15


@dataclass(frozen=True)
class Bar:
    """One bar with its number above it; `kind` says how it is filled."""

    kind: str
    number: int
    x: int
    y: int
    height: int

    @property
    def middle(self) -> float:
        return self.x + BAR / 2


@dataclass(frozen=True)
class Column:
    """The bars of a month."""

    name: str
    x: int
    bars: list[Bar]

    @property
    def middle(self) -> float:
        return self.x + COLUMN / 2


@dataclass(frozen=True)
class Chart:
    """The drawing: what the template needs to write it as SVG."""

    columns: list[Column]
    width: int
    height: int = HEIGHT + FOOT + HEAD
    ground: int = HEIGHT + HEAD
    bar: int = BAR


def chart(months: list[Month]) -> Chart:
    """Bars for concerns, sessions attended and sessions missed, month by month."""
    most = max((max(m.concerns, m.attended, m.missed) for m in months), default=0) or 1
    columns = [Column(m.name, i * COLUMN, list(_bars(m, i * COLUMN, most))) for i, m in enumerate(months)]
    return Chart(columns, COLUMN * len(months))


def single_bars(numbers: list[tuple[str, int | None]]) -> Chart:
    """One bar for each name; what is not shown has none."""
    most = max((number or 0 for _, number in numbers), default=0) or 1
    columns = []
    for place, (name, number) in enumerate(numbers):
        height = round(HEIGHT * (number or 0) / most)
        x = place * COLUMN + (COLUMN - BAR) // 2
        bars = [Bar("concerns", number, x, HEAD + HEIGHT - height, height)] if number else []
        columns.append(Column(name, place * COLUMN, bars))
    return Chart(columns, COLUMN * len(numbers))


def _bars(month: Month, left: int, most: int) -> Iterable[Bar]:
    for place, kind in enumerate(("concerns", "attended", "missed")):
        number = getattr(month, kind)
        height = round(HEIGHT * number / most)
        if number:
            yield Bar(kind, number, left + 3 + place * (BAR + 1), HEAD + HEIGHT - height, height)
