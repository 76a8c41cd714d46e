"""What a press on the form of a concern does: everything typed is kept first, then it is sent, or said what is missing.

The page also presses by itself every few seconds, quietly; then the answer is a line instead of a page.
"""

from datetime import datetime

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from safeguarding.drafting import AlreadySent, TooMuch, keep
from safeguarding.files.attaching import raise_with_files
from safeguarding.models import Concern, ConcernDraft
from safeguarding.own_forms import is_own
from safeguarding.raising import Report
from safeguarding.receipts import keep_receipt
from safeguarding.reporting import session_facts
from safeguarding.reporting.drawing import draw, forget_key
from safeguarding.reporting.forms import ConcernForm, PageStamp
from safeguarding.reporting.typed import as_sent, typing_of
from safeguarding.vocabulary import Kind
from sessions_app.models import Session
from whippersnappers.accounts.models import User
from whippersnappers.dates import clock

# What `draft.js` sends along.
_QUIETLY = "X-Quietly"
_STAYS = "What you typed stays on this page, and is kept when"
_SIGNED_OUT = f"Not kept: you are not signed in any more. {_STAYS} you have signed in."
_OTHER = f"Not kept: somebody else has signed in on this device. {_STAYS} you have signed in again."
_TOO_MUCH = "Not kept: this is too long. Please make it shorter."
_WAS_SENT = "This was sent already. Press “Send” to add what stands here."


def nobody_pressed(request: HttpRequest) -> HttpResponse:
    """A press whose sign-in has run out keeps nothing here and loses nothing: all that was typed comes back."""
    if _QUIETLY in request.headers:
        return JsonResponse({"said": _SIGNED_OUT, "signed_out": True})
    return _drawn(request, None, None, signed_out=True)


def pressed(request: HttpRequest, session: Session | None, user: User) -> HttpResponse:
    """Keep what was typed; then send it, or say when it was kept."""
    quietly = _QUIETLY in request.headers
    if PageStamp(request.POST).is_of_another(user):
        return (
            JsonResponse({"said": _OTHER, "signed_out": True})
            if quietly
            else _drawn(request, session, None, other=True)
        )
    if not is_own(request):
        # Whoever forges a press from elsewhere cannot read this answer.
        return JsonResponse({"token": get_token(request)}) if quietly else _drawn(request, session, user, again=True)
    now = timezone.now()
    draft, trouble = _kept(request, session, user, now)
    if quietly:
        return _line(request, draft, trouble)
    if draft and "keep" in request.POST:
        messages.success(request, f"Kept at {clock(now)}. Nobody else can read it, and nothing was sent yet.")
        return redirect("concern_draft", pk=draft.concern_id)
    form = ConcernForm(as_sent(request, draft), request.FILES, children=session_facts.children_of(session, user))
    return (
        _sent(request, form, session, user, now)
        if form.is_valid()
        else _drawn(request, session, user, form=form, draft=draft)
    )


def _kept(request: HttpRequest, session: Session | None, user: User, now: datetime) -> tuple[ConcernDraft | None, str]:
    """The draft, or none and a sentence that says why."""
    try:
        return keep(typing_of(request, session), by=user, now=now), ""
    except AlreadySent:
        return None, _WAS_SENT
    except TooMuch:
        return None, _TOO_MUCH


def _line(request: HttpRequest, draft: ConcernDraft | None, trouble: str) -> HttpResponse:
    if draft is None:
        return JsonResponse({"said": trouble})
    is_apart = str(draft.concern.form_key) != request.POST.get("form_key")
    return JsonResponse(
        {
            "kept": True,
            "said": f"Kept at {clock(draft.kept_at)}{', apart from what you typed on another page' * is_apart}.",
            "address": reverse("concern_draft", args=[draft.concern_id]),
            "form_key": str(draft.concern.form_key),
            "edition": draft.edition,
        }
    )


def _sent(request: HttpRequest, form: ConcernForm, session: Session | None, user: User, now: datetime) -> HttpResponse:
    said, words = form.cleaned_data, form.words()
    if session:
        words["around_session"] = session_facts.snapshot(session, user, now)
    report = Report(
        kind=Kind(said["kind"]),
        source=Concern.Source.STAFF,
        form_key=said["form_key"],
        danger_now=form.danger(),
        words=words,
        children=said["children"],
    )
    try:
        concern = raise_with_files(report, said["uploads"], about=said["about"], by=user, now=now)
    except ValidationError as refused:
        form.add_error(None, refused)
        return _drawn(request, session, user, form=form)
    keep_receipt(request, concern, report.kind)
    forget_key(request, said["form_key"])
    return redirect("concern_sent")


def _drawn(
    request: HttpRequest, session: Session | None, user: User | None, *, form: ConcernForm | None = None, **more: object
) -> HttpResponse:
    """The page as it was pressed. Without a user it knows no child, and keeps the ticks out of sight."""
    children = session_facts.children_of(session, user) if user else None
    pressed_form = form or ConcernForm(request.POST, children=children)
    return draw(request, pressed_form, PageStamp(pressed_form.data), session, **more)
