"""What waits for somebody, from many tables by one query: every table's rows in the same columns, joined by `union`.

A row carries what a page shows of it and no more; names above all come along, so that nothing is asked again.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import CharField, Count, DateTimeField, F, QuerySet, Value, Window
from django.db.models.functions import Cast

from families.models import Child, Guardian


@dataclass(frozen=True)
class WaitingRow:
    """One row. `what`: a code of its kind, or its name; `also`: another time that its kind needs; `number`: of the
    guardian's phone, where the page has staff ring; `count`: how many of the kind wait."""

    kind: str
    pk: UUID
    first_name: str | None
    last_name: str | None
    known_as: str | None
    childs_last_name: str | None
    what: str
    at: datetime
    also: datetime | None
    number: str | None
    count: int

    @property
    def guardian(self) -> Guardian:
        return Guardian(first_name=self.first_name or "", last_name=self.last_name or "")

    @property
    def child(self) -> Child | None:
        return None if self.known_as is None else Child(known_as=self.known_as, last_name=self.childs_last_name or "")


def as_rows(
    kind: str,
    rows: QuerySet[Any],
    what: Any,
    at: str,
    also: Any = None,
    *,
    guardian: str = "",
    child: str = "",
    ring: bool = False,
) -> QuerySet[Any, Any]:
    """The columns of `WaitingRow`, the earliest `at` first. `guardian` and `child` are paths to them.

    `ring`: with the guardian's number.
    """
    return rows.order_by(at).values_list(
        Value(kind, output_field=CharField()),
        F("pk"),
        *(_name(guardian, part) for part in ("first_name", "last_name")),
        *(_name(child, part) for part in ("known_as", "last_name")),
        what,
        F(at),
        Cast(also, DateTimeField()),
        _name(guardian if ring else "", "phone"),
        Window(Count("pk")),
    )


def _name(whose: str, part: str) -> Any:
    return F(f"{whose}__{part}") if whose else Value(None, output_field=CharField())
