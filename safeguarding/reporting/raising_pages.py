"""The page on which staff raise a concern (A2, W7): from anywhere in one press, or with a session's facts filled in."""

import uuid
from datetime import timedelta

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from safeguarding.files.attaching import raise_with_files
from safeguarding.models import Concern
from safeguarding.own_forms import is_own
from safeguarding.raising import Report
from safeguarding.reporting import session_facts
from safeguarding.reporting.forms import ConcernForm
from safeguarding.vocabulary import Kind
from sessions_app.models import Session
from whippersnappers.accounts.access import signed_in
from whippersnappers.accounts.models import User
from whippersnappers.uploads import hold_in_memory

_DOOR = "account_login"
# The key of the form that is being filled in, for each session and for none: two tabs of it are one concern.
_KEYS = "concern_form_keys"
_SENT = "concern_sent"
_RECEIPT_FOR = timedelta(hours=1)


@login_not_required
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def anywhere(request: HttpRequest) -> HttpResponse:
    """The form with nothing filled in."""
    return _form_page(request, None)


@login_not_required
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def from_session(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The form with what the portal knows of a session that one may see."""
    user = request.user
    if not isinstance(user, User):
        return _form_page(request, None)
    return _form_page(request, get_object_or_404(Session.objects.visible_to(user), pk=pk))


@require_safe
@never_cache
def sent(request: HttpRequest) -> HttpResponse:
    """The receipt: a reference and what happens next, and nothing of what it is about."""
    user = signed_in(request)
    if not user.is_staff:
        raise Http404
    mine = Concern.objects.for_reporter(user).filter(submitted_at__gte=timezone.now() - _RECEIPT_FOR)
    just_sent = request.session.get(_SENT)
    concern = mine.filter(pk=just_sent).first() if just_sent else None
    return render(request, "safeguarding/reporting/sent.html", {"concern": concern})


def _form_page(request: HttpRequest, session: Session | None) -> HttpResponse:
    """A press whose sign-in has run out keeps nothing here and loses nothing: all that was typed comes back."""
    hold_in_memory(request)
    user = request.user
    if not isinstance(user, User):
        if request.method != "POST":
            return redirect_to_login(request.get_full_path(), resolve_url(_DOOR))
        return _draw(request, ConcernForm(request.POST, children=None), session, signed_out=True)
    if not user.is_staff:
        raise Http404
    children = session_facts.children_of(session, user)
    if request.method != "POST":
        return _draw(request, ConcernForm(initial=_initial(request, session), children=children), session)
    form = ConcernForm(request.POST, children=children)
    if not is_own(request):
        return _draw(request, form, session, again=True)
    form = ConcernForm(request.POST, request.FILES, children=children)
    return _send(request, form, session, user) if form.is_valid() else _draw(request, form, session)


def _send(request: HttpRequest, form: ConcernForm, session: Session | None, user: User) -> HttpResponse:
    now, said, words = timezone.now(), form.cleaned_data, form.words()
    if session:
        words["around_session"] = session_facts.snapshot(session, user, now)
    report = Report(
        kind=Kind(said["kind"]),
        source=Concern.Source.STAFF,
        form_key=said["form_key"],
        danger_now=Concern.Danger(said["danger_now"]),
        words=words,
        children=said["children"],
    )
    try:
        concern = raise_with_files(report, said["uploads"], about=said["about"], by=user, now=now)
    except ValidationError as refused:
        form.add_error(None, refused)
        return _draw(request, form, session)
    request.session[_SENT] = str(concern.pk)
    request.session[_KEYS] = {k: v for k, v in request.session.get(_KEYS, {}).items() if v != str(said["form_key"])}
    return redirect("concern_sent")


def _initial(request: HttpRequest, session: Session | None) -> dict[str, object]:
    place = str(session.pk) if session else ""
    keys = request.session.get(_KEYS, {})
    if place not in keys:
        keys[place] = str(uuid.uuid4())
        request.session[_KEYS] = keys
    facts: dict[str, object] = {"form_key": keys[place], "kind": Kind.CHILD}
    if session:
        facts["when_and_where"] = session_facts.when_and_where(session, timezone.now())
        facts["who_was_there"] = session_facts.adults_present(session)
    return facts


def _draw(
    request: HttpRequest,
    form: ConcernForm,
    session: Session | None,
    *,
    signed_out: bool = False,
    again: bool = False,
) -> HttpResponse:
    context = {"form": form, "session": session, "signed_out": signed_out, "again": again, "now": timezone.now()}
    # Files are not looked at for whoever is not signed in, and no browser keeps them.
    context["files_again"] = (signed_out or again) and bool(request.FILES)
    return render(request, "safeguarding/reporting/raise.html", context)
