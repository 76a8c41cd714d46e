"""Which numbers of a table are shown to somebody who may not learn of single cases.

A number under five is not shown. Nor is one from which, with the total, such a number could be worked out: then the
next smallest goes too. What is hidden looks the same in either case, so that nobody can tell which was the small one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

# From here on a number is shown.
SHOWN_FROM = 5


@dataclass(frozen=True)
class Row:
    """A line of a table; None is a number that is not shown."""

    label: str
    number: int | None


@dataclass(frozen=True)
class Table:
    """Some numbers with their title, and a total where they add up to one that is shown."""

    title: str
    rows: list[Row]
    adds_up: bool = True
    total: int | None = None

    @property
    def hides(self) -> bool:
        """Whether anything is left out."""
        return any(row.number is None for row in self.rows) or (self.adds_up and self.total is None)


def table(title: str, counts: Mapping[str, int], *, hiding: bool, adds_up: bool = True, blank: bool = False) -> Table:
    """The table, exact or with what must be hidden.

    `adds_up`: each case is counted once, so that there is a total. `blank`: nothing of it may be shown.
    """
    numbers = list(counts.values())
    is_blank = blank or (hiding and adds_up and gives_itself_away(numbers))
    hidden = set(range(len(numbers))) if is_blank else _hidden(numbers, adds_up) if hiding else set()
    rows = [Row(label, None if place in hidden else n) for place, (label, n) in enumerate(counts.items())]
    return Table(title, rows, adds_up, None if is_blank or not adds_up else sum(numbers))


def gives_itself_away(numbers: Sequence[int]) -> bool:
    """Whether the total alone would say too much: it is small, or only one set of small numbers adds up to it."""
    return sum(numbers) < SHOWN_FROM or all(number == SHOWN_FROM - 1 for number in numbers)


def median_is_shown(number: int, *, hiding: bool) -> bool:
    """Whether the median of so many times says nothing of a single one."""
    return number >= (SHOWN_FROM if hiding else 1)


def _hidden(numbers: list[int], adds_up: bool) -> set[int]:
    """The places of the numbers that are not shown."""
    smallest_first = sorted(range(len(numbers)), key=lambda place: numbers[place])
    hidden = [place for place in smallest_first if numbers[place] < SHOWN_FROM]
    if not adds_up or not hidden:
        return set(hidden)
    for place in smallest_first[len(hidden) :]:
        # Two or more that could be several things together: not all nothing, and not all at their most.
        if len(hidden) > 1 and SHOWN_FROM <= sum(numbers[p] for p in hidden) < len(hidden) * (SHOWN_FROM - 1):
            break
        hidden.append(place)
    return set(hidden)
