"""A file becomes rows whose cells are understood, each with what is wrong or worth knowing about them."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from openpyxl.utils import get_column_letter

from families.importing import cells
from families.importing.columns import BY_KEY
from families.importing.reading_csv import read_csv
from families.importing.reading_xlsx import read_xlsx
from families.importing.sheets import (
    EXAMPLE,
    ZIP,
    Sheet,
    SheetRefused,
    refuse_by_first_bytes,
    refuse_by_size,
    understand,
)

_EPOCHS_APART = 1462  # days between the two ways in which Excel counts
_SECOND = "guardian_2_"


@dataclass(frozen=True)
class Finding:
    """Something about one cell: its name such as D7, its heading, and a plain sentence."""

    cell: str
    heading: str
    message: str

    def as_list(self) -> list[str]:
        return [self.cell, self.heading, self.message]


@dataclass
class Row:
    """One child with up to two guardians, as the row says it. Empty cells are not in `values`."""

    number: int
    letters: dict[str, str]
    values: dict[str, Any] = field(default_factory=dict)
    problems: list[Finding] = field(default_factory=list)
    notes: list[Finding] = field(default_factory=list)

    def get(self, key: str) -> Any:
        """The cell's value, or None when it is empty or its column is not there."""
        return self.values.get(key)

    def finding(self, key: str, message: str) -> Finding:
        """A finding about the cell of a column, or about the row when the column is not in the file."""
        letter = self.letters.get(key, "")
        return Finding(f"{letter}{self.number}" if letter else "", BY_KEY[key].heading, message)

    @property
    def has_second_guardian(self) -> bool:
        return any(key.startswith(_SECOND) and key != "guardian_2_apart" for key in self.values)


def read_file(content: bytes, today: date) -> tuple[list[Row], list[str]]:
    """The rows of an uploaded file and notes on the whole of it. Raises SheetRefused."""
    refuse_by_size(len(content))
    refuse_by_first_bytes(content)
    sheet = understand(read_xlsx(content) if content.startswith(ZIP) else read_csv(content))
    rows = [_row(sheet, raw.number, raw.cells, today) for raw in sheet.rows]
    rows = [row for row in rows if str(row.get("family_reference")).casefold() != EXAMPLE]
    if not rows:
        raise SheetRefused("There is nothing but our example row.")
    return rows, sheet.notes


def _row(sheet: Sheet, number: int, raw: list[Any], today: date) -> Row:
    row = Row(number, {column.key: get_column_letter(i + 1) for i, column in sheet.places.items()})
    for i, column in sheet.places.items():
        cell = raw[i] if i < len(raw) else None
        if sheet.counts_from_1904 and column.key == "date_of_birth" and isinstance(cell, int):
            cell += _EPOCHS_APART
        try:
            read = column.parse(cell, today)
        except cells.CellProblem as problem:
            row.problems.append(row.finding(column.key, str(problem)))
            continue
        if read.value is not None:
            row.values[column.key] = read.value
        if read.note:
            row.notes.append(row.finding(column.key, read.note))
    row.problems.extend(_gaps(row))
    return row


def _gaps(row: Row) -> list[Finding]:
    """Cells that must not be empty and are."""
    wrong = {problem.heading for problem in row.problems}
    needed = ["first_name", "last_name", "date_of_birth", "guardian_1_first_name", "guardian_1_last_name"]
    if row.has_second_guardian:
        needed += ["guardian_2_first_name", "guardian_2_last_name"]
    return [
        row.finding(key, "This cell is empty.")
        for key in needed
        if row.get(key) is None and BY_KEY[key].heading not in wrong
    ]
