"""The families' pages about their data: what we hold, to read, print and take home, and what they may ask of us."""

import json
import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from families.asking_about_data import ask
from families.held_data import asked
from families.models import DataRequest, Guardian
from families.plain_text import LinesField
from families.portal.guards import signed_in_guardian
from families.portal.typed import keeps_what_is_typed, typed_before, with_typed
from sessions_app.my_data.gathering import NOT_IN_HERE, as_json, held_for
from sessions_app.portal.drawing import keep_private
from whippersnappers import dates
from whippersnappers.accounts.access import signed_in
from whippersnappers.audit.trail import record

KINDS = [
    (DataRequest.Kind.COPY, "Send me a copy of everything"),
    (DataRequest.Kind.CORRECTION, "Something is wrong: please put it right"),
    (DataRequest.Kind.DELETION, "Please delete what you hold"),
]


class AskForm(forms.Form):
    """A copy, a correction, or deletion."""

    kind = forms.ChoiceField(
        label="What would you like us to do?",
        choices=KINDS,
        widget=forms.RadioSelect,
        error_messages={"required": "Please choose one.", "invalid_choice": "Please choose one of these."},
    )
    words = LinesField(
        label="Tell us more", required=False, help_text="If something is wrong: what is it, and what is right?"
    )
    press = forms.UUIDField(widget=forms.HiddenInput, required=False)


@require_http_methods(["GET", "HEAD", "POST"])
@keeps_what_is_typed
def my_data(request: HttpRequest) -> HttpResponse:
    """The ways to what we hold; the requests that were made, with their answers; and the form for another."""
    guardian, now = signed_in_guardian(request), timezone.now()
    form = AskForm(request.POST if request.method == "POST" else None, initial={"press": uuid.uuid4()})
    with_typed(form, typed_before(request))
    if request.method == "POST" and form.is_valid() and (made := _asked(request, guardian, form)):
        return redirect("portal_my_data_sent", made.pk)
    requests = DataRequest.objects.visible_to(signed_in(request)).order_by("-received_at")
    shown = [{"record": asked(one, now), "is_open": one.answered_at is None} for one in requests]
    return keep_private(render(request, "portal/my_data.html", {"form": form, "requests": shown}))


def _asked(request: HttpRequest, guardian: Guardian, form: AskForm) -> DataRequest | None:
    said = form.cleaned_data
    press = said["press"] or uuid.uuid4()
    try:
        return ask(guardian, said["kind"], said["words"], press=press, by=request.user, now=timezone.now())
    except ValidationError as refusal:
        for name, sentences in refusal.message_dict.items():
            form.add_error(name, sentences)
        return None


@require_safe
def sent(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """We have it: what happens now, and until when."""
    signed_in_guardian(request)
    made = DataRequest.objects.visible_to(signed_in(request)).filter(pk=pk).first()
    if made is None:
        raise Http404
    if made.answered_at is not None:
        return redirect("portal_my_data")
    due = dates.calendar_day(made.due_on, now=timezone.now())
    return keep_private(render(request, "portal/my_data_sent.html", {"due": due}))


@require_safe
def everything(request: HttpRequest) -> HttpResponse:
    """All that we hold on one page, to read or print."""
    return keep_private(render(request, "portal/my_data_all.html", _held(request, "page")))


@require_safe
def as_page(request: HttpRequest) -> HttpResponse:
    """The same as a page to keep: one file that needs nothing else."""
    page = render_to_string("portal/my_data_file.html", _held(request, "html"), request)
    return _file(page, "text/html; charset=utf-8", "html")


@require_safe
def as_data(request: HttpRequest) -> HttpResponse:
    """The same for a program, still readable by people."""
    held = _held(request, "json")
    text = json.dumps(as_json(held["sections"], held["now"]), ensure_ascii=False, indent=2)
    return _file(text, "application/json; charset=utf-8", "json")


def _held(request: HttpRequest, form: str) -> dict[str, Any]:
    """What the pages show. That somebody took it is noted (W8)."""
    guardian, user, now = signed_in_guardian(request), signed_in(request), timezone.now()
    with transaction.atomic():
        record("my_data.read", by=user, target=guardian, now=now, form=form)
    return {"sections": held_for(guardian, user, now), "now": now, "not_in_here": NOT_IN_HERE}


def _file(text: str, content_type: str, ending: str) -> HttpResponse:
    """A file whose name says nothing about anybody."""
    response = HttpResponse(text, content_type=content_type)
    day = dates.local(timezone.now()).date()
    response["Content-Disposition"] = f'attachment; filename="what-we-hold-{day:%Y-%m-%d}.{ending}"'
    return keep_private(response)
