"""Putting a bundle together, page by page: choose, look, say for whom, show that it is you, and take it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from safeguarding.bundle import sending
from safeguarding.bundle.composing import chosen_parts, compose, cover
from safeguarding.bundle.drafting import Draft, change_draft, draft_of
from safeguarding.bundle.parts import parts_of
from safeguarding.dashboard.bundle_forms import PartsForm, WithholdForm
from safeguarding.dashboard.concern import found
from safeguarding.dashboard.sharing_forms import RecipientForm
from safeguarding.dashboard.stepping import METHODS, show
from safeguarding.disclosing import check
from safeguarding.models import Concern
from safeguarding.reading import Answer, Page, confidential
from whippersnappers.accounts import second_factors
from whippersnappers.accounts.models import User

CHOOSE_FIRST = "First choose what goes in."
IS_THIS_RIGHT = "This is the text as it is now. Press “Go on” when it is right."


@confidential(methods=METHODS)
def choose(request: HttpRequest, user: User, now: datetime, pk: UUID) -> Answer:
    """What goes in."""
    seen = found(user, pk)
    parts, draft = parts_of(seen), draft_of(seen, user)
    ticked = draft.parts if draft else [part.key for part in parts if part.wanted]
    form = PartsForm(request.POST if request.method == "POST" else None, parts=parts, initial={"parts": ticked})
    if request.method == "POST" and form.is_valid():
        change_draft(pk, parts=tuple(form.cleaned_data["parts"]), by=user, now=now)
        return redirect("safeguarding_bundle_look", pk)
    return _page("choose", seen, form=form)


@confidential(methods=METHODS)
def look(request: HttpRequest, user: User, now: datetime, pk: UUID) -> Answer:
    """The exact text, and what is withheld in it."""
    seen = found(user, pk)
    draft = draft_of(seen, user)
    if draft is None:
        return _to_choosing(request, pk)
    parts, choice = chosen_parts(seen, draft.parts), draft.choice(seen)
    document = compose(seen, choice)
    at_first = {"names": choice.names, "passages": "\n".join(choice.passages), "seen": document.digest}
    data = request.POST if request.method == "POST" else None
    form = WithholdForm(data, concern=seen, parts=parts, initial=at_first)
    if data is not None and form.is_valid():
        return _withheld(request, user, now, seen, form)
    return _page("look", seen, form=form, document=document)


def _withheld(
    request: HttpRequest, user: User, now: datetime, seen: Concern, form: WithholdForm
) -> HttpResponseRedirect:
    """On to the recipient when the text is the one that was looked at, else once more before their eyes."""
    said = form.cleaned_data
    kept = {"names": tuple(said.get("names", ())), "passages": tuple(said["passages"])}
    draft = change_draft(seen.pk, **kept, looked_at="", by=user, now=now)
    digest = compose(seen, draft.choice(seen)).digest
    if "again" in request.POST or said["seen"] != digest:
        messages.info(request, IS_THIS_RIGHT)
        return redirect("safeguarding_bundle_look", seen.pk)
    change_draft(seen.pk, looked_at=digest, by=user, now=now)
    return redirect("safeguarding_bundle_to", seen.pk)


@confidential(methods=METHODS)
def to_whom(request: HttpRequest, user: User, now: datetime, pk: UUID) -> Answer:
    """Who receives it, and by which right."""
    seen = found(user, pk)
    draft = draft_of(seen, user)
    if draft is None or not draft.looked_at:
        return _to_choosing(request, pk)
    data = request.POST if request.method == "POST" else None
    form = RecipientForm(data, concern=seen, by=user, initial=draft.sharing or None)
    if data is not None and form.is_valid() and _fits(seen, form, user, now):
        said = {name: value for name, value in form.cleaned_data.items() if name != "press"}
        change_draft(pk, sharing=said, by=user, now=now)
        return redirect("safeguarding_bundle_send", pk)
    context = {"title": "For whom is it?", "button": "Go on"}
    return _page("to", seen, form=form, template="step", **context)


def _fits(seen: Concern, form: RecipientForm, user: User, now: datetime) -> bool:
    said = {name: value for name, value in form.cleaned_data.items() if name != "press"}
    try:
        check(seen, sending.to_disclose(said, what="PDF file", now=now), by=user, now=now)
    except ValidationError as refused:
        show(form, refused)
        return False
    return True


@confidential(methods=METHODS)
def send(request: HttpRequest, user: User, now: datetime, pk: UUID) -> Answer:
    """The last look, only for somebody who has just shown again that it is them; then the file is made."""
    seen = found(user, pk)
    if not second_factors.is_shown_again(request, now):
        return to_show_again(user, reverse("safeguarding_bundle_send", args=[pk]))
    draft = draft_of(seen, user)
    try:
        ready = sending.ready(seen, draft, by=user, now=now)
        if request.method == "POST":
            sent = sending.send(pk, by=user, now=now)
            return redirect("safeguarding_sent", pk, sent.pk)
    except ValidationError as refused:
        return _not_yet(request, pk, draft, refused)
    top = cover(seen, ready.disclosure, now)
    return _page("send", seen, document=ready.document, cover=top, disclosure=ready.disclosure)


def to_show_again(user: User, back_to: str) -> HttpResponseRedirect:
    """Where somebody shows once more that it is them, and from there back."""
    return HttpResponseRedirect(f"{second_factors.where_to_show_again(user)}?{urlencode({'next': back_to})}")


def _not_yet(request: HttpRequest, pk: UUID, draft: Draft | None, refused: ValidationError) -> HttpResponseRedirect:
    messages.info(request, refused.messages[0])
    if draft is None:
        return redirect("safeguarding_concern", pk)
    if isinstance(refused, sending.NotLookedAt) or not draft.looked_at:
        return redirect("safeguarding_bundle_look", pk)
    return redirect("safeguarding_bundle_to", pk)


def _to_choosing(request: HttpRequest, pk: UUID) -> HttpResponseRedirect:
    messages.info(request, CHOOSE_FIRST)
    return redirect("safeguarding_bundle", pk)


def _page(at: str, concern: Concern, *, template: str = "", **context: Any) -> Page:
    context |= {"concern": concern, "at": at}
    name = f"safeguarding/dashboard/{template or f'bundle_{at}'}.html"
    return Page("concern.bundle_read", name, context, target=concern, detail={"at": at})
