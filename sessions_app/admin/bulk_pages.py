"""The pages of a step for many sessions: look, one press, progress, what came of it, and undo."""

from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from sessions_app.admin.bulk_forms import ASKED_FIRST, FORMS
from sessions_app.admin.bulk_words import (
    LOOKS_AGAIN_AFTER,
    WORDS,
    outcome,
    reach_of,
    said,
    staff_of,
    summary,
    undo_said,
    window_said,
)
from sessions_app.admin.cards import changelist_url
from sessions_app.admin.mending import page_of, place_to_mend
from sessions_app.bulk import mails, running
from sessions_app.bulk.actions import Line, look
from sessions_app.bulk.asking import Asked
from sessions_app.bulk.undoing import can_be_undone
from sessions_app.models import BulkItem, BulkRun
from whippersnappers.accounts.access import signed_in

State = BulkRun.State
WORKING = (State.RUNNING, State.UNDOING)
PATIENCE = 10  # seconds after which a run that nobody has taken on is called waiting
LATEST = 20
COLOUR: dict[str, str] = {
    BulkItem.State.DONE: "success",
    BulkItem.State.UNDONE: "success",
    BulkItem.State.LEFT_OUT: "warning",
    BulkItem.State.KEPT: "warning",
    BulkItem.State.FAILED: "danger",
}
Page = Callable[[Any, HttpRequest, BulkRun], HttpResponse]


def bulk_urls(page: Any) -> list[URLPattern]:
    """The addresses under the sessions' admin; all need `sessions_app.change_session`."""
    name = "sessions_app_session_bulk"

    def staff(view: Page, *methods: str) -> Any:
        # Inside, so that strangers hear that it is not theirs before they hear how it is asked for.
        allowed = require_http_methods(methods)(partial(_of_run, page.admin_site, view))
        return page.admin_site.admin_view(partial(_for_planners, allowed))

    latest = partial(_for_planners, require_http_methods(["GET"])(partial(latest_page, page.admin_site)))
    return [
        path("bulk/", page.admin_site.admin_view(latest), name=name),
        path("bulk/<uuid:key>/", staff(run_page, "GET", "POST"), name=f"{name}_run"),
        path("bulk/<uuid:key>/progress/", staff(progress, "GET"), name=f"{name}_progress"),
        path("bulk/<uuid:key>/undo/", staff(undo, "POST"), name=f"{name}_undo"),
        path("bulk/<uuid:key>/send-now/", staff(send_now, "POST"), name=f"{name}_send_now"),
    ]


def _for_planners(view: Callable[..., HttpResponse], request: HttpRequest, **arguments: Any) -> HttpResponse:
    if not request.user.has_perm("sessions_app.change_session"):
        raise PermissionDenied
    return view(request, **arguments)


def _of_run(site: Any, view: Page, request: HttpRequest, key: UUID) -> HttpResponse:
    runs = BulkRun.objects.visible_to(signed_in(request)).select_related("made_by", "undone_by")
    run = runs.filter(pk=key).first()
    if run is None:
        raise Http404
    return view(site, request, run)


def latest_page(site: Any, request: HttpRequest) -> HttpResponse:
    """The latest steps for many sessions, so that one can be found again."""
    runs = BulkRun.objects.visible_to(signed_in(request)).exclude(state=State.CHOSEN).select_related("made_by")
    context = {**site.each_context(request), "title": "Steps for many sessions", "runs": runs[:LATEST]}
    return TemplateResponse(request, "staff/bulk_latest.html", context | {"back": changelist_url()})


def run_page(site: Any, request: HttpRequest, run: BulkRun) -> HttpResponse:
    """What the step would do, or how far it is, or what came of it."""
    context = {**site.each_context(request), "run": run, "back": changelist_url(), "now": timezone.now()}
    if run.state == State.CHOSEN:
        return _choosing(request, run, context)
    if run.state in WORKING:
        return TemplateResponse(request, "staff/bulk_working.html", context | _progress(run))
    return TemplateResponse(request, "staff/bulk_done.html", context | _outcome(run))


def _choosing(request: HttpRequest, run: BulkRun, context: dict[str, Any]) -> HttpResponse:
    pressed = request.method == "POST"
    form_class, asks_first = FORMS[run.kind], run.kind in ASKED_FIRST
    if pressed or (asks_first and "show" in request.GET):
        form = form_class(request.POST if pressed else request.GET)
    else:
        form = form_class()
    valid = form.is_bound and form.is_valid()
    if pressed and valid:
        try:
            running.start(run.pk, form.asked(), _seen(request), by=request.user, now=context["now"])
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            return redirect("admin:sessions_app_session_bulk_run", key=run.pk)
    known = valid or not asks_first
    lines = look(run, form.asked() if valid else Asked(), context["now"]) if known else []
    return TemplateResponse(request, "staff/bulk_look.html", context | _preview(run, form, lines, asks_first))


