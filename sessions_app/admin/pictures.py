"""Choosing a picture for a step: a select that works by itself, and a page of pictures to choose from with a script."""

from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminSelectWidget

from sessions_app.picture_hints import suggest
from sessions_app.picture_library import GROUPS

# In a form only: the picture is found by the step's name when it is stored.
BY_NAME = "by-name"


class PictureField(forms.ChoiceField):
    """A step's picture: one of the library, none, or the one that suits the step's name."""

    widget = UnfoldAdminSelectWidget

    def __init__(self) -> None:
        groups = [(title, [(p.key, p.word) for p in group]) for title, group in GROUPS]
        choices = [(BY_NAME, "From the name of the step"), ("", "No picture"), *groups]
        super().__init__(label="Picture", required=False, choices=choices)

    def has_changed(self, initial: Any, data: Any) -> bool:
        """A new line that nobody has touched stands at “from the name”, and is still an empty line."""
        return (initial or BY_NAME) != (data or BY_NAME) if initial == BY_NAME else super().has_changed(initial, data)


def offer_pictures(form: forms.ModelForm) -> None:
    """Let the form of a step choose a picture; a new step starts with the one that suits its name."""
    if "picture" in form.fields:
        form.fields["picture"] = PictureField()
        if form.instance._state.adding:
            form.initial["picture"] = BY_NAME


def settle_picture(cleaned: dict[str, Any]) -> dict[str, Any]:
    """What was typed in a step, with the picture that its name asks for where none was chosen by hand."""
    if cleaned.get("picture") == BY_NAME:
        cleaned["picture"] = suggest(cleaned.get("title", ""))
    return cleaned
