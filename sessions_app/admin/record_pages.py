"""Writing a record, and what one press does with it: sign, countersign, give back, add, take away as a file."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from sessions_app.admin.pressing import pressed
from sessions_app.admin.record_forms import AmendForm, GiveBackForm, RecordForm
from sessions_app.admin.records import read_page, state_said
from sessions_app.admin.steps import say_at_fields
from sessions_app.models import Session, SessionRecord
from sessions_app.records import opening, signing, standing, writing
from sessions_app.records.paper import draw_records
from sessions_app.records.reading import note_reading
from sessions_app.records.shown import has_trouble, planned, timing_lines, with_all
from whippersnappers import dates
from whippersnappers.accounts.access import signed_in
from whippersnappers.admin_site import staff_site

SAVED = "The draft is saved. Nobody else reads it before you sign."
SIGNED = "Signed. {second} can countersign it now."
CANNOT_SIGN = "The draft is saved, but it cannot be signed yet: see below."
COMPLETE = "Countersigned. The record is complete: from now on it can only be added to."


def page_of(pk: Any) -> str:
    """Where a record is read."""
    return reverse("admin:sessions_app_sessionrecord_change", args=[pk])


def _theirs(request: HttpRequest, pk: Any) -> SessionRecord:
    """A record that the person may see; 404 for others."""
    rows: QuerySet[SessionRecord] = with_all(SessionRecord.objects.visible_to(signed_in(request)))
    return get_object_or_404(rows, pk=pk)


def begin(request: HttpRequest, session: Any, child: Any) -> HttpResponse:
    """Open the record of a child in a session that one delivers, and go on to writing it."""
    user = signed_in(request)
    get_object_or_404(Session.objects.visible_to(user), pk=session)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    try:
        record = opening.begin(session, child, by=user, now=timezone.now())
    except ValidationError as refused:
        messages.error(request, refused.messages[0])
        return redirect(reverse("admin:sessions_app_session_change", args=[session]))
    return redirect(reverse("admin:record_write", args=[record.pk]))


def write(request: HttpRequest, pk: Any) -> HttpResponse:
    """The form: facts on top, ticks, and a few words. Two buttons: save the draft, or sign."""
    record, now = _theirs(request, pk), timezone.now()
    if request.method == "POST":
        return _written(request, record, now)
    if not standing.may(standing.check_writes, record, signed_in(request)):
        return redirect(page_of(pk))
    return _form_page(request, record, RecordForm(None, record), now)


def _written(request: HttpRequest, record: SessionRecord, now: datetime) -> HttpResponse:
    if standing.staff_of(record, signed_in(request)) is None:
        raise Http404
    with transaction.atomic():
        record = writing.locked(record.pk)
        form = RecordForm(request.POST, record)
        is_saved = form.is_valid() and _done(form, lambda: _save(request, record, form, now))
    if is_saved and "sign" not in request.POST:
        messages.success(request, SAVED)
        return redirect(reverse("admin:record_write", args=[record.pk]))
    if is_saved and _done(form, lambda: writing.sign(record.pk, by=signed_in(request), now=now)):
        messages.success(request, SIGNED.format(second=_others(record) or "Nobody else of this session"))
        return redirect(page_of(record.pk))
    if is_saved:
        messages.warning(request, CANNOT_SIGN)
    return _form_page(request, _theirs(request, record.pk), form, now)


def _save(request: HttpRequest, record: SessionRecord, form: RecordForm, now: datetime) -> None:
    writing.save_draft(record.pk, form.content(), by=signed_in(request), now=now)
    form.is_kept()


def _done(form: forms.Form, act: Callable[[], object]) -> bool:
    """Whether a service did it; what it complains of stands at the form's fields."""
    try:
        act()
    except ValidationError as refused:
        say_at_fields(form, refused)
        return False
    return True


def _others(record: SessionRecord) -> str:
    """Who could countersign it."""
    there = record.session.assignments.filter(withdrawn_at=None).select_related("staff__user")
    return " or ".join(str(one.staff) for one in there if one.staff_id != record.author_id)


