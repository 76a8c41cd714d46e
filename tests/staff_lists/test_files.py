"""The files themselves: what programs read back, and what they must never calculate."""

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.utils.html import format_html
from openpyxl import load_workbook

from whippersnappers.staff_lists.cells import cell
from whippersnappers.staff_lists.exporting import as_csv
from whippersnappers.staff_lists.xlsx import workbook

HEADINGS = ["Name", "Born", "When", "Hours", "Nothing"]
ROW = ["Zoë & <Ana> “né”", date(2016, 2, 29), datetime(2026, 11, 24, 16, 5), Decimal("7.5"), None]


def test_a_workbook_is_read_back_as_it_was_meant():
    book = load_workbook(io.BytesIO(b"".join(workbook("Children: all/of [them]", HEADINGS, [ROW]))))
    sheet = book.active
    assert sheet.title == "Children allof them"
    assert [c.value for c in sheet[1]] == HEADINGS
    assert sheet["A1"].font.bold
    assert sheet.freeze_panes == "A2"
    assert [c.value for c in sheet[2]] == [ROW[0], datetime(2016, 2, 29), ROW[2], 7.5, None]
    assert (sheet["B2"].number_format, sheet["C2"].number_format) == ("dd/mm/yyyy", "dd/mm/yyyy hh:mm")


def test_a_csv_is_utf8_that_excel_knows():
    data = b"".join(as_csv("x", HEADINGS, [ROW]))
    assert data.startswith(b"\xef\xbb\xbf")
    read = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    assert read == [HEADINGS, ["Zoë & <Ana> “né”", "2016-02-29", "2026-11-24 16:05", "7.5", ""]]


@pytest.mark.parametrize("bad", ["=1+1", "+1+1", "-2+3", "@SUM(A1)", "\tx", "\r=1", "\n=1", "＝1", '=HYPERLINK("x")'])
def test_formulas_are_only_text_in_both_files(bad):
    made = cell(bad)
    assert made == f"'{bad}"
    sheet = load_workbook(io.BytesIO(b"".join(workbook("x", ["A"], [[made]])))).active
    assert sheet["A2"].data_type != "f"
    assert (
        list(csv.reader(io.StringIO(b"".join(as_csv("x", ["A"], [[made]])).decode("utf-8-sig"), newline="")))[1][0][0]
        == "'"
    )


@pytest.mark.parametrize(
    ("phone", "said"),
    [("+44 7700 900123", "+44 7700 900123"), ("+447700900123", "+44 7700 900123"), ("07700 900123", "07700 900123")],
)
def test_phone_numbers_stay_readable(phone, said):
    assert cell(phone) == said


@pytest.mark.parametrize("sum_", ["+44 7700 900123+1", "+1", "+44-A1", "+44 (A1) 12345"])
def test_what_only_looks_like_a_phone_number_is_a_formula(sum_):
    assert cell(sum_) == f"'{sum_}"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, None),
        (True, "Yes"),
        (False, "No"),
        (0, 0),
        (-5, -5),
        (datetime(2026, 7, 1, 15, 0, tzinfo=UTC), datetime(2026, 7, 1, 16, 0)),
        (format_html("{} {}", "Ann <b>", format_html('<span class="x">{}</span>', "Archived")), "Ann <b> Archived"),
        ("a <b>real</b> name", "a <b>real</b> name"),
        ("bell\x07", "bell"),
    ],
)
def test_a_cell_holds_what_a_spreadsheet_knows(value, said):
    assert cell(value) == said


def test_a_file_comes_in_pieces():
    pieces = iter(workbook("x", ["A"], ([f"row {n} of many"] for n in range(200_000))))
    first = next(pieces)
    assert len(first) < 10_000
    assert max(map(len, pieces)) < 100_000
