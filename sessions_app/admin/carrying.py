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
from sessions_app.series.carrying import carried_into, carry_over, to_carry
from sessions_app.series.plans import Outcome
from sessions_app.series.rehearsing import undone
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
    rows = _rows(request, source, term, now) if source else []
    if request.method == "POST" and source:
        ticked = set(request.POST.getlist("series"))
        chosen = [row.series for row in rows if row.can_come and str(row.series.pk) in ticked]
        if chosen:
            return _carry(request, chosen, term, now)
        messages.error(request, "Tick at least one series.")
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


def _rows(request: HttpRequest, source: Term, term: Term, now: datetime) -> list[Carried]:
    there = carried_into(term)
    rows = []
    for series in to_carry(source):
        rhythm = rhythm_said(series)
        if series.pk in there:
            rows.append(Carried(series, rhythm, "It is in this term already.", (), can_come=False))
            continue
        try:
            (outcome,) = undone(lambda one=series: carry_over([one], term, by=request.user, now=now))  # type: ignore[misc]
        except ValidationError as error:
            rows.append(Carried(series, rhythm, "It cannot come along.", tuple(error.messages), can_come=False))
        else:
            rows.append(_row(series, rhythm, outcome, now))
    return rows


def _row(series: Series, rhythm: str, outcome: Outcome, now: datetime) -> Carried:
    first = dates.calendar_day(outcome.lines[0].day, now=now)
    staff, children = series.staff.count(), series.children.count()
    said = f"{len(outcome.lines)} sessions from {first}, with {_counted(staff, 'member')} of staff"
    said += f" and {_CHILDREN.get(children, f'{children} children')}."
    trouble = tuple(dict.fromkeys(words for line in outcome.lines for words in line.trouble))
    return Carried(series, rhythm, said, trouble, can_come=True)


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
