"""The colours of families' and staff pages are the same, and light enough and dark enough to read."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from whippersnappers.theme import UNFOLD_COLORS

TOKENS = (Path(settings.BASE_DIR) / "static/css/tokens.css").read_text()
LIGHT, DARK = TOKENS.split("@media (prefers-color-scheme: dark)")
READ_ON = [
    ("ink", "paper"),
    ("ink", "card"),
    ("ink", "tint"),
    ("ink-soft", "paper"),
    ("ink-soft", "card"),
    ("ink-soft", "tint"),
    ("brand", "paper"),
    ("brand", "card"),
    ("brand", "tint"),
    ("brand-hover", "card"),
    ("on-brand", "brand"),
    ("on-brand", "brand-hover"),
    ("on-sun", "sun"),
    ("on-rose", "rose"),
    ("on-rose", "card"),
    ("on-leaf", "leaf"),
]
SEEN_ON = [("edge", "paper"), ("edge", "card"), ("focus", "paper"), ("focus", "card")]


def colours(css: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", css))


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("pair", "least"), [*((pair, 4.5) for pair in READ_ON), *((pair, 3.0) for pair in SEEN_ON)])
def test_contrast(theme, pair, least):
    tones = colours(theme)
    assert contrast(tones[pair[0]], tones[pair[1]]) >= least


@pytest.mark.parametrize("grounds", [("base", "50"), ("base", "100")])
@pytest.mark.parametrize("text", ["500", "600", "900"])
def test_contrast_of_staff_pages(grounds, text):
    assert contrast(UNFOLD_COLORS["base"][text], UNFOLD_COLORS[grounds[0]][grounds[1]]) >= 4.5


def test_staff_act_in_the_same_green():
    assert UNFOLD_COLORS["primary"]["600"] == colours(LIGHT)["brand"]
    assert contrast(UNFOLD_COLORS["primary"]["600"], "#ffffff") >= 4.5


def test_contrast_of_black_on_white_is_21():
    assert round(contrast("#000000", "#ffffff"), 2) == 21
