"""Waiting this term: who waited how often for a place, over all sessions, so that shares stay fair."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from sessions_app.fair_shares import Stretch, children_who_waited, of_term, stretch_of
from sessions_app.models import Term
from whippersnappers.admin_site import staff_site

A_PAGE = 50
# What the address calls an order: the columns it sorts by, and the word for people.
ORDERS: dict[str, tuple[str, tuple[str, ...]]] = {
    "waited": ("Waited", ("-waited", "got")),
    "got": ("Got a place after waiting", ("got", "-waited")),
    "places": ("Places in all", ("places", "-waited")),
    "last": ("Last waited", ("-last_waited",)),
    "name": ("Child", ()),
}


@dataclass(frozen=True)
class Column:
    """A column's head, with the address that sorts by it."""

    label: str
    url: str
    is_sorted: bool


@require_safe
def waiting_this_term(request: HttpRequest) -> HttpResponse:
    """The page: one row for each child that waited; one term at a time."""
    if not request.user.has_perm("sessions_app.change_booking"):
        raise PermissionDenied
    now, terms = timezone.now(), list(Term.objects.order_by("-first_day"))
    chosen = next((term for term in terms if str(term.pk) == request.GET.get("term")), None)
    stretch: Stretch = of_term(chosen) if chosen else stretch_of(timezone.localdate(now))
    order = request.GET.get("o", "")
    order = order if order in ORDERS else "waited"
    rows = children_who_waited(stretch).order_by(*ORDERS[order][1], "known_as", "last_name", "pk")
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("p"))
    context: dict[str, Any] = {
        **staff_site().each_context(request),
        "title": "Waiting this term",
        "terms": terms,
        "stretch": stretch,
        "chosen": chosen or next((term for term in terms if of_term(term) == stretch), None),
        "columns": [Column(label, _address(request, o=key), key == order) for key, (label, _) in ORDERS.items()],
        "order": order,
        "page": page,
        "earlier": _address(request, p=page.previous_page_number()) if page.has_previous() else "",
        "later": _address(request, p=page.next_page_number()) if page.has_next() else "",
        "now": now,
    }
    return TemplateResponse(request, "staff/waiting_term.html", context)


def _address(request: HttpRequest, **changed: Any) -> str:
    kept = {name: request.GET[name] for name in ("term", "o") if name in request.GET}
    return f"?{urlencode({**kept, **changed})}"


staff_site().register_page("waiting/", waiting_this_term, "waiting_this_term")
