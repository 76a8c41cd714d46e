"""The page that plans a term from another one: its series, ticked, with what each would become."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html

from sessions_app.admin.series_words import rhythm_said
from sessions_app.admin.series_work import GIVEN_UP, progress_said
from sessions_app.models import Series, SeriesWork, Session, Term
from sessions_app.series import working
from sessions_app.series.carrying import Prospect, carry_over, last_with_series, prospects, to_carry
from sessions_app.series.keeping import refusal_from
from whippersnappers import dates
from whippersnappers.accounts.access import signed_in

_CHILDREN = {0: "no children yet", 1: "1 child"}


@dataclass(frozen=True)
class Carried:
    """One series with what it would become: a sentence, or why it cannot come."""

    series: Series
    rhythm: str
    said: str
    trouble: tuple[str, ...]
    can_come: bool
    is_ticked: bool = False


def carry_page(request: HttpRequest, term: Term, site: Any, now: datetime) -> HttpResponse:
    """Show what would come along into `term`; on POST, plan what is ticked."""
    source = _source(request, term)
    ticked = _ticked_before(request, term)
    if request.method == "POST" and source:
        ticked = set(request.POST.getlist("series"))
        if planned := _carry(request, ticked, source, term, now):
            return planned
    rows = [_row(prospect, ticked, now) for prospect in prospects(source, term, now)] if source else []
    context = {
        **site.each_context(request),
        "title": f"Plan {term} from another term",
        "term": term,
        "source": source,
        "others": Term.objects.exclude(pk=term.pk).order_by("-first_day"),
        "rows": rows,
        "come": sum(row.can_come for row in rows),
    }
    return TemplateResponse(request, "staff/carry_over.html", context)


def _ticked_before(request: HttpRequest, term: Term) -> set[str] | None:
    """What was ticked for the work that a worker could not do; None where nothing was ticked yet."""
    work = _work(request, term, request.GET.get("as", ""))
    return set(json.loads(work.wanted)["series"]) if work else None


def _work(request: HttpRequest, term: Term, key: Any) -> SeriesWork | None:
    try:
        return SeriesWork.objects.visible_to(signed_in(request)).filter(term=term, pk=UUID(str(key))).first()
    except ValueError:
        return None


def _source(request: HttpRequest, term: Term) -> Term | None:
    """The term to carry from: the one asked for, else the last one before this that has any series."""
    asked = request.POST.get("from") or request.GET.get("from")
    if not asked:
        return last_with_series(before=term)
    try:
        return Term.objects.exclude(pk=term.pk).filter(pk=asked).first()
    except ValidationError:
        return None


def _row(prospect: Prospect, ticked: set[str] | None, now: datetime) -> Carried:
    series, plan, rhythm = prospect.series, prospect.plan, rhythm_said(prospect.series)
    if plan is None:
        said = "It cannot come along." if prospect.trouble else "It is in this term already."
        return Carried(series, rhythm, said, prospect.trouble, can_come=False)
    staff, children = len(plan.staff), len(plan.children)
    said = f"{len(plan.days)} sessions from {dates.calendar_day(plan.days[0], now=now)}"
    said += f", with {_counted(staff, 'member')} of staff and {_CHILDREN.get(children, f'{children} children')}."
    is_ticked = ticked is None or str(series.pk) in ticked
    return Carried(series, rhythm, said, prospect.trouble, can_come=True, is_ticked=is_ticked)


def _counted(number: int, noun: str) -> str:
    return f"1 {noun}" if number == 1 else f"{number} {noun}s"


def _carry(request: HttpRequest, ticked: set[str], source: Term, term: Term, now: datetime) -> HttpResponse | None:
    """Plan them, or let a worker do it where they are many; None when it could not be, and the page says why."""
    chosen = [series for series in to_carry(source) if str(series.pk) in ticked]
    by = signed_in(request)
    if not chosen:
        messages.error(request, "Tick at least one series.")
        return None
    if len(chosen) > working.CARRIED_AT_ONCE:
        work = working.ask_to_carry(chosen, source, term, by=by, now=now)
        return redirect("admin:sessions_app_term_carrying", pk=term.pk, key=work.pk)
    try:
        outcomes = carry_over(chosen, term, by=by, now=now)
    except ValidationError as refused:
        _say(request, refused)
        return None
    return _planned(request, term, len(outcomes), sum(len(outcome.lines) for outcome in outcomes))


def _say(request: HttpRequest, refused: ValidationError) -> None:
    for message in refused.messages:
        messages.error(request, message)


def _planned(request: HttpRequest, term: Term, series: int, sessions: int) -> HttpResponse:
    asked = {"state__exact": Session.State.DRAFT, "starts_at_from": term.first_day, "starts_at_to": term.last_day}
    drafts = f"{reverse('admin:sessions_app_session_changelist')}?{urlencode(asked)}"
    onward = format_html('<a class="st-onward" href="{}">Look at the drafts to confirm</a>', drafts)
    messages.success(
        request, format_html("{} series with {} sessions planned, as drafts. {}", series, sessions, onward)
    )
    return redirect(f"{reverse('admin:sessions_app_series_changelist')}?term__id__exact={term.pk}")


def carrying_page(request: HttpRequest, term: Term, key: Any, site: Any, now: datetime) -> HttpResponse:
    """How far a worker is with carrying series over; once it is over, the term's series, or what hindered it."""
    work = _work(request, term, key)
    if work is None:
        raise Http404
    if work.state not in working.OPEN:
        return _over(request, term, work)
    context = {"work": work, "term": term, "title": f"Plan {term} from another term"} | progress_said(work, now)
    if "HX-Request" in request.headers:
        return render(request, "staff/series_progress.html", context)
    return TemplateResponse(request, "staff/carrying.html", {**site.each_context(request), **context})


def _over(request: HttpRequest, term: Term, work: SeriesWork) -> HttpResponse:
    if "HX-Request" in request.headers:
        return HttpResponse(headers={"HX-Refresh": "true"})
    if work.state == SeriesWork.State.DONE:
        return _planned(request, term, **json.loads(work.found))
    stopped = work.state == SeriesWork.State.STOPPED
    _say(request, ValidationError(GIVEN_UP) if stopped else refusal_from(work.found))
    page = reverse("admin:sessions_app_term_carry_over", args=[term.pk])
    return redirect(f"{page}?from={json.loads(work.wanted)['source']}&as={work.pk}")
