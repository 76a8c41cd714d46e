"""The outline of a body in a PDF file, with numbered marks on it or none."""

from io import BytesIO

from django.template.loader import render_to_string
from fpdf import FPDF
from fpdf.enums import Align

from safeguarding.body_map import HEIGHT, WIDTH, Figure
from whippersnappers.pdf_files import FAMILY

_INK, _MARK = (31, 41, 51), (253, 226, 222)
# Millimetres; letters in points.
_RADIUS, _LETTERS = 2.3, 8


def draw_figure(pdf: FPDF, figure: Figure, left: float, top: float, high: float) -> float:
    """One side of a body of that height, and how wide it is (millimetres). Its name stands under it."""
    wide = high * WIDTH / HEIGHT
    outline = render_to_string("safeguarding/body_outline.html", {"view": figure.view})
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">{outline}</svg>'
    pdf.image(BytesIO(svg.encode()), left, top, wide, high, alt_text=f"{figure.label} of a body")
    pdf.set_text_color(*_INK)
    for mark in figure.marks:
        _mark(pdf, mark.number, left + mark.x * wide / WIDTH, top + mark.y * high / HEIGHT)
    pdf.set_xy(left, top + high)
    pdf.set_font(FAMILY, "B", 9)
    pdf.cell(wide, 4, figure.label, align=Align.C)
    return wide


def _mark(pdf: FPDF, number: int, x: float, y: float) -> None:
    pdf.set_draw_color(*_INK)
    pdf.set_fill_color(*_MARK)
    pdf.circle(x, y, _RADIUS, style="DF")
    pdf.set_font(FAMILY, "B", _LETTERS)
    pdf.set_xy(x - _RADIUS, y - _RADIUS)
    pdf.cell(2 * _RADIUS, 2 * _RADIUS, str(number), align=Align.C)
