"""Fields whose text families read: their reading age stands beside them and follows what is typed (W3, N1)."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from sessions_app.text_advice import LONGEST, advise
from whippersnappers.admin_site import staff_site
from whippersnappers.policy import Clause


def advice_html(text: str) -> SafeString:
    """What to say beside a text, as a part of a page; empty for an empty text."""
    facts = {"advice": advise(text), "plain": Clause.W3, "never": Clause.N1}
    return SafeString(render_to_string("staff/text_advice.html", facts).strip())


class _ReadByFamilies(forms.Widget):
    """The advice below the field. `staff/texts.js` keeps it in step; without it, it is that of the page's text."""

    class Media:
        css = {"all": ["staff/texts.css"]}
        js = ["staff/texts.js"]

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        attrs = {**(attrs or {}), "data-advice": reverse("admin:text_advice")}
        field = super().render(name, value, attrs, renderer)
        below = format_html('<div class="ra" id="{}_advice">{}</div>', attrs.get("id", name), advice_html(value or ""))
        return field + below


class FamilyTextInput(_ReadByFamilies, UnfoldAdminTextInputWidget):
    """One line that families read."""


class FamilyTextarea(_ReadByFamilies, UnfoldAdminTextareaWidget):
    """Some lines that families read."""


def read_by_families(form: forms.BaseForm, *names: str) -> None:
    """Put the advice beside those of the named fields that the form has."""
    for name in names:
        field = form.fields.get(name)
        if field is not None:
            usual = field.widget
            field.widget = FamilyTextarea() if isinstance(usual, forms.Textarea) else FamilyTextInput()
            field.widget.attrs = dict(usual.attrs)
            field.widget.is_required = usual.is_required


@require_POST
def text_advice(request: HttpRequest) -> HttpResponse:
    """The advice on a text that is being typed. Nothing of it is kept, and no log holds it."""
    if not request.user.has_perm("sessions_app.change_session"):
        raise PermissionDenied
    text = request.POST.get("text", "")
    if len(text) > LONGEST:
        return HttpResponse("<p>This is too long to be read along.</p>", status=413)
    return HttpResponse(advice_html(text))


staff_site().register_page("text-advice/", text_advice, "text_advice")
