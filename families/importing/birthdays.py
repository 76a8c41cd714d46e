"""What a cell says about a day of birth."""

import re
from calendar import month_abbr, month_name
from datetime import date, datetime
from typing import Any

from openpyxl.utils.datetime import from_excel

from families.importing.cells import CellProblem, Read, as_text, tidy
from families.registering import birth_problem
from whippersnappers import dates

_MONTHS = {name.casefold(): number for number, name in enumerate(month_abbr) if name}
_FULL_MONTHS = {name.casefold() for name in month_name if name} | {"sept"}
_NUMBERS = re.compile(r"(\d{1,4})\s*[/.\- ]\s*(\d{1,2})\s*[/.\- ]\s*(\d{1,4})")
_DAY_WORD = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[\s\-/.]*(?:of )?([a-z]+)\.?[\s\-/.,]*(\d{2,4})")
_WORD_DAY = re.compile(r"([a-z]+)\.?\s*(\d{1,2})(?:st|nd|rd|th)?[\s,]+(\d{2,4})")
_WEEKDAY = re.compile(r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?,?\s+")
_MIDNIGHT = re.compile(r"[t ]00:00(?::00(?:\.0+)?)?z?$")
_EXCEL_DAYS = range(1, 80_000)


def birthday(raw: Any, today: date) -> Read:
    """A date of birth: a date cell, or text with the day first as in the UK, or year-month-day.

    `today` tells which dates lie in the future, and which century two figures of a year mean.
    """
    if isinstance(raw, datetime):
        read = Read(raw.date())
    elif isinstance(raw, date):
        read = Read(raw)
    elif isinstance(raw, (int, float)) and not isinstance(raw, bool):
        read = _from_excel_number(raw)
    else:
        text = tidy(as_text(raw)).casefold()
        if not text:
            return Read(None)
        read = _from_words(text, today)
    if problem := birth_problem(read.value, today):
        raise CellProblem(f"{problem} We read {dates.typed_day(read.value)}." if read.value else problem)
    return read


def _from_excel_number(number: float) -> Read:
    if int(number) not in _EXCEL_DAYS:
        raise CellProblem("This is not a date. Write it like 03/05/2016.")
    value = from_excel(int(number))
    if isinstance(value, datetime):
        value = value.date()
    return Read(value, f"This cell counts days instead of showing a date; we read {dates.typed_day(value)}.")


def _from_words(text: str, today: date) -> Read:
    text = _MIDNIGHT.sub("", _WEEKDAY.sub("", text))
    if re.fullmatch(r"\d{5}(\.0+)?", text):
        raise CellProblem("This is how spreadsheets count days. Format the column as a date and save again.")
    if match := _NUMBERS.fullmatch(text):
        first, month, last = match.groups()
        if len(first) == 4:
            return Read(_day(int(first), int(month), int(last)))
        if len(first) <= 2:
            return _with_year(int(first), int(month), last, today)
    elif match := _DAY_WORD.fullmatch(text):
        day, word, year = match.groups()
        return _with_year(int(day), _month(word), year, today)
    elif match := _WORD_DAY.fullmatch(text):
        word, day, year = match.groups()
        return _with_year(int(day), _month(word), year, today)
    raise CellProblem("This is not a date. Write it like 03/05/2016 (day, month, year).")


def _month(word: str) -> int:
    if word not in _FULL_MONTHS and word not in _MONTHS:
        raise CellProblem(f"“{word}” is not a month. Write the date like 03/05/2016.")
    return _MONTHS[word[:3]]


def _with_year(day: int, month: int, year: str, today: date) -> Read:
    if len(year) == 4:
        return Read(_day(int(year), month, day))
    if len(year) != 2 or 2000 + int(year) > today.year:
        raise CellProblem("Write the year with four figures, for example 2016.")
    value = _day(2000 + int(year), month, day)
    return Read(value, f"The year had two figures; we read {dates.typed_day(value)}.")


def _day(year: int, month: int, day: int) -> date:
    if not 1 <= month <= 12:
        hint = " The day comes first here: day, month, year." if 1 <= day <= 12 else ""
        raise CellProblem(f"There is no month {month}.{hint}")
    try:
        return date(year, month, day)
    except ValueError as error:
        raise CellProblem(f"There is no such day: {day:02d}/{month:02d}/{year}.") from error
