"""A form that remembers what each of its fields said when the page was opened.

What somebody did not touch is not sent, though it has changed meanwhile; what they changed, and somebody else too,
is asked once more. Two tabs, or a parent and a member of staff, do not undo each other's work.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

from django import forms

MEANWHILE = "This changed while you had the page open. It now says: “{held}”. Press the button again to send yours."
NOTHING = "nothing"


def sign_of(value: object) -> str:
    """A short sign of a value."""
    return hashlib.sha256(str(value).encode()).hexdigest()[:16]


class SeenForm(forms.Form):
    """`base` is what the fields say now. After `is_valid()`, `changes` holds what the person changed."""

    def __init__(self, data: Any = None, *, base: Mapping[str, Any]) -> None:
        self.sent: dict[str, Any] = data.dict() if data is not None else {}
        super().__init__(self.sent if data is not None else None, initial=dict(base))
        self.base = base
        for name, value in base.items():
            self.fields[_seen(name)] = forms.CharField(required=False, widget=forms.HiddenInput, initial=sign_of(value))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name in self.changes:
            seen = self.sent.get(_seen(name), "")
            if seen and seen != sign_of(self.base[name]):
                self.add_error(name, MEANWHILE.format(held=self.said(name, self.base[name]) or NOTHING))
                # Now they have read it.
                self.sent[_seen(name)] = sign_of(self.base[name])
        return cleaned

    def is_kept(self) -> None:
        """What stands in the form is held now: another press with it is no change, and undoes nobody's work."""
        self.sent |= {_seen(name): sign_of(self.cleaned_data[name]) for name in self.base}

    def said(self, name: str, value: Any) -> str:
        """A field's value in words."""
        choices = dict(getattr(self.fields[name], "choices", ()))
        return str(choices.get(value, value))

    @property
    def changes(self) -> dict[str, Any]:
        """The fields that the person changed, with their new values."""
        return {
            name: self.cleaned_data[name]
            for name, held in self.base.items()
            if name in self.cleaned_data
            and self.cleaned_data[name] != held
            and sign_of(self.cleaned_data[name]) != self.sent.get(_seen(name))
        }


def _seen(name: str) -> str:
    return f"seen_{name}"
