"""The body map in the form of a concern: a list of marks, a row each. Pointing at the figure fills in a row."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms

from families.plain_text import WordsField
from safeguarding.body_map import (
    LONGEST_NOTE,
    MOST_MARKS,
    SITES,
    Colour,
    Figure,
    Injury,
    Mark,
    Size,
    View,
    figures,
    kept,
    mark_at,
    nearest,
)  # fmt: skip

_NOTHING = [("", "Choose")]
_SITES = [*_NOTHING, *((view.label, [(s.key, s.label) for s in SITES.values() if s.view == view]) for view in View)]
_ROW = re.compile(r"mark-(\d{1,2})-(?:site|injury|size|colour|note|x|y)")
# What makes a row more than an empty one.
_SAID = ("site", "injury", "size", "colour", "note")
MISSING = {
    "site": "Choose where on the body it is.",
    "injury": "Choose what it looks like.",
    "size": "Choose how large it is.",
    "colour": "Choose its colour.",
}
OFF = "That point is not on the drawing. Please point once more, or choose from the list."


class SiteSelect(forms.Select):
    """The parts of the body, each with where its middle is on the figure."""

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        site = SITES.get(str(value))
        if site:
            option["attrs"] |= {"data-view": str(site.view), "data-x": site.x, "data-y": site.y}
        return option


def _choice(label: str, choices: Iterable[Any], name: str, widget: type[forms.Select] = forms.Select) -> Any:
    return forms.ChoiceField(
        label=label, choices=choices, required=False, widget=widget, error_messages={"invalid_choice": MISSING[name]}
    )


class MarkForm(forms.Form):
    """One mark. A row in which nothing is chosen is no mark."""

    use_required_attribute = False

    site = _choice("Where on the body?", _SITES, "site", SiteSelect)
    injury = _choice("What does it look like?", [*_NOTHING, *Injury.choices], "injury")
    size = _choice("How large is it?", [*_NOTHING, *Size.choices], "size")
    colour = _choice("What colour is it?", [*_NOTHING, *Colour.choices], "colour")
    note = WordsField(label="Anything else about it?", most=LONGEST_NOTE, required=False)
    # Whatever stands there is looked at with the mark, so that the sentence stands where people see it.
    x = forms.Field(widget=forms.HiddenInput, required=False)
    y = forms.Field(widget=forms.HiddenInput, required=False)
    mark: Mark | None = None

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if self.errors or not any(said.get(name) for name in _SAID):
            return said
        for name in MISSING:
            if not said[name]:
                self.add_error(name, MISSING[name])
        if not self.errors:
            self.mark = self._mark(said)
        return said

    def _mark(self, said: dict[str, Any]) -> Mark | None:
        words = {name: said[name] for name in _SAID}
        try:
            pointed = mark_at(**words, point=(said["x"], said["y"]) if said["x"] or said["y"] else None)
        except ValueError:
            self.add_error("site", OFF)
            return None
        # Whoever chose another part of the body afterwards means its middle.
        is_near = nearest(pointed.view, pointed.x, pointed.y).key == pointed.site
        return pointed if is_near else mark_at(**words)


class MarkRows:
    """All rows of a form as it was sent, or as it is drawn, with an empty one at the end."""

    def __init__(self, data: Mapping[str, Any], *, is_sent: bool) -> None:
        self._data = data
        numbers = sorted({int(found[1]) for name in data if (found := _ROW.fullmatch(name))})
        rows = [_row(data, number, is_sent) for number in numbers]
        self.rows = [row for row in rows if any(row[name].value() for name in _SAID)]
        self.trouble = ""
        self.empty = MarkForm(prefix=f"mark-{max(numbers, default=-1) + 1}")
        self.pattern = MarkForm(prefix="mark-__n__")
        self.most = MOST_MARKS

    def is_valid(self) -> bool:
        """Whether every row is a mark, and there are not too many; else the rows, or `trouble`, say what to do."""
        # Every row is looked at, so that each says what is wrong with it.
        if [row for row in self.rows if not row.is_valid()]:
            return False
        try:
            kept(self._marks())
        except ValueError as refused:
            self.trouble = str(refused)
        return not self.trouble

    def text(self) -> str:
        """The marks as a version keeps them; empty when there is none."""
        rows = kept(self._marks())
        return json.dumps(rows, ensure_ascii=False) if rows else ""

    def figures(self) -> list[Figure]:
        """Both sides of the body with what is in order so far, also in a draft."""
        drawn = [MarkForm(self._data, prefix=row.prefix) for row in self.rows]
        return figures(row.mark for row in drawn if row.is_valid() and row.mark)

    def _marks(self) -> list[Mark]:
        return [row.mark for row in self.rows if row.mark]


def is_row(name: str) -> bool:
    """Whether this is the name of a field of a mark."""
    return _ROW.fullmatch(name) is not None


def _row(data: Mapping[str, Any], number: int, is_sent: bool) -> MarkForm:
    prefix = f"mark-{number}"
    if is_sent:
        return MarkForm(data, prefix=prefix)
    return MarkForm(initial={name: data.get(f"{prefix}-{name}") for name in MarkForm.base_fields}, prefix=prefix)
