"""Records as a PDF file: one, or all of a child that the reader may see, oldest first."""

from collections.abc import Sequence
from datetime import datetime

from fpdf import FPDF
from fpdf.enums import Align, XPos, YPos

from sessions_app.models import SessionRecord
from sessions_app.records.shown import (
    moment,
    planned,
    signatures_of,
    steps_said,
    timing_lines,
    words_of,
)
from whippersnappers import dates
from whippersnappers.organisation import organisation
from whippersnappers.pdf_files import FAMILY, drawable, dress

TITLE = "Session records"
CONFIDENTIAL = "Confidential: about a child. Keep it safe, and destroy it when you no longer need it."
# Millimetres.
_MARGIN, _FOOT = 18.0, 16.0
_INK, _QUIET, _LINE = (31, 41, 51), (70, 78, 86), (150, 160, 168)


class _Pages(FPDF):
    """Pages that say at their foot whose they are."""

    def footer(self) -> None:
        """Who made it, confidential, page x of y."""
        self.set_y(-_FOOT)
        self.set_draw_color(*_LINE)
        self.line(_MARGIN, self.get_y(), self.w - _MARGIN, self.get_y())
        self.set_font(FAMILY, "", 8.5)
        self.set_text_color(*_QUIET)
        foot = drawable(f"{organisation().name}. Confidential. Page {self.page_no()} of {{nb}}")
        self.cell(self.epw, 6, foot)


def draw_records(records: Sequence[SessionRecord], *, now: datetime) -> bytes:
    """The file. The records come with all that they show (`shown.with_all`); the same ones give the same bytes."""
    pdf = _Pages(format="A4")
    dress(pdf, title=TITLE, made_at=now)
    pdf.set_margins(_MARGIN, _MARGIN)
    pdf.set_auto_page_break(True, _FOOT + 4)
    for record in records:
        pdf.add_page()
        _draw(pdf, record)
    return bytes(pdf.output())


def _draw(pdf: FPDF, record: SessionRecord) -> None:
    _write(pdf, f"Session record: {record.child}", bold=True, size=17)
    _write(pdf, CONFIDENTIAL, size=9.5)
    pdf.ln(3)
    session = record.session
    where = "by Zoom" if session.is_remote else str(session.place or "in person")
    _fact(pdf, "Session", f"{session.title} ({session.get_kind_display()}, {where})")
    _fact(pdf, "Planned", planned(record, None))
    _fact(pdf, "State", record.get_state_display())
    for label, words in signatures_of(record, None):
        _fact(pdf, label, words)
    _heading(pdf, "Times")
    for line in timing_lines(record):
        source = f" ({line.source})" if line.source else ""
        _fact(pdf, line.who, ". ".join(filter(None, [f"{line.summed_up}{source}", line.trouble, line.note])))
    if record.came == SessionRecord.Came.NO:
        _heading(pdf, "It did not take place")
    if steps := steps_said(record):
        _heading(pdf, "Steps")
        for title, how in steps:
            _fact(pdf, title, how)
    for label, words in words_of(record):
        _heading(pdf, label)
        _write(pdf, words, size=11)
    for added in record.amendments.all():
        _heading(pdf, f"Added by {added.by}, {moment(added.at, None)}")
        _write(pdf, added.words, size=11)
        _write(pdf, f"Why: {added.reason}", size=11)
    pdf.ln(3)
    _write(pdf, f"Kept until {dates.full_day(record.kept_until)}, the child’s 25th birthday.", size=9.5)


def _heading(pdf: FPDF, text: str) -> None:
    pdf.ln(3)
    _write(pdf, text, bold=True, size=13)


def _fact(pdf: FPDF, label: str, words: str) -> None:
    _write(pdf, f"{label}: {words}", size=11)


def _write(pdf: FPDF, text: str, *, bold: bool = False, size: float) -> None:
    """The text over as many lines and pages as it needs; a heading is not left alone at the foot of a page."""
    if bold and pdf.will_page_break(size + 8):
        pdf.add_page()
    pdf.set_font(FAMILY, "B" if bold else "", size)
    pdf.set_text_color(*_INK)
    pdf.multi_cell(
        pdf.epw, size * 0.48, drawable(text, instead="?"), align=Align.L, new_x=XPos.LMARGIN, new_y=YPos.NEXT
    )
