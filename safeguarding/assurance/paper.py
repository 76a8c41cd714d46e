"""The assurance page as a PDF that may be given away: promises, what makes them happen, numbers. No explanations."""

from datetime import datetime

from fpdf import FPDF

from safeguarding.assurance.gathering import Assurance, Promise
from safeguarding.figures.files import MARGIN, write
from whippersnappers import dates
from whippersnappers.organisation import organisation
from whippersnappers.pdf_files import dress

TITLE = "How we keep our promises"
_ROOM = 45.0


def paper(found: Assurance, made_at: datetime) -> bytes:
    """One promise below the other, on A4."""
    pdf = FPDF(format="A4")
    dress(pdf, title=TITLE, made_at=made_at)
    pdf.set_margins(MARGIN, MARGIN)
    pdf.set_auto_page_break(True, MARGIN)
    pdf.add_page()
    write(pdf, TITLE, size=18, bold=True)
    write(pdf, f"{organisation().name}, {found.period.name}. Counted {dates.day(made_at, now=made_at)}.")
    for promise in found.promises:
        _promise(pdf, promise)
    return bytes(pdf.output())


def _promise(pdf: FPDF, promise: Promise) -> None:
    if pdf.will_page_break(_ROOM):
        pdf.add_page()
    pdf.ln(3)
    write(pdf, f"{promise.clause}: {promise.clause.label}", size=13, bold=True)
    write(pdf, promise.enforced)
    for measure in promise.measures:
        write(pdf, f"{measure.label}: {measure.said}", bold=True)
    if promise.raised:
        write(pdf, f"Alerts raised by the portal: {promise.raised}")
