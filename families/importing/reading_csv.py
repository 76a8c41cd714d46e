"""Reading CSV as spreadsheets of this world write it: several encodings, several separators."""

import codecs
import csv
import io
import re

from families.importing.columns import column_for
from families.importing.sheets import RawRow, RawSheet, SheetRefused

_SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_SEP_LINE = re.compile(r"\Asep=(.)\r?\n", re.IGNORECASE)


def read_csv(content: bytes) -> RawSheet:
    """All rows of a CSV file. Raises SheetRefused when it is not text, or its quotes do not match."""
    text, notes = decode(content)
    separator = None
    if match := _SEP_LINE.match(text):
        separator, text = match[1], text[match.end() :]
    if not text.strip():
        raise SheetRefused("The file is empty. Start from our template.")
    separator = separator or find_separator(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows = []
    try:
        for number, cells in enumerate(reader, start=1):
            rows.append(RawRow(number, list(cells)))
    except csv.Error as error:
        raise SheetRefused(
            f"It breaks off near line {reader.line_num}: a quotation mark is not closed, or a cell is far too long. "
            "Save or copy it again from the spreadsheet program."
        ) from error
    return RawSheet(rows, notes)


def decode(content: bytes) -> tuple[str, list[str]]:
    """The text of a file, and notes on what had to be assumed. Raises SheetRefused for what is no text."""
    text, notes = _decode(content)
    if "\x00" in text:
        raise SheetRefused("This is not a spreadsheet that we can read. Save it as .xlsx or as “CSV UTF-8”.")
    return text.removeprefix("\ufeff"), notes


def _decode(content: bytes) -> tuple[str, list[str]]:
    encoding = _utf_16_or_32(content)
    try:
        return content.decode(encoding or "utf-8-sig"), []
    except UnicodeDecodeError as error:
        if encoding:
            raise SheetRefused("The file is damaged. Save it again as “CSV UTF-8”.") from error
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError as error:
        raise SheetRefused("We cannot tell how this file writes its letters. Save it as “CSV UTF-8”.") from error
    return text, ["The file is in the older Windows way of writing letters: please look at names with accents."]


def _utf_16_or_32(content: bytes) -> str:
    """Name of the encoding when the file has its mark, or every second byte of its start is zero."""
    if content.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    start = content[:200]
    if len(start) >= 4 and len(content) % 2 == 0:
        if start[1::2].count(0) > len(start) * 0.4:
            return "utf-16-le"
        if start[0::2].count(0) > len(start) * 0.4:
            return "utf-16-be"
    return ""


def find_separator(text: str) -> str:
    """The separator with which most of our headings appear in the first line that is not empty."""
    first = next(line for line in text.splitlines() if line.strip())

    def known(separator: str) -> int:
        return sum(column_for(cell) is not None for cell in next(csv.reader([first], delimiter=separator)))

    return max(_SEPARATORS, key=known)
