"""The bundle as a PDF file. The same text, cover and time always give the same bytes; nothing else is in the file."""

from collections.abc import Iterable
from datetime import datetime

from fpdf import FPDF
from fpdf.enums import Align, XPos, YPos

from safeguarding.body_drawing import draw_figure
from safeguarding.body_map import Figure
from safeguarding.bundle.composing import Document
from whippersnappers.pdf_files import FAMILY, dress

TITLE = "Confidential: safeguarding information"
HANDLE = "Only for the person named above. Keep it safe. If it is not for you, delete it and tell us at once."
# Millimetres.
_MARGIN, _FOOT, _BODY_HIGH = 18.0, 16.0, 80.0
_INK, _QUIET, _LINE = (31, 41, 51), (70, 78, 86), (150, 160, 168)
# How much of the recipient stands at the foot of a page.
_FOOT_LETTERS = 90


class _Bundle(FPDF):
    """Pages that say at their foot for whom they are."""

    def __init__(self, recipient: str) -> None:
        super().__init__(format="A4")
        cut = len(recipient) > _FOOT_LETTERS
        self.recipient = f"{recipient[:_FOOT_LETTERS]}…" if cut else recipient

    def footer(self) -> None:
        """For whom, confidential, page x of y."""
        self.set_y(-_FOOT)
        self.set_draw_color(*_LINE)
        self.line(_MARGIN, self.get_y(), self.w - _MARGIN, self.get_y())
        self.set_font(FAMILY, "", 8.5)
        self.set_text_color(*_QUIET)
        self.cell(self.epw, 5, f"For {self.recipient}", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.cell(self.epw, 5, f"Confidential. Page {self.page_no()} of {{nb}}")


def draw(document: Document, cover: Iterable[tuple[str, str]], recipient: str, made_at: datetime) -> tuple[bytes, int]:
    """The file and how many pages it has."""
    pdf = _Bundle(recipient)
    dress(pdf, title=TITLE, made_at=made_at)
    pdf.set_margins(_MARGIN, _MARGIN)
    pdf.set_auto_page_break(True, _FOOT + 4)
    pdf.add_page()
    _write(pdf, TITLE, bold=True, size=18)
    pdf.ln(2)
    for label, words in cover:
        _write(pdf, f"{label}: {words}", size=11)
    pdf.ln(2)
    _write(pdf, HANDLE, bold=True, size=11)
    for section in document.sections:
        pdf.ln(5)
        _write(pdf, section.title, bold=True, size=14)
        for piece in section.pieces:
            pdf.ln(2)
            # The list of marks stands over its figures.
            if piece.figures and pdf.will_page_break(_BODY_HIGH + 30):
                pdf.add_page()
            _write(pdf, piece.title, bold=True, size=11)
            _write(pdf, piece.text, size=11)
            _draw_body(pdf, piece.figures)
    return bytes(pdf.output()), pdf.pages_count


def _draw_body(pdf: FPDF, figures: list[Figure]) -> None:
    """Front and back side by side, on one page."""
    if not figures:
        return
    if pdf.will_page_break(_BODY_HIGH + 8):
        pdf.add_page()
    top, left = pdf.get_y() + 2, _MARGIN
    for figure in figures:
        left += draw_figure(pdf, figure, left, top, _BODY_HIGH) + 20
    pdf.set_xy(_MARGIN, top + _BODY_HIGH + 5)


def _write(pdf: FPDF, text: str, *, bold: bool = False, size: float) -> None:
    """The text over as many lines and pages as it needs; a heading is not left alone at the foot of a page."""
    if bold and pdf.will_page_break(size):
        pdf.add_page()
    pdf.set_font(FAMILY, "B" if bold else "", size)
    pdf.set_text_color(*_INK)
    pdf.multi_cell(pdf.epw, size * 0.48, text, align=Align.L, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
