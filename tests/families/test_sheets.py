"""Whole files: every kind of bad one is refused with a sentence, every kind of good one gives the same rows."""

import io
import re
import zipfile
from datetime import date, datetime
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from families.importing.columns import COLUMNS
from families.importing.rows import read_file
from families.importing.sheets import MAX_BYTES, MAX_ROWS, SheetRefused
from families.importing.template import template_csv, template_xlsx
from tests.messy_families import HEADINGS as HEADINGS_OF_SAMPLE
from tests.messy_families import as_csv, as_xlsx

TODAY = date(2026, 11, 22)
ROW: dict[str, Any] = {
    "Child first name": "Zoë", "Child last name": "O’Brien", "Date of birth": "03/05/2016",
    "Guardian 1 first name": "Ann", "Guardian 1 last name": "O’Brien", "Guardian 1 relationship": "mother",
    "Guardian 1 phone": "020 7946 0018",
}  # fmt: skip
HEADINGS = list(ROW)


def refused(content: bytes) -> str:
    with pytest.raises(SheetRefused) as refusal:
        read_file(content, TODAY)
    return str(refusal.value)


def csv_of(*lines: str) -> bytes:
    return "\r\n".join(lines).encode()


def cells_of(content: bytes) -> list[dict[str, Any]]:
    rows, _ = read_file(content, TODAY)
    assert [row.problems for row in rows] == [[]] * len(rows)
    return [row.values for row in rows]


EXPECTED = {
    "first_name": "Zoë", "last_name": "O’Brien", "date_of_birth": date(2016, 5, 3), "guardian_1_first_name": "Ann",
    "guardian_1_last_name": "O’Brien", "guardian_1_relationship": "mother", "guardian_1_phone": "020 7946 0018",
}  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_csv_in_every_encoding_and_with_every_separator(encoding, separator):
    content = as_csv([ROW], encoding=encoding, separator=separator)
    assert cells_of(content) == [EXPECTED]
    notes = read_file(content, TODAY)[1]
    assert bool(notes) == (encoding == "cp1252")


def test_xlsx_gives_the_same():
    assert cells_of(as_xlsx([ROW | {"Date of birth": datetime(2016, 5, 3)}])) == [EXPECTED]


def test_the_separator_that_excel_writes_on_top_is_understood():
    assert cells_of(b"sep=;\r\n" + as_csv([ROW], encoding="utf-8", separator=";")) == [EXPECTED]


@pytest.mark.parametrize("content", [b"", b"  \r\n\r\n", b"\xef\xbb\xbf", as_xlsx([], headings=["", ""])])
def test_an_empty_file(content):
    assert "The file is empty" in refused(content)


@pytest.mark.parametrize("content", [as_csv([]), as_xlsx([]), as_csv([]) + b",,,\r\n" * 30])
def test_headings_only(content):
    assert "no rows under them" in refused(content)


def test_headings_that_are_none_of_ours():
    assert "Start from our template" in refused(csv_of("Name,Age", "Ann,5"))


def test_missing_columns_are_named():
    assert "no column for: Date of birth" in refused(as_xlsx([ROW], [h for h in HEADINGS if h != "Date of birth"]))


def test_a_misspelt_column_is_named_with_its_letter_and_a_guess():
    said = refused(csv_of(",".join([*HEADINGS, "Guardian 1 phnoe no"]), ",".join([*map(str, ROW.values()), "5"])))
    assert "“Guardian 1 phnoe no” (H). Did you mean “Guardian 1 phone”?" in said


def test_a_column_twice_is_named_even_under_another_name():
    assert "two columns for: Date of birth" in refused(csv_of(",".join([*HEADINGS, "DOB"]), "x"))


def test_words_without_a_heading_are_not_lost_silently():
    said = refused(csv_of(",".join(HEADINGS), ",".join([*map(str, ROW.values()), "left over"])))
    assert "Cell H2 has something in it" in said


def test_empty_rows_and_columns_do_not_matter_and_rows_keep_their_numbers():
    lines = [",".join(HEADINGS) + ",,,", "", ",".join(map(str, ROW.values())) + ", ,,", ",,,,", "", ""]
    rows, _ = read_file(csv_of(*lines), TODAY)
    assert [row.number for row in rows] == [3]
    workbook = Workbook()
    workbook.active.append(HEADINGS)
    for column, heading in enumerate(HEADINGS, start=1):
        workbook.active.cell(9, column, ROW[heading])
    workbook.active.cell(40, 30).number_format = "0.00"
    out = io.BytesIO()
    workbook.save(out)
    assert [row.number for row in read_file(out.getvalue(), TODAY)[0]] == [9]


def test_a_file_that_breaks_off_in_a_quotation():
    assert "quotation mark is not closed" in refused(csv_of(",".join(HEADINGS), '"Zoë,O’Brien'))


def test_too_many_rows():
    assert f"at most {MAX_ROWS:,}" in refused(as_csv([ROW] * (MAX_ROWS + 1)))
    assert f"more than {MAX_ROWS:,} rows" in refused(as_xlsx([ROW] * (MAX_ROWS + 2)))


def test_too_many_bytes():
    assert "bigger than 5 MB" in refused(b"x" * (MAX_BYTES + 1))


