"""The page for whoever is worried about something: whom to call, how to tell us, and a form for families (A2)."""

import uuid

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from families.portal.easy_read import turn
from families.portal.typed import with_typed
from safeguarding.forms import WorriedForm
from safeguarding.models import Concern
from safeguarding.own_forms import is_own
from safeguarding.raising import Report, raise_concern
from safeguarding.receipts import keep_receipt, receipt_of
from safeguarding.vocabulary import Kind
from whippersnappers.accounts.access import signed_in
from whippersnappers.accounts.models import User
from whippersnappers.accounts.roles import Role
from whippersnappers.layout import is_switch

_WORDS = ("who", "what_happened", "reach_reporter")


@login_not_required
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def worried(request: HttpRequest) -> HttpResponse:
    """Whom to call, and for a signed-in parent the form. Nobody needs a sign-in to read it.

    A press whose sign-in has run out keeps nothing here and loses nothing either: the same page comes back with all
    that was typed, and says how to go on.
    """
    parent = _parent(request)
    if request.method != "POST":
        form = WorriedForm(user=parent, initial={"form_key": uuid.uuid4()}) if parent else None
        return _draw(request, form)
    form = WorriedForm(request.POST, user=parent)
    is_ours = is_own(request)
    if is_ours and is_switch(request):
        turn(request)
    if parent is None:
        return _draw(request, form, signed_out=True)
    if not is_ours:
        return _draw(request, form, again=True)
    if is_switch(request):
        return _draw(request, with_typed(WorriedForm(user=parent), request.POST))
    if not form.is_valid():
        return _draw(request, form)
    report = _report(form)
    keep_receipt(request, raise_concern(report, by=parent, now=timezone.now()), report.kind)
    return redirect("portal_worried_sent")


@require_safe
def sent(request: HttpRequest) -> HttpResponse:
    """The receipt: a reference and what happens next, and nothing of what it is about."""
    user = signed_in(request)
    if not user.has_role(Role.GUARDIAN):
        raise Http404
    receipt = receipt_of(request, Concern.objects.for_guardian(user), timezone.now())
    return render(request, "safeguarding/sent.html", {"receipt": receipt})


def _parent(request: HttpRequest) -> User | None:
    user = request.user
    return user if isinstance(user, User) and user.has_role(Role.GUARDIAN) else None


def _report(form: WorriedForm) -> Report:
    said = form.cleaned_data
    return Report(
        kind=Kind(said["kind"]),
        source=Concern.Source.GUARDIAN,
        form_key=said["form_key"],
        danger_now=Concern.Danger(said["danger_now"]),
        words={name: said[name] for name in _WORDS},
        children=said["children"],
    )


def _draw(
    request: HttpRequest, form: WorriedForm | None, *, signed_out: bool = False, again: bool = False
) -> HttpResponse:
    context = {"form": form, "signed_out": signed_out, "again": again}
    return render(request, "safeguarding/worried.html", context)
