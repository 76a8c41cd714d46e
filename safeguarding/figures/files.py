"""Figures as files: one to print and one to calculate with. What is hidden on the page is hidden in them."""

from datetime import datetime

from fpdf import FPDF
from fpdf.enums import Align, XPos, YPos

from safeguarding.figures.counting import Figures, rows_of
from safeguarding.figures.hiding import Table
from whippersnappers.pdf_files import FAMILY, drawable, dress
from whippersnappers.staff_lists.cells import text
from whippersnappers.staff_lists.xlsx import workbook

NOT_SHOWN = "not shown"
WHY = "Numbers under 5, and numbers from which one of those could be worked out, are not shown."
_TITLE = "Safeguarding: figures"
MARGIN, _LINE, _NUMBER = 18.0, 6.5, 30.0


def spreadsheet(found: Figures) -> bytes:
    """One sheet: table, line, number. No text in it is taken for a formula."""
    rows = [[text(title), text(row.label), _number(row.number)] for title, row in rows_of(found)]
    rows += [["Times", text(label), text(said)] for label, said in found.times]
    return b"".join(workbook(f"Figures {found.period.name}", ["Table", "Line", "Number"], rows))


def paper(found: Figures, made_at: datetime) -> bytes:
    """The tables one below the other, on A4."""
    pdf = FPDF(format="A4")
    dress(pdf, title=_TITLE, made_at=made_at)
    pdf.set_margins(MARGIN, MARGIN)
    pdf.set_auto_page_break(True, MARGIN)
    pdf.add_page()
    write(pdf, _TITLE, size=18, bold=True)
    write(pdf, f"Concerns raised in {found.period.name}")
    if found.hiding:
        write(pdf, WHY)
    for label, said in found.times:
        write(pdf, f"{label}: {said}")
    for part in [*found.tables, found.quarters]:
        _table(pdf, part)
    return bytes(pdf.output())


def _number(number: int | None) -> int | str:
    return NOT_SHOWN if number is None else number


def _table(pdf: FPDF, part: Table) -> None:
    total = [("All", part.total)] if part.adds_up else []
    lines = [*((row.label, row.number) for row in part.rows), *total]
    if pdf.will_page_break(_LINE * (len(lines) + 2)):
        pdf.add_page()
    pdf.ln(3)
    write(pdf, part.title, size=13, bold=True)
    pdf.set_font(FAMILY, "", 11)
    for label, number in lines:
        pdf.cell(pdf.epw - _NUMBER, _LINE, drawable(label), border="B")
        pdf.cell(_NUMBER, _LINE, str(_number(number)), border="B", align=Align.R, new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def write(pdf: FPDF, words: str, *, size: float = 11, bold: bool = False) -> None:
    """A paragraph, `size` in points, over the whole width."""
    pdf.set_font(FAMILY, "B" if bold else "", size)
    pdf.multi_cell(pdf.epw, size * 0.5, drawable(words), align=Align.L, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
