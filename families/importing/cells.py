"""What one cell says. Every function answers the value and a note, or raises CellProblem with a sentence
for the person who filled the cell in. Nothing is guessed silently: what was guessed is in the note.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator


class CellProblem(Exception):
    """What is wrong with a cell, as a plain sentence."""


@dataclass(frozen=True)
class Formula:
    """A cell that holds a formula instead of a value."""


@dataclass(frozen=True)
class Broken:
    """A cell that shows one of the spreadsheet's own errors, such as #N/A."""

    code: str


@dataclass(frozen=True)
class Read:
    """A cell's value (None: empty, changes nothing) and what the reader should know about it."""

    value: Any
    note: str = ""


Parser = Callable[[Any, date], Read]

# Marks that turn the direction of writing and nothing else: invisible, and they make equal names differ.
# The joiners of Persian and of Indian scripts (U+200C, U+200D) are part of words and stay.
_INVISIBLE = dict.fromkeys(
    [0x00AD, 0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), 0x2060, *range(0x2066, 0x206A), 0xFEFF]
)
_FORMULA_STARTS = ("=", "+", "-", "@")
FORMULA = "This cell holds a formula. Copy the column and paste it back as values only."


def tidy(text: str) -> str:
    """One line without stray, doubled, non-breaking or invisible characters, accents composed."""
    return " ".join(unicodedata.normalize("NFC", text).translate(_INVISIBLE).split())


def fold(text: str) -> str:
    """The form in which names are compared: no case, accents, apostrophes, hyphens or spaces.

    The vowel signs of Indian scripts are not accents: they stay, or different names would be equal.
    """
    decomposed = unicodedata.normalize("NFKD", tidy(text).casefold())
    return "".join(letter for letter in decomposed if letter.isalnum() or _is_vowel_sign(letter))


def _is_vowel_sign(letter: str) -> bool:
    accent = 0x0300 <= ord(letter) <= 0x036F or 0x064B <= ord(letter) <= 0x0652
    return not accent and unicodedata.category(letter) in {"Mn", "Mc"}


def as_text(raw: Any, *, plus_allowed: bool = False) -> str:
    """The words of a cell, or CellProblem for what is not words."""
    if isinstance(raw, Formula):
        raise CellProblem(FORMULA)
    if isinstance(raw, Broken):
        raise CellProblem(f"This cell shows the error {raw.code}. Type the value in.")
    if raw is None:
        return ""
    if isinstance(raw, bool):
        return "yes" if raw else "no"
    if isinstance(raw, float) and raw.is_integer():
        raw = int(raw)
    if isinstance(raw, (datetime, date, time, timedelta)):
        raise CellProblem("The spreadsheet turned this into a date or a time. Type it again in a cell of text.")
    text = str(raw).strip()
    if text.startswith(_FORMULA_STARTS) and not (plus_allowed and text.startswith("+")):
        raise CellProblem(f"This starts with “{text[0]}”, which spreadsheets run as a formula. Start with a letter.")
    return text


def _not_longer(text: str, longest: int) -> str:
    if len(text) > longest:
        raise CellProblem(f"This has {len(text)} letters; there is room for {longest}.")
    return text


def _visible(text: str) -> str:
    if any(unicodedata.category(letter) in {"Cc", "Cs"} for letter in text if letter not in "\n\t"):
        raise CellProblem("There is a character in this cell that cannot be shown. Type it again.")
    return text


def line(longest: int) -> Parser:
    """A parser of one line of at most `longest` characters."""

    def parse(raw: Any, today: date) -> Read:
        text = _not_longer(_visible(tidy(as_text(raw))), longest)
        return Read(text or None)

    return parse


def name(longest: int) -> Parser:
    """A parser of a person's name in any script."""

    def parse(raw: Any, today: date) -> Read:
        text = _not_longer(_visible(tidy(as_text(raw))), longest)
        if text and not any(letter.isalpha() for letter in text):
            raise CellProblem("This is not a name.")
        if "@" in text:
            raise CellProblem("This looks like an e-mail address; a name belongs here.")
        return Read(text or None)

    return parse


