"""The page that finds people and sessions across all lists, as far as the person's role goes.

What is typed may be a family's name. The page sends it in the body while somebody types; an address with `?q=`
works too and is how it goes without JavaScript. Logs leave out queries (`logs.py`), and no page is stored.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.text import capfirst

from whippersnappers.finding.lists import FindsRows, Found
from whippersnappers.finding.words import words

# Lines of one kind; the rest stands on the list itself.
MOST = 6


@dataclass(frozen=True)
class Line:
    """A result with its address."""

    found: Found
    url: str


@dataclass(frozen=True)
class Kind:
    """What was found of one kind, best first."""

    title: str
    lines: list[Line]
    # The list with everything that was found, when that is more.
    more: str


def search_page(site: AdminSite, request: HttpRequest) -> HttpResponse:
    """The page; asked by a script while somebody types, only the results."""
    typed = (request.POST.get("q") or request.GET.get("q") or "").strip()
    asked = bool(words(typed))
    kinds = search(site, request, typed) if asked else []
    context = {"typed": typed, "asked": asked, "kinds": kinds, "title": "Search"}
    if request.headers.get("X-Part") == "results":
        return TemplateResponse(request, "staff/search_results.html", context)
    return TemplateResponse(request, "staff/search.html", {**site.each_context(request), **context})


def search(site: AdminSite, request: HttpRequest, typed: str) -> list[Kind]:
    """What the person may find, kind by kind."""
    lists: list[Any] = [page for page in site._registry.values() if isinstance(page, FindsRows) and page.search_place]
    lists = sorted((page for page in lists if page.may_find(request)), key=lambda page: page.search_place)
    return [kind for kind in (_kind(page, request, typed) for page in lists) if kind.lines]


def _kind(page: Any, request: HttpRequest, typed: str) -> Kind:
    rows = page.get_search_results(request, page.rows_for_search(request), typed)[0][: MOST + 1]
    lines = [Line(page.as_result(row), page.page_of_row(row)) for row in rows]
    more = ""
    if len(lines) > MOST:
        address = reverse(f"admin:{page.opts.app_label}_{page.opts.model_name}_changelist")
        more = f"{address}?{urlencode({'q': typed})}{page.search_all}"
    return Kind(page.search_title or capfirst(page.opts.verbose_name_plural), lines[:MOST], more)