def _seen(request: HttpRequest) -> set[int]:
    """The numbers of the sessions that the page showed as possible."""
    return {int(number) for number in request.POST.get("seen", "").split(",") if number.isdecimal()}


def _preview(run: BulkRun, form: Any, lines: list[Line], asks_first: bool) -> dict[str, Any]:
    able = [line for line in lines if line.can]
    words, everything = WORDS[run.kind], run.items.count()
    return {
        "title": said(words.title, everything),
        "form": form,
        "asks_first": asks_first,
        "lines": lines,
        "able": able,
        "unable": [(line, _hindrances(line)) for line in lines if not line.can],
        "summary": summary(run.kind, lines) if lines else "",
        "explain": words.explain,
        "danger": words.danger,
        "button": said(words.button, len(able)),
        "seen": ",".join(str(line.item.number) for line in able),
        "reach": reach_of(able),
        "tells_families": any(line.verdict and line.verdict.reached for line in able),
        "letters": sum(reach.by_mail for line in able if line.verdict for reach in line.verdict.reached),
        "staff": staff_of(able),
        "window": window_said(),
    }


def _hindrances(line: Line) -> list[dict[str, Any]]:
    """Why a session is left out, each with the place where it is put right if there is one."""
    if line.verdict is None:
        return [{"message": line.why}]
    session = line.verdict.session
    return [
        {"message": h.message, "clause": h.clause, "url": place_to_mend(session, h.where) if h.where else ""}
        for h in line.verdict.hindrances
    ]


def _progress(run: BulkRun) -> dict[str, Any]:
    now = timezone.now()
    counts = _counts(run)
    left = counts[running.TO_DO[State(run.state)]]
    taken = run.claimed_until is not None and run.claimed_until > now
    waited = run.asked_at is not None and (now - run.asked_at).total_seconds() > PATIENCE
    total = sum(counts.values()) - counts[BulkItem.State.LEFT_OUT]
    return {
        "run": run,
        "title": said(WORDS[run.kind].title, sum(counts.values())),
        "total": total,
        "ready": total - left,
        "worker_away": waited and not taken,
        "undoing": run.state == State.UNDOING,
    }


def _counts(run: BulkRun) -> Counter[str]:
    return Counter(run.items.values_list("state", flat=True))


def _outcome(run: BulkRun) -> dict[str, Any]:
    items = list(run.items.select_related("session").order_by("number"))
    counts = Counter(item.state for item in items)
    lines = [
        {"item": item, "colour": COLOUR.get(item.state, ""), "url": page_of(item.session) if item.session else ""}
        for item in items
    ]
    return {"title": said(WORDS[run.kind].title, len(items)), "lines": lines, "outcome": outcome(run, counts)} | (
        _undoing(run, counts[BulkItem.State.DONE])
    )


def _undoing(run: BulkRun, done: int) -> dict[str, Any]:
    now = timezone.now()
    undoable = can_be_undone(run)
    has_mails = mails.of_run(run).exists()
    held = has_mails and run.state == State.DONE and run.held_until is not None and run.held_until > now
    words = undo_said(run, undoable, done, has_mails, now) if run.state != State.UNDONE else ""
    return {"undoable": undoable, "undo_said": words, "is_held": held, "every": LOOKS_AGAIN_AFTER}


def progress(site: Any, request: HttpRequest, run: BulkRun) -> HttpResponse:
    """The part of the page that asks for itself: how far the work is, later for how long it can be undone."""
    if run.state in WORKING:
        return render(request, "staff/bulk_progress.html", _progress(run))
    if request.GET.get("of") == "work":
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "staff/bulk_undo.html", {"run": run} | _undoing(run, _counts(run)[BulkItem.State.DONE]))


def undo(site: Any, request: HttpRequest, run: BulkRun) -> HttpResponse:
    """Take it back, or stop it and take back what was done."""
    running.undo(run.pk, by=request.user, now=timezone.now())
    return redirect("admin:sessions_app_session_bulk_run", key=run.pk)


def send_now(site: Any, request: HttpRequest, run: BulkRun) -> HttpResponse:
    """Let the mails go without waiting."""
    running.let_go(run.pk, by=request.user, now=timezone.now())
    messages.success(request, "The mails are on their way.")
    return redirect("admin:sessions_app_session_bulk_run", key=run.pk)