@pytest.mark.parametrize(("content", "sentence"), [
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old Excel file (.xls), or one with a password"),
    (b"%PDF-1.7\n%\xe2\xe3", "a PDF"),
    (b"<html><table>", "web page"),
    (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "cannot tell how this file writes"),
    (b"PK\x03\x04 not really", "damaged"),
    (b"a,b\x00c\r\n", "not a spreadsheet that we can read"),
])  # fmt: skip
def test_other_kinds_of_file_whatever_their_names(content, sentence):
    assert sentence in refused(content)


def zipped(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def parts_of(workbook: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_zip_that_is_no_workbook():
    assert "another kind of document" in refused(zipped({"families.csv": b"x", "mimetype": b"ods"}))


def test_a_bomb_is_not_opened():
    parts = parts_of(as_xlsx([ROW]))
    bomb = zipped({**parts, "xl/media/big.xml": b"<a/>" * 20_000_000})
    assert len(bomb) < MAX_BYTES
    assert "far bigger inside than outside" in refused(bomb)


@pytest.mark.parametrize(
    "part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/styles.xml", "[Content_Types].xml"]
)
def test_xml_entities_are_not_expanded(part):
    parts = parts_of(as_xlsx([ROW]))
    doctype = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>'
    head = re.compile(rb"^(<\?xml[^>]*\?>)?")
    said = refused(zipped({**parts, part: head.sub(lambda m: m[0] + doctype, parts[part], count=1)}))
    assert "can do harm" in said


def test_truncated_workbooks_are_damaged_not_a_crash():
    whole = as_xlsx([ROW] * 20)
    assert {refused(whole[:size]) for size in range(30, len(whole) - 30, 97)} == {refused(whole[:40])}


def test_a_row_number_at_the_end_of_the_sheet_does_not_take_forever():
    parts = parts_of(as_xlsx([ROW]))
    sheet = parts["xl/worksheets/sheet1.xml"]
    far = re.sub(rb"(<row r=)\"2\"", rb'\1"1048576"', sheet)
    far = re.sub(rb'r="([A-Z]+)2"', rb'r="\g<1>1048576"', far)
    rows, _ = read_file(zipped({**parts, "xl/worksheets/sheet1.xml": far}), TODAY)
    assert [row.number for row in rows] == [1048576]


def test_merged_cells_are_named():
    workbook = Workbook()
    workbook.active.append(HEADINGS)
    workbook.active.append([ROW[h] for h in HEADINGS])
    workbook.active.merge_cells("B2:B3")
    out = io.BytesIO()
    workbook.save(out)
    assert "Cells B2:B3 are merged" in refused(out.getvalue())


def test_real_formulas_and_broken_cells_are_named_with_their_cell():
    rows, _ = read_file(as_xlsx([ROW | {"Child first name": '=CONCAT("Z","oë")', "Child last name": "#N/A"}]), TODAY)
    letters = {column.heading: i for i, column in enumerate(COLUMNS)}
    assert letters["Child first name"] == 4
    assert [problem.as_list()[:2] for problem in rows[0].problems] == [
        ["E2", "Child first name"],
        ["F2", "Child last name"],
    ]
    assert "formula" in rows[0].problems[0].message
    assert "#N/A" in rows[0].problems[1].message


def test_a_workbook_that_counts_from_1904():
    workbook = Workbook()
    workbook.epoch = datetime(1904, 1, 1)
    workbook.active.append(HEADINGS)
    workbook.active.append(
        [(date(2016, 5, 3) - date(1904, 1, 1)).days if h == "Date of birth" else ROW[h] for h in HEADINGS]
    )
    out = io.BytesIO()
    workbook.save(out)
    assert cells_of(out.getvalue()) == [EXPECTED]


def test_only_the_sheet_of_families_is_read_and_the_others_are_said():
    workbook = Workbook()
    workbook.active.title = "Notes of ours"
    workbook.active.append(["anything"])
    sheet = workbook.create_sheet("families ")
    sheet.append(HEADINGS)
    sheet.append([ROW[h] for h in HEADINGS])
    out = io.BytesIO()
    workbook.save(out)
    assert cells_of(out.getvalue()) == [EXPECTED]
    assert "not: Notes of ours" in read_file(out.getvalue(), TODAY)[1][0]


@pytest.mark.parametrize("template", [template_xlsx, template_csv])
def test_the_template_holds_every_column_and_an_example_that_is_never_imported(template):
    assert refused(template()) == "There is nothing but our example row."


def test_the_example_would_be_right_if_it_were_not_an_example():
    filled = load_workbook(io.BytesIO(template_xlsx()))
    filled["Families"]["A2"] = "F-77"
    out = io.BytesIO()
    filled.save(out)
    rows, notes = read_file(out.getvalue(), TODAY)
    assert (notes, [row.problems for row in rows]) == ([], [[]])
    assert len(rows[0].values) >= len(COLUMNS) - 1
    assert "Instructions" in filled.sheetnames


def test_needed_cells_that_are_empty_are_named():
    rows, _ = read_file(as_xlsx([{"Child first name": "Mia", "Guardian 2 phone": "020 7946 0018"}]), TODAY)
    assert {problem.heading for problem in rows[0].problems} == {
        "Child last name", "Date of birth", "Guardian 1 first name", "Guardian 1 last name", "Guardian 2 first name",
        "Guardian 2 last name",
    }  # fmt: skip


def test_the_sample_spreadsheet_has_the_template_s_columns():
    assert [column.heading for column in COLUMNS] == HEADINGS_OF_SAMPLE
