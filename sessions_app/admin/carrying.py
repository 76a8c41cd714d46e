"""The page that plans a term from another one: its series, ticked, with what each would become."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse

from sessions_app.admin.series_words import rhythm_said
from sessions_app.models import Series, Term
from sessions_app.series.carrying import Prospect, carry_over, prospects, to_carry
from whippersnappers import dates

_CHILDREN = {0: "no children yet", 1: "1 child"}


@dataclass(frozen=True)
class Carried:
    """One series with what it would become: a sentence, or why it cannot come."""

    series: Series
    rhythm: str
    said: str
    trouble: tuple[str, ...]
    can_come: bool


def carry_page(request: HttpRequest, term: Term, site: Any, now: datetime) -> HttpResponse:
    """Show what would come along into `term`; on POST, plan what is ticked."""
    others = Term.objects.exclude(pk=term.pk).order_by("-first_day")
    source = _source(request, term)
    if request.method == "POST" and source:
        ticked = set(request.POST.getlist("series"))
        chosen = [series for series in to_carry(source) if str(series.pk) in ticked]
        if chosen:
            return _carry(request, chosen, term, now)
        messages.error(request, "Tick at least one series.")
    rows = [_row(prospect, now) for prospect in prospects(source, term, now)] if source else []
    context = {
        **site.each_context(request),
        "title": f"Plan {term} from another term",
        "term": term,
        "source": source,
        "others": others,
        "rows": rows,
        "come": sum(row.can_come for row in rows),
    }
    return TemplateResponse(request, "staff/carry_over.html", context)


def _source(request: HttpRequest, term: Term) -> Term | None:
    """The term to carry from: the one asked for, else the last one before this."""
    asked = request.POST.get("from") or request.GET.get("from")
    others = Term.objects.exclude(pk=term.pk)
    if asked:
        try:
            return others.filter(pk=asked).first()
        except ValidationError:
            return None
    return others.filter(first_day__lt=term.first_day).order_by("-first_day").first()


def _row(prospect: Prospect, now: datetime) -> Carried:
    series, plan, rhythm = prospect.series, prospect.plan, rhythm_said(prospect.series)
    if plan is None:
        said = "It cannot come along." if prospect.trouble else "It is in this term already."
        return Carried(series, rhythm, said, prospect.trouble, can_come=False)
    staff, children = len(plan.staff), len(plan.children)
    said = f"{len(plan.days)} sessions from {dates.calendar_day(plan.days[0], now=now)}"
    said += f", with {_counted(staff, 'member')} of staff and {_CHILDREN.get(children, f'{children} children')}."
    return Carried(series, rhythm, said, prospect.trouble, can_come=True)


def _counted(number: int, noun: str) -> str:
    return f"1 {noun}" if number == 1 else f"{number} {noun}s"


def _carry(request: HttpRequest, chosen: list[Series], term: Term, now: datetime) -> HttpResponse:
    try:
        outcomes = carry_over(chosen, term, by=request.user, now=now)
    except ValidationError as refused:
        for message in refused.messages:
            messages.error(request, message)
        return redirect(request.get_full_path())
    sessions = sum(len(outcome.lines) for outcome in outcomes)
    said = f"{len(outcomes)} series with {sessions} sessions planned, as drafts."
    messages.success(request, said)
    return redirect(f"{reverse('admin:sessions_app_series_changelist')}?term__id__exact={term.pk}")
