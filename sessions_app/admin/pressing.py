"""Buttons that do one thing at once: pressed by POST, done by a service, answered on the page they came from."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect

from sessions_app.models import StaffProfile
from whippersnappers.accounts.access import signed_in

KEEPS_ROTA = "sessions_app.keep_own_rota"
PLANS = "sessions_app.change_session"


def only_with(request: HttpRequest, permission: str) -> None:
    """Raise PermissionDenied unless the person holds the permission."""
    if not signed_in(request).has_perm(permission):
        raise PermissionDenied


def own_profile(request: HttpRequest) -> StaffProfile | None:
    """The profile of whoever keeps a rota; None for those whom nobody has put on the list of staff yet."""
    only_with(request, KEEPS_ROTA)
    return StaffProfile.objects.filter(user=signed_in(request)).select_related("user").first()


def pressed(request: HttpRequest, act: Callable[[], object], said: str, back: str) -> HttpResponse:
    """Do it and say so; a service's refusal is said in its own words. Anything but a POST changes nothing."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    try:
        act()
    except ValidationError as refused:
        for sentence in refused.messages:
            messages.error(request, sentence)
    else:
        messages.success(request, said)
    return redirect(back)
