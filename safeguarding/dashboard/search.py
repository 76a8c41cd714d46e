"""All concerns, and finding one by what is not secret."""

from datetime import date, datetime

from django import forms
from django.core.paginator import Paginator
from django.core.validators import MaxValueValidator, MinValueValidator
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


def day(label: str) -> forms.DateField:
    """A day that a concern could have been sent on."""
    said = {"invalid": "Write the day like 24/11/2026."}
    years = [
        MinValueValidator(date(2000, 1, 1), "That is too long ago."),
        MaxValueValidator(date(2999, 12, 31), "Too far."),
    ]
    widget = forms.DateInput({"type": "date"})
    return forms.DateField(label=label, required=False, widget=widget, error_messages=said, validators=years)


class SearchForm(forms.Form):
    """What may be sought; nothing that is encrypted."""

    words = forms.CharField(label="Reference or name", required=False, max_length=80)
    kind = forms.ChoiceField(label="About", choices=_ANY + Kind.choices, required=False)
    state = forms.ChoiceField(label="Where it stands", choices=_ANY + _STATES, required=False)
    severity = forms.ChoiceField(label="How severe", choices=_ANY + Severity.choices, required=False)
    since = day("Sent from")
    until = day("Sent until")


@confidential()
def search(request: HttpRequest, user: User, now: datetime) -> Page:
    """A page of the concerns that fit. What was sought is not kept in the trail: it may be a name."""
    form = SearchForm(request.GET)
    sought = Sought(**form.cleaned_data) if form.is_valid() else None
    page = Paginator(find(user, sought or Sought()), A_PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    context = {"form": form, "page": page, "lines": lines(page, now), "query": query.urlencode()}
    about = sorted(str(concern.pk) for concern in page.object_list)
    shown = {"shown": len(about), "page": page.number, "narrowed": bool(query), "concerns": about}
    return Page("concern.list_read", "safeguarding/dashboard/search.html", context, detail=shown)
