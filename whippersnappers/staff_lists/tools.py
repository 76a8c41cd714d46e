"""The mixin that gives a list its downloads and its saved filters."""

from typing import Any
from urllib.parse import parse_qsl

from django.contrib.admin.utils import label_for_field
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.text import capfirst

from whippersnappers.staff_lists.models import SavedFilter

_OF_ONE_LOOK = ("p", "e")


class ListTools:
    """For admins. `export_columns` says what stands in a downloaded file; without it, what the list shows."""

    # Heading → a method of this page, or a path of attributes such as `family.name`.
    export_columns: dict[str, str] = {}

    def get_export_columns(self, request: HttpRequest) -> dict[str, str]:
        """The columns for this person: never more of a row than the list's pages show them."""
        if self.export_columns:
            return self.export_columns
        page: Any = self
        names = page.get_list_display(request)
        return {capfirst(str(label_for_field(name, page.model, page))): name for name in names}

    def ready_for_export(self, request: HttpRequest, rows: list[Any]) -> None:
        """Gather what the columns need for a portion of rows, in a fixed number of queries."""

    @property
    def list_name(self) -> str:
        model: type[Model] = self.model  # type: ignore[attr-defined]
        return model._meta.label_lower

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        asked = sorted((name, value) for name, value in request.GET.items() if name not in _OF_ONE_LOOK)
        own = SavedFilter.objects.visible_to(request.user).filter(page=self.list_name)  # type: ignore[arg-type]
        kept = [
            {"name": one.name, "query": one.query, "is_current": sorted(parse_qsl(one.query)) == asked} for one in own
        ]
        tools = {
            "saved_filters": kept,
            "filters_page": reverse("admin:saved_filters", args=[self.list_name]),
            "export_page": reverse("admin:list_export", args=[self.list_name]),
            "may_save": bool(asked) and not any(one["is_current"] for one in kept),
        }
        return super().changelist_view(request, tools | (extra_context or {}))  # type: ignore[misc]
