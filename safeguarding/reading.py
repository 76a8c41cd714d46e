"""The one way to the pages about concerns: who may, with a second factor, not idle, and never without the trail.

A view under `confidential` answers with a `Page`, with a `Download` or by leading elsewhere; what it answers is drawn
and noted in one transaction, so that nothing is shown whose reading was not kept (W8). For everybody who does not look
after safeguarding these addresses do not exist.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import wraps
from typing import Any

import structlog
from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.db import Error, models, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.csrf import csrf_exempt

from safeguarding.own_forms import is_own
from safeguarding.standing import Standing, standing
from sessions_app.family_sessions import page_state
from whippersnappers.accounts import second_factors
from whippersnappers.accounts.models import User
from whippersnappers.accounts.roles import Role
from whippersnappers.audit.trail import record
from whippersnappers.uploads import hold_in_memory

ROLES = (Role.LEAD, Role.DEPUTY, Role.TRUSTEE)
IDLE = timedelta(minutes=15)
SIGNED_OUT = "You were signed out, because nobody had pressed anything for 15 minutes."
_SEEN = "safeguarding_seen_at"
# Coarser than a press, so that reading page after page does not write the session each time.
_NOTED_EVERY = timedelta(minutes=1)
# What `page.js` sends when a page asks whether it would look different.
_WATCHING = "X-Watching"
# What browsers add to a form, which is not typed by anybody.
_NOT_TYPED = {"csrfmiddlewaretoken"}
_log = structlog.get_logger(__name__)


class Unrecorded(Exception):
    """The trail could not be written: then nothing may be shown."""


@dataclass(frozen=True)
class Page:
    """A page to be drawn, and what the trail says of its reading. `detail` holds codes, ids and numbers only."""

    event: str
    template: str
    context: dict[str, Any]
    target: models.Model | None = None
    detail: dict[str, Any] = field(default_factory=dict)
    status: int = 200
    # For a page that stays live: what it shows, in counts and times.
    facts: tuple[object, ...] = ()


@dataclass(frozen=True)
class Download:
    """A file that leaves: saved, never shown. `name` is neutral; `event`, `target` and `detail` as for a `Page`."""

    event: str
    content: bytes
    content_type: str
    name: str
    target: models.Model | None = None
    detail: dict[str, Any] = field(default_factory=dict)

    def response(self) -> HttpResponse:
        """What a browser can only save: it neither guesses what it is, nor runs anything of it."""
        headers = {
            "Content-Disposition": f'attachment; filename="{self.name}"',
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "X-Content-Type-Options": "nosniff",
        }
        return HttpResponse(self.content, content_type=self.content_type, headers=headers)


Answer = Page | Download | HttpResponse
View = Callable[..., Answer]
# What a waiting page would look like now, without anything that is read: counts and times.
State = Callable[[User, datetime], tuple[object, ...]]


def confidential(
    *, methods: Sequence[str] = ("GET", "HEAD"), state: State | None = None, to: Sequence[Role] = ROLES
) -> Callable[[View], Any]:
    """Guard a view that takes (request, user, now, …) and answers with a `Page` or a redirect, for roles in `to`."""

    def guard(view: View) -> Any:
        @login_not_required
        @csrf_exempt
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            hold_in_memory(request)
            response = _stopped(request, timezone.now(), to) or _answer(view, request, methods, state, args, kwargs)
            response["Cache-Control"] = "no-store, private"
            response["X-Robots-Tag"] = "noindex, nofollow"
            return response

        return guarded

    return guard


def _answer(
    view: View, request: HttpRequest, methods: Sequence[str], state: State | None, args: Any, kwargs: Any
) -> HttpResponse:
    now = timezone.now()
    user = request.user
    assert isinstance(user, User), "whoever is not signed in was stopped"
    if request.method not in methods:
        return HttpResponseNotAllowed(methods)
    if state is not None and _WATCHING in request.headers:
        return HttpResponse(status=204, headers={"X-Page-State": _state(state(user, now), standing(user, now))})
    _note_seen(request, now)
    try:
        return _drawn_and_noted(view, request, user, now, args, kwargs)
    except Unrecorded:
        _log.error("a page about concerns was not shown: the trail could not be written", exc_info=True)
        return HttpResponse(render_to_string("safeguarding/unrecorded.html"), status=503)


def _stopped(request: HttpRequest, now: datetime, to: Sequence[Role]) -> HttpResponse | None:
    """Where somebody is led instead: to sign in, to their second factor, or nowhere at all."""
    user = request.user
    if not isinstance(user, User):
        return _kept(request, signed_out=True) or redirect_to_login(request.get_full_path(), _door())
    if not user.has_role(*to):
        raise Http404
    if second_factors.is_missing(request):
        return redirect("mfa_index")
    # Who only reports comes from other staff pages, whose presses are not noted here.
    if user.has_role(*ROLES) and is_idle(request, user, now):
        get_adapter().logout(request)
        messages.info(request, SIGNED_OUT)
        return _kept(request, signed_out=True) or redirect_to_login(request.get_full_path(), _door())
    return None if request.method != "POST" or is_own(request) else _kept(request, signed_out=False)


def is_idle(request: HttpRequest, user: User, now: datetime) -> bool:
    """Whether nothing was pressed on these pages for 15 minutes, nor anybody signed in since."""
    noted = parse_datetime(request.session.get(_SEEN, "")) or user.last_login
    return noted is None or now - noted > IDLE


def _note_seen(request: HttpRequest, now: datetime) -> None:
    noted = parse_datetime(request.session.get(_SEEN, ""))
    if noted is None or now - noted > _NOTED_EVERY:
        request.session[_SEEN] = now.isoformat()


def _door() -> str:
    return resolve_url(settings.LOGIN_URL)


def _kept(request: HttpRequest, *, signed_out: bool) -> HttpResponse | None:
    """What was typed comes back to be sent again, after a sign-in; None when nothing was, or it came from elsewhere."""
    typed = [(name, said) for name, all_said in request.POST.lists() if name not in _NOT_TYPED for said in all_said]
    if request.method != "POST" or request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        return None if signed_out else HttpResponse(status=403)
    if not typed and signed_out:
        return None
    context = {"typed": typed, "files": bool(request.FILES), "signed_out": signed_out, "door": _door()}
    return render(request, "safeguarding/kept.html", context, status=403)


def _drawn_and_noted(
    view: View, request: HttpRequest, user: User, now: datetime, args: Any, kwargs: Any
) -> HttpResponse:
    with transaction.atomic():
        answer = view(request, user, now, *args, **kwargs)
        if isinstance(answer, HttpResponseRedirect):
            return answer
        if not isinstance(answer, Page | Download):
            raise TypeError(f"{view.__name__} shows something that the trail would not know of")
        response = _drawn(answer, request, user, now) if isinstance(answer, Page) else answer.response()
        _note_reading(answer, user, now)
        return response


def _drawn(page: Page, request: HttpRequest, user: User, now: datetime) -> HttpResponse:
    # Whoever only reports learns nothing of how things stand.
    stands = standing(user, now) if user.has_role(*ROLES) else None
    context = {**page.context, "now": now, "standing": stands, "idle": IDLE}
    if page.facts and stands:
        context["page_state"] = _state(page.facts, stands)
    return render(request, page.template, context, status=page.status)


def _state(facts: tuple[object, ...], stands: Standing) -> str:
    return page_state(*facts, *stands.facts)


def _note_reading(page: Page | Download, user: User, now: datetime) -> None:
    try:
        record(page.event, by=user, target=page.target, now=now, **page.detail)
    except (Error, TypeError, ValueError) as error:
        raise Unrecorded(page.event) from error
