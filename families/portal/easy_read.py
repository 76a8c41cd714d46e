"""The switch between the usual layout and easy read, on every families' page."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

from families.models import Guardian
from families.portal.guards import guardian_behind
from families.preferring import set_easy_read
from whippersnappers import layout


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def switch(request: HttpRequest) -> HttpResponse:
    """Turn easy read on or off, and go back to the page. Says which it shall be, so a double press is harmless.

    Who is not signed in chooses for the device. For staff there is nothing to choose.
    """
    if request.user.is_authenticated and guardian_behind(request.user) is None:
        raise Http404
    if request.method != "POST":
        # Somebody looks at the address: there is nothing to see.
        return HttpResponseRedirect(_start(request))
    turn(request)
    address = request.POST.get("next", "")
    # Only to pages of our own.
    is_ours = address.startswith("/") and url_has_allowed_host_and_scheme(address, allowed_hosts=None)
    return HttpResponseRedirect(address if is_ours else _start(request))


def turn(request: HttpRequest) -> None:
    """The layout as the press says, for the parent who is signed in, else on this device."""
    guardian = guardian_behind(request.user)
    if guardian is not None:
        wanted = layout.pressed(request)
        set_easy_read(guardian, wanted, by=request.user, now=timezone.now())
        # The sign-in page after signing out reads like this too. Leaving it is this parent's wish alone.
        layout.remember(request, wanted or None)
        layout.say(request, wanted)
    elif not request.user.is_authenticated:
        layout.turn_device(request)


def take_over_wish(request: HttpRequest, guardian: Guardian) -> None:
    """Who pressed the switch on the way in meant themselves: it is their own choice from now on."""
    wish = layout.wish_of_sign_in(request)
    if wish is not None:
        set_easy_read(guardian, wish, by=request.user, now=timezone.now())


def _start(request: HttpRequest) -> str:
    return reverse("portal" if request.user.is_authenticated else "home")
