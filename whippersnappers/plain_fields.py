"""What the fields of staff forms say of a mistake, in plain words, where a form has none of its own."""

from typing import Any

from django.db import models
from django.http import HttpRequest

PLAINLY = {
    "required": "Fill this in.",
    "min_value": "Write %(limit_value)s or more.",
    "max_value": "Write %(limit_value)s or less.",
    "max_length": "Write at most %(limit_value)d letters: these are %(show_value)d.",
    "invalid_choice": "Choose from the list.",
}


class SpeaksPlainly:
    """For admin pages and the lines in them: Django's own sentences are put plainly."""

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        # What lists say of a choice that is gone has parts that these words do not know.
        if not isinstance(db_field, models.ForeignKey | models.ManyToManyField):
            kwargs["error_messages"] = {**PLAINLY, **kwargs.get("error_messages", {})}
        return super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]
