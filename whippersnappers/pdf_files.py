"""PDF files as the house makes them: A4, fonts embedded, title and language set, nothing that differs by chance."""

import re
from datetime import datetime
from functools import cache
from pathlib import Path

from django.conf import settings
from fontTools.ttLib import TTFont
from fpdf import FPDF

from whippersnappers.organisation import organisation

FAMILY = "Atkinson Hyperlegible Next"
_FONTS = (("", 400), ("B", 700))
# Line ends are ours to draw, and a blank needs no letter.
_ALWAYS = frozenset({" ", "\n"})


def dress(pdf: FPDF, *, title: str, made_at: datetime) -> FPDF:
    """Give a file what every file of ours has. `made_at` is part of its bytes."""
    pdf.set_creation_date(made_at)
    pdf.set_title(title)
    pdf.set_lang("en-GB")
    pdf.set_author(organisation().name)
    for style, weight in _FONTS:
        pdf.add_font(FAMILY, style, _font(weight))
    return pdf


def _font(weight: int) -> Path:
    return Path(settings.BASE_DIR) / "static" / f"fonts/atkinson-hyperlegible-next-{weight}.ttf"


@cache
def _letters() -> frozenset[str]:
    """What both weights can draw."""
    known = []
    for _, weight in _FONTS:
        with TTFont(_font(weight), lazy=True) as font:
            known.append(set(font.getBestCmap()))
    return frozenset(map(chr, set.intersection(*known))) | _ALWAYS


def drawable(text: str, *, instead: str = "") -> str:
    """The text with `instead` for each run of signs that the fonts have no letters for, such as emoji."""
    letters = _letters()
    undrawn = {char for char in text if char not in letters}
    if not undrawn:
        return text
    return re.sub(f"[{re.escape(''.join(sorted(undrawn)))}]+", instead.replace("\\", r"\\"), text)
