"""Fields that the forms about a concern share."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone

from families.plain_text import LinesField
from safeguarding.forms import MUCH, SOME, FormKey
from whippersnappers.plain_fields import ChosenRow

CHOOSE = {"required": "Please choose one.", "invalid_choice": "Please choose one of the list."}


def reason(label: str = "Why?", *, help_text: str = "", required: bool = True) -> LinesField:
    """The reason of a judgement."""
    return LinesField(label=label, help_text=help_text, most=MUCH, required=required, error_messages=_SAY_WHY)


def words(label: str, missing: str, *, rows: int = 4, help_text: str = "") -> LinesField:
    """Words that must be there."""
    return LinesField(label=label, help_text=help_text, most=MUCH, rows=rows, error_messages={"required": missing})


def some(label: str, *, help_text: str = "") -> LinesField:
    """Words that may be there."""
    return LinesField(label=label, help_text=help_text, most=SOME, rows=2, required=False)


def one_of(label: str, choices: Any, *, help_text: str = "") -> forms.ChoiceField:
    """One of a short list, all of it in view."""
    return forms.ChoiceField(
        label=label, choices=choices, help_text=help_text, widget=forms.RadioSelect, error_messages=CHOOSE
    )


def some_of(label: str, choices: Any) -> forms.MultipleChoiceField:
    """Any of a list."""
    wrong = {"invalid_choice": "Please choose from the list."}
    widget = forms.CheckboxSelectMultiple
    return forms.MultipleChoiceField(label=label, choices=choices, required=False, widget=widget, error_messages=wrong)


def known(label: str) -> Any:
    """Somebody the portal knows, or nobody; the form says who stands in the list."""
    wrong = {"invalid_choice": "Please choose from the list."}
    return ChosenRow(None, label=label, required=False, empty_label="Nobody", error_messages=wrong)


class Moment(forms.DateTimeField):
    """A day and a time on London's clock; the browser's own field writes it."""

    def __init__(self, label: str, **kwargs: Any) -> None:
        said = {"required": "Say the day and the time.", "invalid": "Write it like 24/11/2026 16:00."}
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        formats = ["%Y-%m-%dT%H:%M", "%d/%m/%Y %H:%M"]
        super().__init__(label=label, widget=widget, input_formats=formats, error_messages=said, **kwargs)


def this_minute() -> datetime:
    """Now, as a field shows it."""
    return timezone.localtime().replace(second=0, microsecond=0)


class StepForm(forms.Form):
    """A step of a concern. `press` is the form's own key: pressing twice does it once."""

    use_required_attribute = False
    press = FormKey(widget=forms.HiddenInput, required=False)


_SAY_WHY = {"required": "Say why: this step is a judgement."}
