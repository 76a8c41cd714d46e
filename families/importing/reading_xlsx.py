"""Reading XLSX without trusting it: what it unpacks to is weighed before anything is unpacked."""

import io
import re
import warnings
import zipfile
import zlib
from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from openpyxl import load_workbook
from openpyxl.utils.datetime import MAC_EPOCH
from openpyxl.utils.exceptions import InvalidFileException

from families.importing.cells import Broken, Formula
from families.importing.sheets import MAX_ROWS, RawRow, RawSheet, SheetRefused, is_empty

MAX_UNPACKED = 60 * 1024 * 1024
MAX_PARTS = 500
MAX_RATIO = 150
SHEET = "Families"

_DAMAGED = "The file is damaged, or not really an Excel file. Open it, save it again as .xlsx, and upload that."
_HARMFUL = "There is something in this file that no spreadsheet needs and that can do harm. We did not open it."
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?ref=\"([A-Z0-9:]{2,30})\"")
_UNREADABLE = (
    KeyError, ValueError, TypeError, AttributeError, IndexError, EOFError, OSError, NotImplementedError,
    RuntimeError, zlib.error, zipfile.BadZipFile, ParseError, InvalidFileException, OverflowError,
    DefusedXmlException,
)  # fmt: skip


def read_xlsx(content: bytes) -> RawSheet:
    """All rows of the sheet “Families”, or of the first one. Raises SheetRefused with a plain sentence.

    Formulas are not computed: a cell with one comes back as `Formula`.
    """
    try:
        _weigh(content)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _read(content)
    except _UNREADABLE as error:
        # openpyxl wraps what the XML parser refused in an error of its own.
        harmful = isinstance(error, DefusedXmlException) or isinstance(error.__cause__, DefusedXmlException)
        raise SheetRefused(_HARMFUL if harmful else _DAMAGED) from error


def _weigh(content: bytes) -> None:
    """Refuse other zip files, and bombs. Python reads no more of a part than its stated size."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
        names = {part.filename for part in parts}
    if any(part.flag_bits & 1 for part in parts):
        raise SheetRefused("The file has a password. Save it without one and upload that.")
    if "[Content_Types].xml" not in names or not any(name.startswith("xl/") for name in names):
        raise SheetRefused(
            "This is a zip file or another kind of document, not an Excel file. Save the spreadsheet as .xlsx or .csv."
        )
    if any(name.endswith("workbook.bin") for name in names):
        raise SheetRefused("This is a binary Excel file (.xlsb). Save it as “Excel Workbook (.xlsx)”.")
    unpacked = sum(part.file_size for part in parts)
    if len(parts) > MAX_PARTS or unpacked > MAX_UNPACKED or unpacked > MAX_RATIO * max(len(content), 10_000):
        raise SheetRefused("The file is far bigger inside than outside. We did not open it.")


def _read(content: bytes) -> RawSheet:
    workbook = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
    try:
        sheet = _sheet_of(workbook)
        _refuse_merged(workbook, sheet)
        sheet.reset_dimensions()
        rows = []
        for number, cells in enumerate(sheet.iter_rows(), start=1):
            values = [_value(cell) for cell in cells]
            while values and is_empty(values[-1]):
                values.pop()
            if values:
                rows.append(RawRow(number, values))
            if len(rows) > MAX_ROWS + 1:
                raise SheetRefused(f"There are more than {MAX_ROWS:,} rows. Bring in at most {MAX_ROWS:,} at a time.")
        return RawSheet(rows, _notes(workbook, sheet), workbook.epoch == MAC_EPOCH)
    finally:
        workbook.close()


def _sheet_of(workbook: Any) -> Any:
    sheets = workbook.worksheets
    named = [sheet for sheet in sheets if sheet.title.strip().casefold() == SHEET.casefold()]
    visible = [sheet for sheet in sheets if sheet.sheet_state == "visible"]
    if not (named or visible):
        raise SheetRefused("There is no sheet in this file that can be seen.")
    return (named or visible)[0]


def _notes(workbook: Any, sheet: Any) -> list[str]:
    others = [other.title for other in workbook.worksheets if other.title not in {sheet.title, "Instructions"}]
    return [f"We read the sheet “{sheet.title}” only, not: {', '.join(others)}."] if others else []


def _refuse_merged(workbook: Any, sheet: Any) -> None:
    """openpyxl does not show merged cells in this mode, and their lower rows would look empty."""
    tail = b""
    with workbook._archive.open(sheet._worksheet_path) as part:
        while chunk := part.read(1 << 16):
            if match := _MERGED.search(tail + chunk):
                raise SheetRefused(
                    f"Cells {match[1].decode()} are merged into one. Unmerge them and fill in every row by itself."
                )
            tail = chunk[-200:]


def _value(cell: Any) -> Any:
    if cell.data_type == "f" or type(cell.value).__name__ in {"ArrayFormula", "DataTableFormula"}:
        return Formula()
    if cell.data_type == "e":
        return Broken(str(cell.value))
    return cell.value
