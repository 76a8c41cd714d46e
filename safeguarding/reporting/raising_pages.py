"""The page on which staff raise a concern (A2, W7): from anywhere in one press, or with a session's facts filled in."""

import uuid
from collections.abc import Callable
from contextlib import suppress

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from safeguarding.drafting import throw_away
from safeguarding.models import Concern, ConcernDraft
from safeguarding.receipts import receipt_of
from safeguarding.reporting import drawing, pressing
from sessions_app.models import Session
from whippersnappers.accounts.access import signed_in
from whippersnappers.accounts.models import User
from whippersnappers.uploads import hold_in_memory

_DOOR = "account_login"


def _form_view(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A view that answers who is not signed in itself, so that no press loses what was typed."""
    limited = require_http_methods(["GET", "HEAD", "POST"])(view)
    answering: Callable[..., HttpResponse] = login_not_required(csrf_exempt(never_cache(limited)))
    return answering


@_form_view
def anywhere(request: HttpRequest) -> HttpResponse:
    """The form with nothing filled in."""
    return _form_page(request)


@_form_view
def from_session(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The form with what the portal knows of a session that one may see."""
    user = request.user
    if not isinstance(user, User):
        return _form_page(request)
    return _form_page(request, get_object_or_404(Session.objects.visible_to(user), pk=pk))


@_form_view
def draft(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """An own draft, to go on with; a press finds its way also when it was sent or thrown away on another page."""
    user = request.user
    own = Concern.objects.drafts_of(user).filter(pk=pk).first() if isinstance(user, User) else None
    if own and isinstance(user, User):
        return _form_page(request, _session_of(own.draft, user), own.draft)
    if request.method == "POST" or not isinstance(user, User):
        return _form_page(request)
    return redirect("concern_own", pk=get_object_or_404(Concern.objects.for_reporter(user), pk=pk).pk)


@require_POST
def thrown_away(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """An own draft goes, for good; pressed twice it is as gone as before."""
    user = signed_in(request)
    if not user.is_staff:
        raise Http404
    with suppress(Concern.DoesNotExist):
        throw_away(pk, by=user, now=timezone.now())
    return redirect("concern_mine")


@require_safe
@never_cache
def sent(request: HttpRequest) -> HttpResponse:
    """The receipt: a reference and what happens next, and nothing of what it is about."""
    user = signed_in(request)
    if not user.is_staff:
        raise Http404
    receipt = receipt_of(request, Concern.objects.for_reporter(user), timezone.now())
    return render(request, "safeguarding/reporting/sent.html", {"receipt": receipt})


def _form_page(request: HttpRequest, session: Session | None = None, own: ConcernDraft | None = None) -> HttpResponse:
    hold_in_memory(request)
    user, is_press = request.user, request.method == "POST"
    if not isinstance(user, User):
        door = resolve_url(_DOOR)
        return pressing.nobody_pressed(request) if is_press else redirect_to_login(request.get_full_path(), door)
    if not user.is_staff:
        raise Http404
    if is_press:
        return pressing.pressed(request, session, user)
    return drawing.continued(request, own, session, user) if own else drawing.begun(request, session, user)


def _session_of(own: ConcernDraft, user: User) -> Session | None:
    """The session from which it was begun, while they may see it."""
    return Session.objects.visible_to(user).filter(pk=own.session_id).first() if own.session_id else None
