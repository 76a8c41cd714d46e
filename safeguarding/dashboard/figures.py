"""Figures for those who oversee safeguarding, on the page and as files."""

import hashlib
from datetime import datetime
from typing import Any

from django import forms
from django.http import Http404, HttpRequest
from django.urls import reverse

from safeguarding.dashboard.bundles import to_show_again
from safeguarding.dashboard.search import day
from safeguarding.figures import counting
from safeguarding.figures.files import NOT_SHOWN, WHY, paper, spreadsheet
from safeguarding.figures.periods import Period, days, last_quarters
from safeguarding.gathering.chart import single_bars
from safeguarding.reading import Answer, Download, Page, confidential
from whippersnappers.accounts import second_factors
from whippersnappers.accounts.models import User

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class PeriodForm(forms.Form):
    """A quarter that is over. From two sets of days somebody could work out what happened between them."""

    quarter = forms.ChoiceField(label="Quarter", required=False, error_messages={"invalid_choice": "Choose one."})

    def __init__(self, *args: Any, quarters: list[Period], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.quarters = {f"{q.since:%Y-%m}": q for q in quarters}
        self.fields["quarter"].choices = [(key, q.name) for key, q in self.quarters.items()]  # type: ignore[attr-defined]

    def period(self) -> Period:
        """What was chosen; the newest quarter when nothing fits."""
        said = self.cleaned_data if self.is_valid() else {}
        return self.quarters.get(said.get("quarter", "")) or next(iter(self.quarters.values()))


class DaysForm(PeriodForm):
    """A quarter, or any days: for whoever sees single concerns anyway."""

    since = day("Or from")
    until = day("Until")

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        since, until = said.get("since"), said.get("until")
        if since and until and until < since:
            self.add_error("until", "Choose a day that is not before the first one.")
        if bool(since) != bool(until) and not self.errors:
            self.add_error("until" if since else "since", "Choose this day too.")
        return said

    def period(self) -> Period:
        if self.is_valid() and self.cleaned_data["since"]:
            return days(self.cleaned_data["since"], self.cleaned_data["until"])
        return super().period()


@confidential()
def figures(request: HttpRequest, user: User, now: datetime) -> Page:
    """The figures of a period."""
    form, found = _found(request, user, now)
    context = {
        "form": form,
        "found": found,
        "chart": single_bars([(row.label, row.number) for row in found.quarters.rows]),
        "query": request.GET.urlencode(),
        "not_shown": NOT_SHOWN,
        "why": WHY,
    }
    return Page("concern.figures_read", "safeguarding/dashboard/figures.html", context, detail=_detail(found))


@confidential()
def file(request: HttpRequest, user: User, now: datetime, form: str) -> Answer:
    """The same as a file, after showing once more that it is them."""
    if form not in ("pdf", "xlsx"):
        raise Http404
    if not second_factors.is_shown_again(request, now):
        return to_show_again(user, f"{reverse('safeguarding_figures')}?{request.GET.urlencode()}")
    _, found = _found(request, user, now)
    content, kind = (paper(found, now), "application/pdf") if form == "pdf" else (spreadsheet(found), _XLSX)
    detail = _detail(found) | {"form": form, "sha256": hashlib.sha256(content).hexdigest()}
    return Download("concern.figures_taken", content, kind, f"figures-{found.period.since}.{form}", detail=detail)


def _found(request: HttpRequest, user: User, now: datetime) -> tuple[PeriodForm, counting.Figures]:
    exact = counting.is_exact_for(user)
    quarters = last_quarters(now, with_present=exact)
    form = (DaysForm if exact else PeriodForm)(request.GET, quarters=quarters)
    return form, counting.figures(user, form.period(), quarters, now=now)


def _detail(found: counting.Figures) -> dict[str, Any]:
    return {"since": str(found.period.since), "until": str(found.period.until), "hiding": found.hiding}
