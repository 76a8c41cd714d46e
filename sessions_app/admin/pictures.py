"""Choosing a picture for a step: a select that works by itself, and with a script a window of pictures to search.

`staff/pictures.js` puts the window before the select. Both keep the same key of the library.
"""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST, require_safe
from unfold.widgets import UnfoldAdminSelectWidget

from sessions_app.picture_hints import suggest
from sessions_app.picture_library import CREDIT, GROUPS, PICTURES
from whippersnappers.admin_site import staff_site

# In a form only: the picture is found by the step's name when it is stored.
BY_NAME = "by-name"
# A step's name is at most that long.
_LONGEST = 80


class PictureSelect(UnfoldAdminSelectWidget):
    """The words to choose from; beside them the picture that is chosen, and the way to the window."""

    class Media:
        css = {"all": ["staff/pictures.css"]}
        js = ["staff/pictures.js"]

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        select = super().render(name, value, attrs, renderer)
        facts = {"picture": PICTURES.get(value or ""), "by_name": value == BY_NAME, "select": select}
        facts |= {"window": reverse("admin:step_pictures"), "by_title": reverse("admin:picture_by_title")}
        return SafeString(render_to_string("staff/picture_select.html", facts).strip())


class PictureField(forms.ChoiceField):
    """A step's picture: one of the library, none, or the one that suits the step's name."""

    widget = PictureSelect

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


@require_safe
def step_pictures(request: HttpRequest) -> HttpResponse:
    """All pictures with their words, as the inside of the window; fetched when it is first opened."""
    _only_planners(request)
    return render(request, "staff/step_pictures.html", {"groups": GROUPS, "credit": CREDIT})


@require_POST
def picture_by_title(request: HttpRequest) -> HttpResponse:
    """The picture that suits a name which is being typed. Nothing of it is kept, and no log holds it."""
    _only_planners(request)
    picture = PICTURES.get(suggest(request.POST.get("title", "")[:_LONGEST]))
    return JsonResponse({"word": picture.word, "src": picture.url} if picture else {})


def _only_planners(request: HttpRequest) -> None:
    if not request.user.has_perm("sessions_app.change_session"):
        raise PermissionDenied


staff_site().register_page("step-pictures/", step_pictures, "step_pictures")
staff_site().register_page("picture-by-title/", picture_by_title, "picture_by_title")
