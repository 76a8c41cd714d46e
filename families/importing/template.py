"""The empty spreadsheet to start from: headings, one example, and what belongs into each column."""

import csv
import io
from datetime import datetime
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from families.importing.columns import COLUMNS, Column
from families.importing.reading_xlsx import SHEET
from families.importing.sheets import EXAMPLE
from families.models import Child, Guardian, Guardianship

INTRODUCTION = [
    "One row is one child, with one or two parents or carers.",
    "Brothers and sisters each have a row. They end up in one family when the rows have the same family "
    "reference, or the same e-mail address of guardian 1.",
    "The row marked EXAMPLE is never imported. You can leave it or delete it.",
    "An empty cell never erases anything. You can leave out columns that are not marked “needed”.",
    "After the upload you see what would happen, row by row. Nothing is changed before you say so.",
    "Uploading the same file twice changes nothing.",
    "Restrictions (court orders) are never set by an import. Set them on the child’s page.",
]
_PREPARED_ROWS = 2000
_CHOICES = {
    "communication": [label for _, label in Child.Communication.choices],
    "relationship": [label for _, label in Guardianship.Relationship.choices],
    "responsibility": ["yes", "no"],
    "apart": ["yes", "no"],
    "prefers": [label for _, label in Guardian.Contact.choices],
}


def _example(column: Column) -> Any:
    if column.key == "family_reference":
        return EXAMPLE.upper()
    return column.example


def template_csv() -> bytes:
    """Headings and the example row as CSV that Excel opens with its accents right."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([column.heading for column in COLUMNS])
    writer.writerow([_example(column) for column in COLUMNS])
    return out.getvalue().encode("utf-8-sig")


def template_xlsx() -> bytes:
    """A workbook: the sheet to fill in, and the instructions."""
    workbook = Workbook()
    sheet = workbook.active
    sheet.title = SHEET
    sheet.append([column.heading for column in COLUMNS])
    sheet.append([_example(column) for column in COLUMNS])
    sheet.freeze_panes = "A2"
    for number, column in enumerate(COLUMNS, start=1):
        _prepare(sheet, get_column_letter(number), column)
    _instructions(workbook.create_sheet("Instructions"))
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def _prepare(sheet: Any, letter: str, column: Column) -> None:
    """A column's width, its look, its format (text, so that no phone number loses its 0) and its choices."""
    head = sheet[f"{letter}1"]
    head.font = Font(bold=True, color="FFFFFF")
    head.fill = PatternFill("solid", fgColor="1D5C57" if column.needed else "5B6B69")
    head.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.column_dimensions[letter].width = max(14, min(len(column.heading) + 4, 34))
    example = sheet[f"{letter}2"]
    example.font = Font(italic=True, color="555555")
    if column.key == "date_of_birth":
        example.value = datetime.strptime(column.example, "%d/%m/%Y")  # noqa: DTZ007 - a day, not a moment
        sheet.column_dimensions[letter].number_format = example.number_format = "DD/MM/YYYY"
    else:
        sheet.column_dimensions[letter].number_format = example.number_format = "@"
    choices = _CHOICES.get(column.key) or _CHOICES.get(column.key.split("_")[-1])
    if choices:
        validation = DataValidation(type="list", formula1=f'"{",".join(choices)}"', allow_blank=True)
        sheet.add_data_validation(validation)
        validation.add(f"{letter}2:{letter}{_PREPARED_ROWS}")


def _instructions(sheet: Any) -> None:
    for sentence in INTRODUCTION:
        sheet.append([sentence])
    sheet.append([])
    sheet.append(["Column", "", "What belongs there", "Example"])
    for cell in sheet[sheet.max_row]:
        cell.font = Font(bold=True)
    for column in COLUMNS:
        sheet.append([column.heading, "needed" if column.needed else "", column.help, column.example])
    for letter, width in {"A": 34, "B": 10, "C": 90, "D": 30}.items():
        sheet.column_dimensions[letter].width = width
