"""“Use an activity” in the form of a session or a series: one press fills the form, and nothing is saved."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms.utils import ErrorDict
from django.http import HttpRequest, HttpResponse, QueryDict

from sessions_app.models import Activity
from whippersnappers.staff_admin import StaffAdmin

PRESSED, CHOSEN = "_use_activity", "activity"
Lines = list[dict[str, str]]
# What tells a line from one that nobody has touched.
_TYPED = ("id", "title", "detail", "name", "note")


class UsesActivities(StaffAdmin):
    """The ground for pages with steps and props. The press sends the form as it is and gets it back, filled."""

    change_form_before_template = "staff/form_top.html"

    def _changeform_view(
        self, request: HttpRequest, object_id: str | None, form_url: str, extra_context: dict[str, Any] | None
    ) -> HttpResponse:
        context = {"activities": Activity.objects.in_use(), **(extra_context or {})}
        if request.method == "POST" and PRESSED in request.POST:
            activity = _chosen(request)
            if activity is None:
                context["activity_trouble"] = "Choose an activity first."
            else:
                request.POST = _filled(request.POST, activity)  # type: ignore[assignment]
                messages.info(request, f"“{activity}” is in the form now. Nothing is saved yet: change what you like.")
            request.is_filling = True  # type: ignore[attr-defined]
        return super()._changeform_view(request, object_id, form_url, context)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> type[Any]:
        form = super().get_form(request, obj, change, **kwargs)
        return _unjudged(form) if hasattr(request, "is_filling") else form

    def get_formsets_with_inlines(self, request: HttpRequest, obj: Any = None) -> Iterator[tuple[type[Any], Any]]:
        for formset, inline in super().get_formsets_with_inlines(request, obj):
            yield (_unjudged_set(formset) if hasattr(request, "is_filling") else formset), inline


def _chosen(request: HttpRequest) -> Activity | None:
    try:
        return Activity.objects.in_use().filter(pk=request.POST.get(CHOSEN, "")).first()
    except ValidationError:
        return None  # no key at all: as good as nothing chosen


def _filled(typed: QueryDict, activity: Activity) -> QueryDict:
    """What was typed, with an empty title and summary filled in, and the activity's lines after those there."""
    data = typed.copy()
    for name, text in (("title", activity.name), ("summary", activity.summary)):
        if not data.get(name, "").strip():
            data[name] = text
    _append(data, "steps", [{"title": s.title, "detail": s.detail, "picture": s.picture} for s in activity.steps.all()])
    items = [{"name": i.name, "note": i.note, **({"needed": "on"} if i.needed else {})} for i in activity.items.all()]
    _append(data, "items", items)
    if activity.nothing_needed and _is_empty(data, "items-0"):
        data["nothing_needed"] = "on"
    elif items:
        data.pop("nothing_needed", None)
    return data


def _append(data: QueryDict, prefix: str, lines: Lines) -> None:
    """Put the lines after those that are there, the first of them into what was left empty at the end."""
    shown = first = _number(data, prefix)
    while first and _is_empty(data, f"{prefix}-{first - 1}"):
        first -= 1
    for number, line in enumerate(lines, start=first):
        data.pop(f"{prefix}-{number}-needed", None)  # an empty line comes with its tick
        data.update({f"{prefix}-{number}-{name}": value for name, value in line.items()})
    data[f"{prefix}-TOTAL_FORMS"] = str(max(shown, first + len(lines)))


def _is_empty(data: QueryDict, line: str) -> bool:
    typed = (data.get(f"{line}-{name}", "") for name in _TYPED)
    return not any(str(value).strip() for value in typed)


def _number(data: QueryDict, prefix: str) -> int:
    """How many lines the form says it has; what is no number is none, as nothing can be read of such lines."""
    said = str(data.get(f"{prefix}-TOTAL_FORMS", ""))
    return int(said) if said.isascii() and said.isdigit() else 0


def _unjudged(form: type[Any]) -> type[Any]:
    """The form class with what was typed and no complaint about it: it is not to be saved yet."""

    class UnjudgedForm(form):
        def full_clean(self) -> None:
            self._errors = ErrorDict()
            self.cleaned_data: dict[str, Any] = {}

        def is_valid(self) -> bool:
            return False

    return UnjudgedForm


def _unjudged_set(formset: type[Any]) -> type[Any]:
    return type(formset.__name__, (formset,), {"form": _unjudged(formset.form), "clean": lambda self: None})
