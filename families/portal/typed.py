"""What somebody has typed stays when they switch to easy read, or back, halfway through a form.

The switch beside a form takes the form along to the page's own address (`portal/takes_form.html`). There the press
changes the layout and nothing else, and the page is drawn as for a visit, with all that was typed.
"""

from collections.abc import Callable, Collection
from functools import wraps
from typing import TypeVar

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict

from families.portal.easy_read import LAYOUTS, SWITCH, turn
from families.portal.guards import guardian_behind

Form = TypeVar("Form", bound=forms.Form)


def keeps_what_is_typed(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For a view whose page has a form. It never sees the switch's press as one of its own buttons."""

    @wraps(view)
    def drawing_again(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if is_switch(request):
            turn_layout(request)
            # For the view it is a visit: nothing is sent.
            request.method = "GET"
        return view(request, *args, **kwargs)

    return drawing_again


def is_switch(request: HttpRequest) -> bool:
    """Whether it was the switch that was pressed, not the form's own button."""
    return request.method == "POST" and request.POST.get(SWITCH) in LAYOUTS


def turn_layout(request: HttpRequest) -> None:
    """The layout as the press says. Whose sign-in has run out meanwhile keeps the old one."""
    guardian = guardian_behind(request.user)
    if guardian is not None:
        turn(request, guardian)


def typed_before(request: HttpRequest) -> QueryDict:
    """What stood in the form when the switch was pressed; empty on every other visit."""
    return request.POST if request.method == "GET" else QueryDict()


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
