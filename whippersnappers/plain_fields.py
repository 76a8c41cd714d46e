"""What the fields of staff forms say of a mistake, in plain words, where a form has none of its own."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest

PLAINLY = {
    "required": "Fill this in.",
    "min_value": "Write %(limit_value)s or more.",
    "max_value": "Write %(limit_value)s or less.",
    "max_length": "Write at most %(limit_value)d letters: these are %(show_value)d.",
    "invalid_choice": "Choose from the list.",
}
GONE = "This is not in the list any more. Choose again."


class ChosenRow(forms.ModelChoiceField):
    """A row of the database, chosen from a list or found by typing.

    What is no key at all is answered like a row that is gone, and not shown again: to show what was chosen,
    Django's autocomplete asks the database for it, and that would end the page instead of the mistake.
    """

    default_error_messages = {"required": PLAINLY["required"], "invalid_choice": GONE}

    def clean(self, value: Any) -> Any:
        given = self.prepare_value(value)
        if not all(self._can_be_chosen(one) for one in (given if isinstance(given, list) else [given])):
            raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")
        return super().clean(value)

    def bound_data(self, data: Any, initial: Any) -> Any:
        shown = super().bound_data(data, initial)
        if isinstance(shown, list):
            return [one for one in shown if self._can_be_chosen(one)]
        return shown if self._can_be_chosen(shown) else None

    def _can_be_chosen(self, value: Any) -> bool:
        if value in self.empty_values or self.queryset is None:
            return True
        facts = self.queryset.model._meta
        try:
            (facts.get_field(self.to_field_name) if self.to_field_name else facts.pk).to_python(value)
        except ValidationError:
            return False
        return True


class ChosenRows(ChosenRow, forms.ModelMultipleChoiceField):
    """Many rows of the database, chosen from a list or found by typing."""

    default_error_messages = {"invalid_choice": "One of these is not in the list any more. Look through them again."}


class SpeaksPlainly:
    """For admin pages and the lines in them: Django's own sentences are put plainly."""

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if isinstance(db_field, models.ManyToManyField):
            kwargs.setdefault("form_class", ChosenRows)
        elif isinstance(db_field, models.ForeignKey):
            kwargs.setdefault("form_class", ChosenRow)
        else:
            kwargs["error_messages"] = {**PLAINLY, **kwargs.get("error_messages", {})}
        return super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]
