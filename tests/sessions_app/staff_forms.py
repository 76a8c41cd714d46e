"""What a browser would post from a staff page, taken from the page itself."""

from typing import Any

from django.http import HttpResponse


def _text(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:%H:%M}" if hasattr(value, "minute") and not hasattr(value, "year") else str(value)


def _fields(form: Any) -> dict[str, Any]:
    """What is shown; boxes of which none is ticked are not posted."""
    values = {form.add_prefix(name): _value(form[name]) for name in form.fields}
    return {name: value for name, value in values.items() if value not in (False, [])}


def _value(field: Any) -> Any:
    value = field.value()
    if field.field.widget.__class__.__name__.endswith("SelectMultipleWidget"):
        return [str(one) for one in value or []]
    return value if value is False else _text(value)


def as_posted(page: Any) -> dict[str, Any]:
    """Every field of the session's form and its lists, as the page shows them."""
    form = page.context["adminform"].form
    data = _fields(form) | ({"mark": form.mark} if hasattr(form, "mark") else {})
    for inline in page.context["inline_admin_formsets"]:
        data |= _fields(inline.formset.management_form)
        for line in inline.formset.initial_forms + inline.formset.extra_forms:
            data |= _fields(line)
    return data


def add_line(data: dict[str, Any], prefix: str, **fields: Any) -> dict[str, Any]:
    """The data with one more line in the list called `prefix`."""
    number = int(data[f"{prefix}-TOTAL_FORMS"])
    more = {f"{prefix}-{number}-{name}": _text(value) for name, value in fields.items()}
    return data | more | {f"{prefix}-TOTAL_FORMS": str(number + 1)}


def errors_of(page: Any) -> dict[str, list[str]]:
    """What the page complains about: by field, `__all__`, or the list's prefix."""
    found = {name: list(said) for name, said in page.context["adminform"].form.errors.items()}
    for inline in page.context["inline_admin_formsets"]:
        formset = inline.formset
        said = list(formset.non_form_errors()) + [
            e for form in formset.forms for es in form.errors.values() for e in es
        ]
        if said:
            found[formset.prefix] = said
    return found


def text_of(page: HttpResponse) -> str:
    """The page's HTML with single spaces."""
    return " ".join(page.content.decode().split())