def _form_page(request: HttpRequest, record: SessionRecord, form: RecordForm, now: datetime) -> HttpResponse:
    timings = timing_lines(record)
    context = staff_site().each_context(request) | {
        "title": f"Write the record: {record.child}",
        "record": record,
        "label": state_said(record, now),
        "planned": planned(record, now),
        "others": _others(record),
        "form": form,
        "timings": timings,
        "has_trouble": has_trouble(timings),
        "may_take_over": standing.may(standing.check_takes_over, record, signed_in(request)),
        "is_over": record.session.ends_at <= now,
        "due": f"{dates.near_day(record.due_at, now=now)}, {dates.clock(record.due_at)}",
        "now": now,
    }
    return TemplateResponse(request, "staff/record_write.html", context)


def take_over(request: HttpRequest, pk: Any) -> HttpResponse:
    """Write it instead of its author."""
    record, user = _theirs(request, pk), signed_in(request)
    said, back = "You write this record now.", reverse("admin:record_write", args=[pk])
    return pressed(request, lambda: writing.take_over(record.pk, by=user, now=timezone.now()), said, back)


def countersign(request: HttpRequest, pk: Any) -> HttpResponse:
    """The second signature, in one press under what was read."""
    record, user = _theirs(request, pk), signed_in(request)
    return pressed(request, lambda: signing.countersign(record.pk, by=user, now=timezone.now()), COMPLETE, page_of(pk))


def give_back(request: HttpRequest, pk: Any) -> HttpResponse:
    """Back to its author, with what should be changed."""
    record = _theirs(request, pk)
    form = GiveBackForm(request.POST)

    def act() -> None:
        by, now = signed_in(request), timezone.now()
        signing.give_back(record.pk, form.cleaned_data["reason"], by=by, now=now)

    said = f"Given back to {record.author}."
    return _filled_in(request, form, act, said, pk) or read_page(request, pk, give_back=form)


def amend(request: HttpRequest, pk: Any) -> HttpResponse:
    """Something added to a complete record."""
    record = _theirs(request, pk)
    form = AmendForm(request.POST)

    def act() -> None:
        said, now = form.cleaned_data, timezone.now()
        signing.amend(record.pk, said["words"], said["reason"], by=signed_in(request), now=now)

    return _filled_in(request, form, act, "Added.", pk) or read_page(request, pk, amend=form)


def _filled_in(
    request: HttpRequest, form: forms.Form, act: Callable[[], object], said: str, pk: Any
) -> HttpResponse | None:
    """The way on once a small form did what it is for; None when it must be shown again."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if not form.is_valid() or not _done(form, act):
        return None
    messages.success(request, said)
    return redirect(page_of(pk))


def record_pdf(request: HttpRequest, pk: Any) -> HttpResponse:
    """One record as a file."""
    record = _theirs(request, pk)
    if not standing.may_read_content(record, signed_in(request)):
        raise Http404
    return _file(request, [record], f"session-record-{dates.local(record.scheduled_start):%Y-%m-%d}")


def child_pdf(request: HttpRequest, pk: Any) -> HttpResponse:
    """All signed records of a child that the person may see, oldest first."""
    records = with_all(SessionRecord.objects.visible_to(signed_in(request)).filter(child=pk))
    if not records.exists():
        raise Http404
    signed = records.exclude(state__in=SessionRecord.UNSIGNED).order_by("scheduled_start")
    if not signed:
        messages.info(request, "There is no signed record of this child yet.")
        return redirect(reverse("admin:sessions_app_sessionrecord_changelist"))
    return _file(request, list(signed), "session-records")


def _file(request: HttpRequest, records: list[SessionRecord], name: str) -> HttpResponse:
    """The file, under a name that says nothing about anybody."""
    now = timezone.now()
    note_reading(records, form="pdf", by=signed_in(request), now=now)
    response = HttpResponse(draw_records(records, now=now), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    response["Cache-Control"] = "no-store, private"
    return response


for _route, _view, _name in (
    ("records/begin/<uuid:session>/<uuid:child>/", begin, "record_begin"),
    ("records/<uuid:pk>/write/", write, "record_write"),
    ("records/<uuid:pk>/take-over/", take_over, "record_take_over"),
    ("records/<uuid:pk>/countersign/", countersign, "record_countersign"),
    ("records/<uuid:pk>/give-back/", give_back, "record_give_back"),
    ("records/<uuid:pk>/add/", amend, "record_amend"),
    ("records/<uuid:pk>/file/", record_pdf, "record_pdf"),
    ("records/of-child/<uuid:pk>/file/", child_pdf, "record_child_pdf"),
):
    staff_site().register_page(_route, _view, _name)
