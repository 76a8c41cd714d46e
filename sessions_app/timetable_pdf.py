"""The visual timetable as a PDF of one A4 page, however many steps there are and however long their words.

The same timetable always gives the same bytes. Fonts are embedded; title and language are set.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from math import ceil
from pathlib import Path

from django.conf import settings
from fpdf import FPDF
from fpdf.enums import Align, MethodReturnValue, WrapMode, XPos, YPos

from sessions_app.picture_library import CREDIT, Picture
from sessions_app.timetables import Timetable, TimetableStep
from whippersnappers.organisation import organisation
from whippersnappers.pdf_files import FAMILY, drawable, dress

# Millimetres on the page, points for letters.
_WIDTH, _HEIGHT, _MARGIN, _GAP = 210.0, 297.0, 12.0, 5.0
_TOP, _FOOT = 40.0, 12.0
# Down to `_READABLE` a long word gets smaller letters; below that it is rather broken.
_LARGEST, _READABLE, _SMALLEST = 40, 11, 6
_POINT = 25.4 / 72
_INK, _QUIET, _LINE, _TILE = (31, 41, 51), (80, 88, 96), (150, 160, 168), (253, 240, 213)
# Part of the file; a fixed one, so that the same timetable is the same file.
_MADE = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class _Box:
    """A part of the page, from its upper left corner."""

    x: float
    y: float
    width: float
    height: float

    def inside(self, edge: float) -> "_Box":
        return _Box(self.x + edge, self.y + edge, self.width - 2 * edge, self.height - 2 * edge)

    def above(self, height: float) -> "_Box":
        return _Box(self.x, self.y, self.width, height)

    def below(self, height: float) -> "_Box":
        return _Box(self.x, self.y + height, self.width, self.height - height)


def draw_pdf(timetable: Timetable) -> bytes:
    """The timetable as a PDF file of exactly one page."""
    pdf = _page(timetable)
    _write(pdf, timetable.title, _Box(_MARGIN, _MARGIN, _WIDTH - 2 * _MARGIN, 15), bold=True, largest=28)
    _write(pdf, timetable.when, _Box(_MARGIN, _MARGIN + 16, _WIDTH - 2 * _MARGIN, 8), bold=False, largest=15)
    for step, box in zip(timetable.steps, _boxes(len(timetable.steps)), strict=True):
        _draw_step(pdf, step, box)
    pdf.set_text_color(*_QUIET)
    foot = _Box(_MARGIN, _HEIGHT - _FOOT, _WIDTH - 2 * _MARGIN, 5)
    _write(pdf, f"{organisation().name} · {CREDIT}", foot, bold=False, largest=9)
    return bytes(pdf.output())


def _page(timetable: Timetable) -> FPDF:
    pdf = dress(FPDF(format="A4"), title=f"{timetable.title}: what will happen", made_at=_MADE)
    pdf.set_auto_page_break(False)
    pdf.add_page()
    pdf.set_text_color(*_INK)
    return pdf


@cache
def _static(name: str) -> Path:
    return Path(settings.BASE_DIR) / "static" / name


def _boxes(count: int) -> list[_Box]:
    """Boxes for so many steps, row by row, with as many in a row as makes their pictures largest."""
    width, height = _WIDTH - 2 * _MARGIN, _HEIGHT - _TOP - _FOOT - _GAP
    across = max(range(1, count + 1), key=lambda n: min(width / n, height / ceil(count / n)), default=1)
    down = ceil(count / across) or 1
    # A single picture does not have to fill the page.
    wide, high = (width + _GAP) / across - _GAP, min((height + _GAP) / down - _GAP, 120)
    corners = ((_MARGIN + n % across * (wide + _GAP), _TOP + n // across * (high + _GAP)) for n in range(count))
    return [_Box(x, y, wide, high) for x, y in corners]


def _draw_step(pdf: FPDF, step: TimetableStep, box: _Box) -> None:
    pdf.set_draw_color(*_LINE)
    pdf.set_line_width(0.6)
    radius = min(4.0, box.height / 6)
    pdf.rect(box.x, box.y, box.width, box.height, round_corners=True, corner_radius=radius)
    inner = box.inside(min(2.5, box.height / 12))
    number = min(8.0, inner.height / 5)
    _write(pdf, str(step.number), _Box(inner.x, inner.y, number * 1.5, number), bold=True, largest=18)
    if step.picture is None:
        _draw_word_alone(pdf, step.word, inner.below(number))
        return
    side = min(inner.width - 2 * number, inner.height * 0.68)
    _draw_picture(pdf, step.picture, _Box(inner.x + (inner.width - side) / 2, inner.y, side, side))
    _write(pdf, step.word, inner.below(side), bold=True)


def _draw_word_alone(pdf: FPDF, word: str, box: _Box) -> None:
    """The word, large, on a plain shape: it stands where a picture would."""
    shape = box.inside(min(2.0, box.height / 12))
    pdf.set_fill_color(*_TILE)
    pdf.rect(shape.x, shape.y, shape.width, shape.height, style="F", round_corners=True, corner_radius=shape.height / 8)
    _write(pdf, word, shape.inside(shape.height / 10), bold=True)


def _draw_picture(pdf: FPDF, picture: Picture, box: _Box) -> None:
    # Where a picture names no colour it means black; the library would take the colour of the page's last shape.
    pdf.set_fill_color(0)
    pdf.set_draw_color(0)
    pdf.image(_static(picture.file), box.x, box.y, box.width, box.height, alt_text=picture.word)


def _write(pdf: FPDF, text: str, box: _Box, *, bold: bool, largest: int = _LARGEST) -> None:
    """The text in the middle of the box, in the largest letters with which all of it fits."""
    text = " ".join(drawable(text).split())
    sizes = [(size, True) for size in range(largest, _READABLE - 1, -1)]
    sizes += [(size, False) for size in range(min(largest, _LARGEST // 2), _SMALLEST - 1, -1)]
    for size, whole in sizes:
        pdf.set_font(FAMILY, "B" if bold else "", size)
        lines, high = _lines(pdf, text, box.width), size * 1.15 * _POINT
        if len(lines) * high <= box.height and (not whole or _keeps_words(lines, text)):
            break
    top = box.y + max(0.0, box.height - len(lines) * high) / 2
    for number, line in enumerate(lines):
        pdf.set_xy(box.x, top + number * high)
        pdf.cell(box.width, high, line, align=Align.C, new_x=XPos.LEFT, new_y=YPos.TOP)


def _lines(pdf: FPDF, text: str, width: float) -> list[str]:
    said = pdf.multi_cell(
        width, None, text, dry_run=True, output=MethodReturnValue.LINES, wrapmode=WrapMode.WORD, align=Align.C
    )
    assert isinstance(said, list)
    return said


def _keeps_words(lines: Iterable[str], text: str) -> bool:
    """Whether no word was broken."""
    return [word for line in lines for word in line.split()] == text.split()
