"""What somebody has typed stays when they switch to easy read, or back, halfway through a form.

The switch beside a form takes the form along to the page's own address (`portal/takes_form.html`). There the press
changes the layout and nothing else, and the page is drawn as for a visit, with all that was typed.
"""

from collections.abc import Collection
from typing import TypeVar

from django import forms
from django.http import QueryDict

from families.portal.easy_read import turn
from whippersnappers.layout import drawn_again_after, typed_before

__all__ = ["keeps_what_is_typed", "typed_before", "with_typed"]

Form = TypeVar("Form", bound=forms.Form)

# For a view whose page has a form. It never sees the switch's press as one of its own buttons.
keeps_what_is_typed = drawn_again_after(turn)


def with_typed(form: Form, data: QueryDict, *, but: Collection[str] = ()) -> Form:
    """The form, not sent yet, with what was typed in it; the fields of `but` stay as they are."""
    if data:
        typed = {
            name: field.widget.value_from_datadict(data, {}, form.add_prefix(name))
            for name, field in form.fields.items()
            if name not in but
        }
        form.initial.update(typed)
    return form