def notes(raw: Any, today: date) -> Read:
    """Several lines of free text."""
    lines = [tidy(part) for part in as_text(raw).replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    return Read(_not_longer(_visible("\n".join(lines).strip()), 5000) or None)


def reference(raw: Any, today: date) -> Read:
    """The charity's own reference of a family or a child."""
    text = _not_longer(_visible(tidy(as_text(raw))), 40)
    if text and not re.fullmatch(r"[\w][\w ./\-]*", text):
        raise CellProblem("A reference has letters, figures, and . / - only.")
    return Read(text or None)


def email(raw: Any, today: date) -> Read:
    """An e-mail address in small letters."""
    text = tidy(as_text(raw)).removeprefix("mailto:").strip("<>").lower()
    if not text:
        return Read(None)
    if re.search(r"[\s;,]", text):
        raise CellProblem("There is more than one address here, or a space in it. Give one address.")
    try:
        EmailValidator()(text)
    except ValidationError as error:
        raise CellProblem("This is not an e-mail address.") from error
    return Read(_not_longer(text, 254))


_SCIENTIFIC = re.compile(r"\d[.,]\d+e\+\d+", re.IGNORECASE)


def phone(raw: Any, today: date) -> Read:
    """A phone number as people write it. A first 0 that the spreadsheet dropped is put back, and said."""
    typed_as_number = isinstance(raw, (int, float)) and not isinstance(raw, bool)
    text = tidy(as_text(raw, plus_allowed=True))
    if not text:
        return Read(None)
    if _SCIENTIFIC.fullmatch(text):
        raise CellProblem("The spreadsheet rounded this phone number. Format the column as text and type it again.")
    digits = re.sub(r"\D", "", text)
    if not re.fullmatch(r"\+?[\d ()./\-]+", text) or not 7 <= len(digits) <= 15:
        raise CellProblem("This is not a phone number. Give one number, for example 020 7946 0018.")
    if digits == text and not text.startswith("0") and len(digits) == 10 and digits[0] in "1237":
        return Read(f"0{text}", f"The spreadsheet had dropped the first 0; we read it as 0{text}.")
    if typed_as_number and len(digits) == 12 and digits.startswith("44"):
        return Read(f"+{text}", f"The spreadsheet had dropped the +; we read it as +{text}.")
    return Read(_not_longer(text, 30))


_YES_NO = {"yes": True, "y": True, "true": True, "1": True, "no": False, "n": False, "false": False, "0": False}


def yes_no(raw: Any, today: date) -> Read:
    """Yes or no."""
    text = tidy(as_text(raw)).casefold()
    if not text:
        return Read(None)
    if text not in _YES_NO:
        raise CellProblem("Write yes or no.")
    return Read(_YES_NO[text])


def choice(words: Mapping[str, str]) -> Parser:
    """A parser of one of a few words; `words` says which value each stands for."""
    by_fold = {fold(word): value for word, value in words.items()}
    listed = "; ".join(dict.fromkeys(words))

    def parse(raw: Any, today: date) -> Read:
        text = tidy(as_text(raw))
        if not text:
            return Read(None)
        if fold(text) not in by_fold:
            raise CellProblem(f"We do not know “{text[:40]}”. Write one of: {listed}.")
        return Read(by_fold[fold(text)])

    return parse


def hours(raw: Any, today: date) -> Read:
    """A number of hours, with at most one place after the point."""
    text = tidy(as_text(raw)).lower().removesuffix("hours").removesuffix("hrs").removesuffix("h").strip()
    if not text:
        return Read(None)
    try:
        value = Decimal(text.replace(",", ".") if text.count(",") == 1 and "." not in text else text)
    except InvalidOperation as error:
        raise CellProblem("This is not a number of hours.") from error
    if not value.is_finite() or not 0 <= value <= 8784:
        raise CellProblem("A year has between 0 and 8,784 hours.")
    if value != round(value, 1):
        raise CellProblem("Give at most one figure after the point.")
    return Read(round(value, 1))
