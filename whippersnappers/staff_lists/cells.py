"""What a downloaded cell says: typed values, and text that no spreadsheet program takes for a formula."""

import re
from datetime import date, datetime
from decimal import Decimal
from html import unescape
from typing import Any

from django.db.models import Model
from django.utils.html import strip_tags
from django.utils.safestring import SafeString

from whippersnappers import dates

Cell = str | int | float | Decimal | date | datetime | None
# What makes Excel, LibreOffice or Google Sheets calculate, the wide forms included.
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")
_PHONE = re.compile(r"\+\d[\d ()-]{5,20}")
_NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def cell(value: Any) -> Cell:
    """The value as a cell holds it. Times are London's, without a zone, as spreadsheets know them."""
    if value is None or isinstance(value, str | bool):
        return {None: None, True: "Yes", False: "No"}.get(value) if not isinstance(value, str) else text(value)
    if isinstance(value, datetime):
        return dates.local(value).replace(tzinfo=None, microsecond=0)
    if isinstance(value, date | int | float | Decimal):
        return value
    return text(str(value))


def text(words: str) -> str:
    """Plain text: labels without their tags, no formula, no sign that a file cannot hold."""
    plain = _without_tags(words) if isinstance(words, SafeString) else words
    plain = _NOT_IN_XML.sub("", plain)
    if _PHONE.fullmatch(plain):
        return _spaced(plain)
    return f"'{plain}" if plain.startswith(_FORMULA) else plain


def _without_tags(markup: str) -> str:
    return " ".join(unescape(strip_tags(markup.replace("<", " <"))).split())


def _spaced(phone: str) -> str:
    """A phone number with a space in it is text to every program; without one it is a long sum."""
    if " " in phone:
        return phone
    return f"{phone[:3]} {phone[3:-6]} {phone[-6:]}"


def value_of(page: Any, row: Model, path: str) -> Any:
    """What stands in a column: a method of the list's page, or a path of attributes, choices in their words."""
    if not path.startswith("__") and callable(method := getattr(page, path, None)):
        return method(row)
    value: Any = row
    for name in path.split("."):
        if value is None:
            return None
        said = getattr(value, f"get_{name}_display", None)
        value = said() if said else getattr(value, name)
    return value() if callable(value) else value
