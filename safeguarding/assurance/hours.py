"""Short-break hours, as councils ask for them: by child, local authority and category, of one period.

An hour counts for a child who attended a session that took place; it is the planned length, for that is what was
offered. One query, however many there are.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Sum

from safeguarding.assurance.measuring import delivered
from safeguarding.figures.periods import Period
from sessions_app.models import Booking, Session
from whippersnappers.staff_lists.cells import Cell, text

NO_COUNCIL = "Not known"
HEADINGS = ("Local authority", "Child", "Known as", "Category", "Sessions", "Hours")
_OF_CHILD = ("child__local_authority", "child__first_name", "child__last_name", "child__known_as", "child")
_OF_SESSION = ("session__kind", "session__delivery")
_HOW = {Session.Delivery.REMOTE: "by Zoom", Session.Delivery.IN_PERSON: "in person"}


@dataclass(frozen=True)
class Hours:
    """What one child had of one category."""

    council: str
    name: str
    known_as: str
    child: Any
    category: str
    sessions: int
    length: timedelta

    @property
    def hours(self) -> Decimal:
        return as_hours(self.length)


@dataclass(frozen=True)
class Total:
    """What all children of a local authority had of one category."""

    council: str
    category: str
    children: int
    sessions: int
    hours: Decimal


def as_hours(length: timedelta) -> Decimal:
    """Hours with two digits: 45 minutes are 0.75."""
    return (Decimal(round(length.total_seconds())) / 3600).quantize(Decimal("0.01"))


def hours(period: Period) -> list[Hours]:
    """Each child's, by local authority and name."""
    attended = Booking.objects.filter(
        session__in=delivered(period).values("pk"), attendance=Booking.Attendance.ATTENDED
    )
    length = Sum(F("session__ends_at") - F("session__starts_at"))
    rows = attended.order_by(*_OF_CHILD, *_OF_SESSION).values_list(*_OF_CHILD, *_OF_SESSION)
    return [_row(*row) for row in rows.annotate(sessions=Count("pk"), length=length)]


def _row(council: str, first: str, last: str, known_as: str, child: Any, kind: str, how: str, *summed: Any) -> Hours:
    category = f"{Session.Kind(kind).label}, {_HOW[Session.Delivery(how)]}"
    return Hours(council.strip() or NO_COUNCIL, f"{first} {last}".strip(), known_as, child, category, *summed)


def totals(rows: Iterable[Hours]) -> list[Total]:
    """By local authority and category, without a child's name."""
    found: dict[tuple[str, str], list[Hours]] = defaultdict(list)
    for row in rows:
        found[row.council, row.category].append(row)
    return [_total(council, category, each) for (council, category), each in sorted(found.items())]


def _total(council: str, category: str, rows: Sequence[Hours]) -> Total:
    length = sum((row.length for row in rows), timedelta())
    children = len({row.child for row in rows})
    return Total(council, category, children, sum(row.sessions for row in rows), as_hours(length))


def of_council(rows: Iterable[Hours], council: str) -> list[Hours]:
    """Those of one local authority: a council's return names its own children only. None given: all."""
    return [row for row in rows if not council or row.council == council]


def cells(rows: Iterable[Hours]) -> Iterable[list[Cell]]:
    """As a file holds them; nothing in them is taken for a formula."""
    for row in rows:
        names = [text(words) for words in (row.council, row.name, row.known_as, row.category)]
        yield [*names, row.sessions, row.hours]
