"""Changing a series from its pages: at once, or by a worker while a page says how far it is."""

from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from sessions_app.admin.series_words import outcome_said
from sessions_app.models import Series, SeriesWork
from sessions_app.series import working
from sessions_app.series.editing import change
from sessions_app.series.keeping import refusal_from, rehearsal_from
from sessions_app.series.plans import Plan
from sessions_app.series.rehearsing import Rehearsal, press
from whippersnappers.accounts.access import signed_in

State = SeriesWork.State
AGAIN = "as"
PATIENCE = 10  # seconds after which work that nobody has taken on is called waiting
GIVEN_UP = "This did not work, and nothing was changed. Please try it once more."


class ByWorker(Exception):
    """Too much for a page: `ask` hands it to a worker, once whatever the page did so far is taken back."""

    def __init__(self, ask: Callable[[], SeriesWork]) -> None:
        super().__init__("by a worker")
        self.ask = ask

    def respond(self) -> HttpResponse:
        """Hand it over, and lead to the page that says how far it is."""
        work = self.ask()
        return redirect("admin:sessions_app_series_working", pk=work.series_id, key=work.pk)


def press_change(
    request: HttpRequest, wanted: Plan, *, from_day: date | None, reason: str, page: str, seen: str | None
) -> tuple[Rehearsal, bool]:
    """What the change does, and whether it is done: only if `seen` says that the person saw just this.

    Raises ValidationError for what the person can mend, and ByWorker where the series is long.
    """
    work: SeriesWork | None = getattr(request, "series_work", None)
    if work is not None:
        return _answer_of(work), False
    by, now = signed_in(request), timezone.now()
    asked: dict[str, Any] = {"from_day": from_day, "reason": reason, "by": by, "now": now}
    if working.is_long(wanted.series, now):
        typed = request.POST.copy()
        typed.pop("csrfmiddlewaretoken", None)
        raise ByWorker(partial(working.ask, wanted, seen=seen, page=page, posted=typed.urlencode(), **asked))
    return press(lambda: change(wanted, **asked), seen)


def _answer_of(work: SeriesWork) -> Rehearsal:
    if work.state == State.STOPPED:
        raise ValidationError(GIVEN_UP)
    if work.state == State.REFUSED:
        raise refusal_from(work.found)
    assert work.series is not None
    return rehearsal_from(work.found, work.series)


def show_again(request: HttpRequest, series_id: Any, page: str) -> None:
    """Come back from a worker: make of the request the one that asked, with all that was typed, and the answer."""
    work = _answered(request, series_id, page) if request.method == "GET" and AGAIN in request.GET else None
    if work is not None:
        _ = request.FILES  # read while there are none, or Django would read the form afresh
        request.method = "POST"
        request.POST = QueryDict(work.posted)
        request.series_work = work  # type: ignore[attr-defined]


def _answered(request: HttpRequest, series_id: Any, page: str) -> SeriesWork | None:
    by = signed_in(request)
    own = SeriesWork.objects.visible_to(by).filter(made_by=by, page=page, series=series_id)
    try:
        return own.filter(pk=UUID(request.GET[AGAIN])).exclude(state__in=[*working.OPEN, State.DONE]).first()
    except ValueError:
        return None


def work_page(request: HttpRequest, series: Series, key: Any, site: Any, now: datetime) -> HttpResponse:
    """How far the work is; once it is over, the way back to where it was asked."""
    work = SeriesWork.objects.visible_to(signed_in(request)).filter(series=series, pk=key).first()
    if work is None:
        raise Http404
    if work.state not in working.OPEN:
        return _over(request, work)
    context = {"work": work, "series": series, "title": series.title} | progress_said(work, now)
    if "HX-Request" in request.headers:
        return render(request, "staff/series_progress.html", context)
    return TemplateResponse(request, "staff/series_working.html", {**site.each_context(request), **context})


def progress_said(work: SeriesWork, now: datetime) -> dict[str, Any]:
    """How far the work is, for the page's bar, and whether nobody takes it on."""
    at = working.progress(work)
    waited = (now - work.asked_at).total_seconds() > PATIENCE
    return {"done": at and at[0], "total": at and at[1], "worker_away": at is None and waited}


def _over(request: HttpRequest, work: SeriesWork) -> HttpResponse:
    if "HX-Request" in request.headers:
        return HttpResponse(headers={"HX-Refresh": "true"})
    if work.state == State.DONE:
        series = work.became or work.series
        assert series is not None
        messages.success(request, outcome_said(rehearsal_from(work.found, series).outcome))
        return redirect("admin:sessions_app_series_change", object_id=series.pk)
    asked_at = reverse(f"admin:sessions_app_series_{work.page}", args=[work.series_id])
    return redirect(f"{asked_at}?{AGAIN}={work.pk}")
