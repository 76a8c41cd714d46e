"""How a list of staff pages takes part in the search: by its own search box, and on the page for all."""

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse

from whippersnappers.finding import words


@dataclass(frozen=True)
class Found:
    """One line of the results: what it is, what tells it from its namesakes, and words that must be seen."""

    title: str
    about: str
    # Words in pills, with their colours.
    marks: list[tuple[str, str]] = field(default_factory=list)


class FindsRows:
    """A mixin for admins whose `search_fields` all end in `search_text`: their search forgives spelling.

    Lists that also have a place on the search page say so by `search_place`, counted from the top, and by `as_result`.
    """

    search_place = 0
    # The heading on that page, where it is not the model's own name.
    search_title = ""
    # Added to the address of the whole list, where it would otherwise leave out what the search shows.
    search_all = ""

    def forgives_spelling(self, request: HttpRequest) -> bool:
        names = self.get_search_fields(request)  # type: ignore[attr-defined]
        return bool(names) and all(name.endswith(words.FIELD) for name in names)

    def rows_to_search(self, request: HttpRequest) -> QuerySet[Any] | None:
        """The rows to look through when it cannot be all of the table."""
        return None

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if not search_term.strip() or not self.forgives_spelling(request):
            return super().get_search_results(request, queryset, search_term)  # type: ignore[misc]
        paths = list(self.get_search_fields(request))  # type: ignore[attr-defined]
        rows = words.narrowed(queryset, search_term, paths, self.rows_to_search(request))
        # Whoever sorts by a column wants that order.
        sorts = "o" in request.GET
        return (rows if sorts else words.best_first(rows, search_term, paths[0])), False

    def may_find(self, request: HttpRequest) -> bool:
        """Whether this person's search looks here."""
        return bool(self.has_view_permission(request))  # type: ignore[attr-defined]

    def rows_for_search(self, request: HttpRequest) -> QuerySet[Any]:
        """The rows of the search page, with what `as_result` reads; among equally good ones the first stand first."""
        return self.get_queryset(request)  # type: ignore[attr-defined]

    def as_result(self, row: Any) -> Found:
        """The row as a line of the results."""
        raise NotImplementedError

    def page_of_row(self, row: Model) -> str:
        return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
