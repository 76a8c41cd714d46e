"""An uploaded file becomes rows of raw cells, or SheetRefused with a sentence that says what to do.

Nothing here trusts the file: neither its name, nor its size, nor what it unpacks to.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from openpyxl.utils import get_column_letter

from families.importing.columns import NEEDED, Column, column_for, nearest

MAX_BYTES = 5 * 1024 * 1024
MAX_ROWS = 5_000
EXAMPLE = "example"  # the family reference of the template's example row, which is never imported

OLE, ZIP, PDF = b"\xd0\xcf\x11\xe0", b"PK\x03\x04", b"%PDF"


class SheetRefused(Exception):
    """Why the whole file cannot be read, as a plain sentence. Nothing was changed."""


@dataclass(frozen=True)
class RawRow:
    """A row as it stands in the file: its number there and its cells, as many as there are."""

    number: int
    cells: list[Any]


@dataclass
class RawSheet:
    """All rows of a file from the headings on. Notes are what the reader had to assume."""

    rows: list[RawRow]
    notes: list[str] = field(default_factory=list)
    counts_from_1904: bool = False


@dataclass(frozen=True)
class Sheet:
    """A file whose headings are understood: where each column stands, and the rows under them."""

    places: dict[int, Column]
    rows: list[RawRow]
    notes: list[str]
    counts_from_1904: bool = False


def is_empty(cell: Any) -> bool:
    """Whether a cell holds nothing but spaces."""
    return cell is None or (isinstance(cell, str) and not cell.replace("\ufeff", "").strip())


def understand(raw: RawSheet) -> Sheet:
    """Find the headings and leave out empty rows. Raises SheetRefused for what is wrong with them."""
    rows = [row for row in raw.rows if not all(is_empty(cell) for cell in row.cells)]
    if not rows:
        raise SheetRefused("The file is empty. Start from our template.")
    headings, rows = rows[0], rows[1:]
    places = _places(headings)
    if not rows:
        raise SheetRefused("There are headings but no rows under them.")
    if len(rows) > MAX_ROWS:
        raise SheetRefused(f"There are {len(rows):,} rows. Bring in at most {MAX_ROWS:,} at a time.")
    _refuse_cells_without_heading(headings, rows)
    return Sheet(places, rows, raw.notes, raw.counts_from_1904)


def _places(headings: RawRow) -> dict[int, Column]:
    texts = {i: str(cell).strip() for i, cell in enumerate(headings.cells) if not is_empty(cell)}
    found = {i: column_for(text) for i, text in texts.items()}
    if not any(found.values()):
        raise SheetRefused(
            f"Row {headings.number} should hold our headings, such as “{NEEDED[0].heading}”, but none of them "
            "is there. Start from our template."
        )
    unknown = [_unknown(i, texts[i]) for i, column in found.items() if column is None]
    if unknown:
        raise SheetRefused(" ".join(unknown))
    places = {i: column for i, column in found.items() if column is not None}
    counts = Counter(column.heading for column in places.values())
    if twice := [heading for heading, count in counts.items() if count > 1]:
        raise SheetRefused(f"There are two columns for: {', '.join(twice)}. Keep one of them.")
    if missing := [column.heading for column in NEEDED if column.heading not in counts]:
        raise SheetRefused(f"There is no column for: {', '.join(missing)}. Add it, or start from our template.")
    return places


def _unknown(index: int, text: str) -> str:
    guess = nearest(text)
    did_you_mean = f" Did you mean “{guess}”?" if guess else " Take it out or rename it."
    return f"We do not know the column “{text[:60]}” ({get_column_letter(index + 1)}).{did_you_mean}"


def _refuse_cells_without_heading(headings: RawRow, rows: list[RawRow]) -> None:
    """A column with words but without a heading would be lost silently."""
    bare = {i for i, cell in enumerate(headings.cells) if is_empty(cell)}
    for row in rows:
        for i, cell in enumerate(row.cells):
            if (i in bare or i >= len(headings.cells)) and not is_empty(cell):
                raise SheetRefused(
                    f"Cell {get_column_letter(i + 1)}{row.number} has something in it, but its column has no "
                    "heading. Often a comma inside a cell without quotation marks moves a row to the right."
                )


def refuse_by_size(size: int) -> None:
    """Raise SheetRefused for a file that holds nothing or too much. `size` in bytes."""
    if size == 0:
        raise SheetRefused("The file is empty. Start from our template.")
    if size > MAX_BYTES:
        raise SheetRefused(
            f"The file is bigger than {MAX_BYTES // 1024 // 1024} MB. A list of 2,000 families is much smaller: "
            "take out pictures and other sheets."
        )


def refuse_by_first_bytes(content: bytes) -> None:
    """Raise SheetRefused for kinds of file that we know and cannot read, whatever their names say."""
    if content.startswith(OLE):
        raise SheetRefused(
            "This is an old Excel file (.xls), or one with a password. Open it, save it as “Excel Workbook (.xlsx)” "
            "without a password, and upload that."
        )
    if content.startswith(PDF):
        raise SheetRefused("This is a PDF. We need the spreadsheet itself, as .xlsx or .csv.")
    if content.lstrip()[:1] == b"<":
        raise SheetRefused("This is a web page or an XML file. Save the spreadsheet as .xlsx or .csv.")
