"""All concerns, and finding one by what is not secret."""

from datetime import datetime

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest

from safeguarding.gathering.lines import lines
from safeguarding.gathering.searching import Sought
from safeguarding.gathering.searching import search as find
from safeguarding.reading import Page, confidential
from safeguarding.vocabulary import Kind, Severity, State
from whippersnappers.accounts.models import User

A_PAGE = 25
_ANY = [("", "Any")]
_STATES = [choice for choice in State.choices if choice[0] != State.DRAFT]


class SearchForm(forms.Form):
    """What may be sought; nothing that is encrypted."""

    words = forms.CharField(label="Reference or name", required=False, max_length=80)
    kind = forms.ChoiceField(label="About", choices=_ANY + Kind.choices, required=False)
    state = forms.ChoiceField(label="Where it stands", choices=_ANY + _STATES, required=False)
    severity = forms.ChoiceField(label="How severe", choices=_ANY + Severity.choices, required=False)
    since = forms.DateField(label="Sent from", required=False, widget=forms.DateInput({"type": "date"}))
    until = forms.DateField(label="Sent until", required=False, widget=forms.DateInput({"type": "date"}))


@confidential()
def search(request: HttpRequest, user: User, now: datetime) -> Page:
    """A page of the concerns that fit. What was sought is not kept in the trail: it may be a name."""
    form = SearchForm(request.GET)
    sought = Sought(**form.cleaned_data) if form.is_valid() else None
    page = Paginator(find(user, sought or Sought()), A_PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    context = {"form": form, "page": page, "lines": lines(page, now), "query": query.urlencode()}
    shown = {"shown": len(page.object_list), "page": page.number, "narrowed": bool(query)}
    return Page("concern.list_read", "safeguarding/dashboard/search.html", context, detail=shown)
