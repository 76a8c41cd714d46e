"""The families' page about signing in: on which devices, and out of them again."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from whippersnappers.accounts import devices as signed_in_devices
from whippersnappers.accounts.access import signed_in
from whippersnappers.accounts.models import Device
from whippersnappers.accounts.roles import Role


@require_http_methods(["GET", "HEAD", "POST"])
def devices(request: HttpRequest) -> HttpResponse:
    """Where this parent or carer is signed in. Only for guardians; others find nothing here."""
    user = signed_in(request)
    if not user.has_role(Role.GUARDIAN):
        raise Http404
    here = request.session.session_key
    found = list(Device.objects.visible_to(user))
    if request.method == "POST":
        # The one in use is left by "Sign out", on every page.
        others = [device.pk for device in found if device.session_key != here]
        wanted = others if "others" in request.POST else [pk for pk in others if str(pk) == request.POST.get("device")]
        _sign_out(request, wanted)
        return HttpResponseRedirect(reverse("portal_devices"))
    found.sort(key=lambda device: device.session_key != here)
    return render(request, "portal/devices.html", {"devices": found, "here": here, "now": timezone.now()})


def _sign_out(request: HttpRequest, wanted: list[UUID]) -> None:
    user = signed_in(request)
    count = signed_in_devices.sign_out(user, wanted, by=user, now=timezone.now())
    if count:
        messages.success(request, "That device is signed out." if count == 1 else f"{count} devices are signed out.")
    else:
        messages.info(request, "That device was signed out already.")
