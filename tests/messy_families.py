"""A deterministic spreadsheet of 200 families with the mess of real life.

`python -m tests.messy_families families.xlsx` (or .csv) writes one to try the portal with.
"""

import csv
import io
import sys
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from openpyxl import Workbook

# The template's columns, spelt out so that this runs without the portal; a test holds the two together.
HEADINGS = [
    "Family reference",
    "Family name",
    "Address",
    "Child reference",
    "Child first name",
    "Child last name",
    "Known as",
    "Date of birth",
    "Communicates by",
    "How the child communicates",
    "Access needs",
    "Allergies and medical notes",
    "What helps",
    "What to avoid",
    "Likes",
    "Local authority",
    "Short-break hours a year",
    "Guardian 1 first name",
    "Guardian 1 last name",
    "Guardian 1 e-mail",
    "Guardian 1 phone",
    "Guardian 1 relationship",
    "Guardian 1 parental responsibility",
    "Guardian 1 prefers",
    "Guardian 2 first name",
    "Guardian 2 last name",
    "Guardian 2 e-mail",
    "Guardian 2 phone",
    "Guardian 2 relationship",
    "Guardian 2 parental responsibility",
    "Guardian 2 prefers",
    "Guardian 2 lives separately",
]
SURNAMES = [
    "O’Brien", "O'Neill", "Smith", "Smith", "Begum", "Begum", "Núñez", "Łukaszewska", "D’Souza", "van der Berg",
    "Ní Dhomhnaill", "Adébáyọ̀", "Çelik", "Müller", "Smith-Jones", "Nguyễn", "Okafor", "Patel", "Kaur", "Ødegård",
]  # fmt: skip
RIGHT_TO_LEFT = [("محمد", "العلي", "فاطمة"), ("יעל", "לוי", "נועה"), ("آرش", "می‌رزایی", "لیلا")]
FIRST = [
    "Zoë",
    "José",
    "Aoife",
    "Mia",
    "Noah",
    "Anaïs",
    "Ali",
    "Ivy",
    "Kai",
    "Siân",
    "Leo",
    "Ada",
    "Rémy",
    "Tom",
    "Una",
]
ADULTS = ["Ann", "Ben", "Chloé", "Dai", "Eve", "Femi", "Gül", "Hana", "Ian", "Jo", "Kofi", "Lucía", "Mary-Ann", "Ngozi"]
COMMUNICATION = ["Speech", "makaton", "A communication aid (AAC)", "", "bsl", "Pictures or symbols", "some words"]


def messy_rows(families: int = 200) -> list[dict[str, Any]]:
    """One dictionary a child, keyed by heading. The same arguments give the same rows."""
    rows: list[dict[str, Any]] = []
    for number in range(families):
        rows.extend(_family(number))
    return rows


def _family(number: int) -> list[dict[str, Any]]:
    surname = SURNAMES[number % len(SURNAMES)]
    adult, other = ADULTS[number % len(ADULTS)], ADULTS[(number + 5) % len(ADULTS)]
    children = [FIRST[(number + i * 4) % len(FIRST)] for i in range(3 if number % 17 == 0 else 1 + (number % 4 == 1))]
    if number % 40 in (3, 4, 5):
        children[0], surname, adult = RIGHT_TO_LEFT[number % 40 - 3]
    base = _guardians(number, surname, adult, other)
    rows = []
    for i, child in enumerate(children):
        born = date(2008, 1, 1) + timedelta(days=(number * 37 + i * 411) % 5501)
        rows.append(
            {
                "Family reference": f"W{number:03d}" if number % 3 == 0 else "",
                "Address": f"{number} Station Road,\nLondon SE1 {number % 9}AA" if i == 0 else "",
                "Child first name": f"  {child}" if number % 5 == 0 else child,
                "Child last name": f"{surname}\u00a0" if number % 7 == 0 else surname,
                "Known as": child[:3] if number % 6 == 0 else "",
                "Date of birth": _written(born, number + i),
                "Communicates by": COMMUNICATION[number % len(COMMUNICATION)],
                "Allergies and medical notes": "Allergic to peanuts." if number % 8 == 0 else "",
                "What helps": "A now-and-next board,\nand time." if number % 4 == 0 else "",
                "Local authority": "Southwark" if number % 2 else "Lambeth",
                "Short-break hours a year": ("40", 37.5, "52 hours", "")[number % 4],
                **base,
            }
        )
    return rows


def _guardians(number: int, surname: str, adult: str, other: str) -> dict[str, Any]:
    without_email = number % 25 == 7
    guardians: dict[str, Any] = {
        "Guardian 1 first name": adult,
        "Guardian 1 last name": surname,
        "Guardian 1 e-mail": "" if without_email else f"Parent.{number}@Example.com ",
        "Guardian 1 phone": _phone(number),
        "Guardian 1 relationship": ("mother", "Mum", "Grandparent", "foster carer")[number % 4],
        "Guardian 1 parental responsibility": ("yes", "Y", "no", "TRUE")[number % 4],
        "Guardian 1 prefers": "phone" if without_email or number % 30 == 11 else "",
    }
    if number % 3 == 2:
        apart = number % 12 == 2
        guardians |= {
            "Guardian 2 first name": other,
            "Guardian 2 last name": "Ashworth" if apart else surname,
            "Guardian 2 e-mail": f"second.{number}@example.com" if number % 2 else "",
            "Guardian 2 phone": "+44 20 7946 0018" if apart else "",
            "Guardian 2 relationship": "father",
            "Guardian 2 parental responsibility": "yes",
            "Guardian 2 lives separately": "yes" if apart else "",
        }
    return guardians


def _phone(number: int) -> Any:
    """As people write numbers, one in nine turned into a number by the spreadsheet."""
    if number % 9 == 4:
        return 7700900000 + number
    return (f"07700 900{number:03d}", f"(020) 7946 {number:04d}", f"+44 7700 900{number:03d}")[number % 3]


def _written(day: date, number: int) -> Any:
    """A date as one of the forms that people and spreadsheets give it."""
    return (
        datetime(day.year, day.month, day.day),
        f"{day:%d/%m/%Y}",
        f"{day:%Y-%m-%d}",
        f"{day.day} {day:%B %Y}",
        f"{day.day}.{day.month}.{day:%y}",
        f"{day.day:02d}-{day:%b-%Y}",
    )[number % 6]


def as_xlsx(rows: list[dict[str, Any]], headings: list[str] | None = None) -> bytes:
    """A workbook with the sheet “Families”."""
    headings = headings or HEADINGS
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet("Families")
    sheet.append(headings)
    for row in rows:
        sheet.append([row.get(heading) for heading in headings])
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def as_csv(rows: list[dict[str, Any]], *, encoding: str = "utf-8-sig", separator: str = ",") -> bytes:
    """The same as text, as spreadsheet programs save it. Rows that the encoding cannot write are left out."""
    headings = HEADINGS
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=separator)
    writer.writerow(headings)
    for row in rows:
        cells = [_in_csv(row.get(heading)) for heading in headings]
        if _fits("".join(cells), encoding):
            writer.writerow(cells)
    return out.getvalue().encode(encoding)


def _in_csv(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{value:%d/%m/%Y}"
    return "" if value is None else str(value)


def _fits(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


if __name__ == "__main__":
    path = Path(sys.argv[1] if len(sys.argv) > 1 else "families.xlsx")
    path.write_bytes(as_csv(messy_rows()) if path.suffix == ".csv" else as_xlsx(messy_rows()))
    print(f"{len(messy_rows())} children of 200 families in {path}")
