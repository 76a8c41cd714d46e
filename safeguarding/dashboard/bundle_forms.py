"""The forms on which a bundle is put together: what goes in, and what is withheld."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from families.plain_text import LinesField
from safeguarding.bundle.composing import names_offered, text_of
from safeguarding.bundle.parts import GROUPS, Part
from safeguarding.bundle.withholding import not_there
from safeguarding.forms import MUCH
from safeguarding.models import Concern

NOTHING = "Tick what goes in."
_FROM_LIST = "Please choose from the list."


class PartsForm(forms.Form):
    """What goes in: the pieces stand in their groups, each with its words."""

    use_required_attribute = False
    parts = forms.MultipleChoiceField(
        choices=[],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": NOTHING, "invalid_choice": _FROM_LIST, "invalid_list": _FROM_LIST},
    )

    def __init__(self, *args: Any, parts: Sequence[Part], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.pieces = parts
        self.fields["parts"].choices = [(part.key, part.title) for part in parts]  # type: ignore[attr-defined]

    def groups(self) -> list[tuple[str, list[tuple[Any, Part]]]]:
        """Each group's name with its boxes and pieces, for the page."""
        boxes = list(zip(self["parts"], self.pieces, strict=True))
        found = ((title, [(box, part) for box, part in boxes if part.group == key]) for key, title in GROUPS.items())
        return [(title, rows) for title, rows in found if rows]


class WithholdForm(forms.Form):
    """Whose names are left out, and which passages."""

    use_required_attribute = False
    names = forms.MultipleChoiceField(
        label="Whose names are withheld?",
        help_text="Ticked names are replaced by “[name withheld]” wherever they stand.",
        choices=[],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _FROM_LIST, "invalid_list": _FROM_LIST},
    )
    passages = LinesField(
        label="Which other words are withheld?",
        help_text="One on a line, as it stands in the text. Each is replaced by “[withheld]”.",
        most=MUCH,
        required=False,
    )
    # The text that the person had before their eyes.
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def __init__(self, *args: Any, concern: Concern, parts: Sequence[Part], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.whole = text_of(parts)
        offered = [(name.key, f"{name.label} ({name.why.lower()})") for name in names_offered(concern, parts)]
        self.fields["names"].choices = offered  # type: ignore[attr-defined]
        if not offered:
            del self.fields["names"]

    def clean_passages(self) -> list[str]:
        """The lines that say something. Each must stand in the text, or nothing would be left out by it."""
        passages = [line.strip() for line in self.cleaned_data["passages"].split("\n") if line.strip()]
        if missing := not_there(passages, self.whole):
            raise ValidationError([f"This does not stand in the text: “{passage}”" for passage in missing])
        return passages
