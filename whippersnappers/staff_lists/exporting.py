"""Taking a list away as a file: what is filtered now, on all its pages, with what the person sees of it there.

The rows are counted and the export is noted in the audit trail first; then they are read in portions and sent as
they come. Nothing is kept on the server.
"""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import transaction
from django.http import HttpRequest

from whippersnappers.audit.trail import record
from whippersnappers.staff_lists.cells import Cell, cell, value_of
from whippersnappers.staff_lists.saving import SEARCH
from whippersnappers.staff_lists.xlsx import workbook

# More than a spreadsheet program is pleasant with; the list can be filtered.
MOST_ROWS = 100_000
_PORTION = 500


class _Echo:
    """What `csv` writes to: it hands each line back."""

    def write(self, line: str) -> str:
        return line


def as_csv(title: str, headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """The file, a portion of lines at a time. Its first three bytes tell Excel that it is UTF-8."""
    writer: Any = csv.writer(_Echo())
    yield b"\xef\xbb\xbf" + writer.writerow(headings).encode()
    lines = (writer.writerow(["" if c is None else _plain(c) for c in row]).encode() for row in rows)
    while portion := b"".join(islice(lines, _PORTION)):
        yield portion


def _plain(value: Cell) -> str:
    return f"{value:%Y-%m-%d %H:%M}" if isinstance(value, datetime) else str(value)


# By the word in the form: how it is written, and its type.
FORMATS: dict[str, tuple[Callable[..., Iterator[bytes]], str]] = {
    "csv": (as_csv, "text/csv; charset=utf-8"),
    "xlsx": (workbook, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


def rows_of(page: Any, request: HttpRequest, keys: list[Any], columns: dict[str, str]) -> Iterator[list[Cell]]:
    """The rows with these keys, in this order, a portion at a time; what is gone by then is left out."""
    for start in range(0, len(keys), _PORTION):
        portion = keys[start : start + _PORTION]
        found = {row.pk: row for row in page.get_queryset(request).filter(pk__in=portion)}
        rows = [found[key] for key in portion if key in found]
        page.ready_for_export(request, rows)
        for row in rows:
            yield [cell(value_of(page, row, path)) for path in columns.values()]


@transaction.atomic
def note_export(page: str, *, rows: int, form: str, changelist: Any, by: Any, now: datetime) -> None:
    """Write down who takes which list away: its filters, and that something was searched for, never the words."""
    own = {name for spec in changelist.filter_specs for name in spec.expected_parameters()}
    filters = {name: values for name, values in changelist.filter_params.items() if name in own}
    searched = bool(changelist.params.get(SEARCH))
    record("list.exported", by=by, now=now, list=page, rows=rows, format=form, filters=filters, searched=searched)
