"""Getting Zoom ready: a guide for each kind of device, and a test of the device that stays on the device (F1).

Nothing here is about anybody, so all of it works without signing in: the page of a mail leads here.
"""

import os
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from families.device_kinds import guessed_device
from families.models import HelpRequest
from families.zoom_guide import GUIDES
from whippersnappers.headers import permissions_policy

# What a session needs of the device, and what no other page may ask for.
_TESTED = ("autoplay", "camera", "microphone")
# The bytes that are fetched to measure the line: a little first, and more only where that was quick.
_PORTIONS = {"little": 100_000, "more": 1_000_000}
_NOISE = os.urandom(max(_PORTIONS.values()))


@login_not_required
@require_safe
def guides(request: HttpRequest) -> HttpResponse:
    """The guide for the device in the parent's hands, as far as one can tell; the others are one press away."""
    return _draw(request, guessed_device(request.headers.get("User-Agent", "")))


@login_not_required
@require_safe
def guide(request: HttpRequest, device: str) -> HttpResponse:
    """The guide for one kind of device."""
    if device not in GUIDES:
        raise Http404
    return _draw(request, device)


def _draw(request: HttpRequest, device: str) -> HttpResponse:
    kind = HelpRequest.Device(device)
    context: dict[str, Any] = {"steps": GUIDES[kind], "device": kind, "devices": list(HelpRequest.Device)}
    return render(request, "portal/zoom.html", context)


@login_not_required
@require_safe
def device_test(request: HttpRequest) -> HttpResponse:
    """Browser, camera, microphone, loudspeaker and line, tried by the page's script. Nothing is sent here.

    The one page that may ask for camera and microphone.
    """
    device = guessed_device(request.headers.get("User-Agent", ""))
    response = render(request, "portal/device_test.html", {"device": device, "portions": _PORTIONS})
    response["Permissions-Policy"] = permissions_policy(_TESTED)
    return response


@login_not_required
@require_safe
def speed(request: HttpRequest) -> HttpResponse:
    """Meaningless bytes to measure the line with: 100 kB, or 1 MB for `?portion=more`."""
    size = _PORTIONS["more" if request.GET.get("portion") == "more" else "little"]
    return HttpResponse(_NOISE[:size], content_type="application/octet-stream")
