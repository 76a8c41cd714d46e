"""How `forms/field.html` draws a field."""

from allauth.mfa.base.forms import BaseAuthenticateForm
from django import template
from django.forms import BoundField
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def drawn(field: BoundField) -> SafeString:
    """The field without a placeholder: the label stands above it, and grey text is mistaken for an answer.

    Codes are large and bring up the number pad, except where a recovery code (with letters) may be typed too.
    """
    attrs = field.field.widget.attrs
    attrs.pop("placeholder", None)
    if attrs.get("autocomplete") == "one-time-code":
        may_have_letters = isinstance(field.form, BaseAuthenticateForm)
        attrs.update({"class": "code", "spellcheck": "false", "autocapitalize": "off"})
        attrs["inputmode"] = "text" if may_have_letters else "numeric"
    return field.as_widget()
