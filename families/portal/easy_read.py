"""The switch between the usual layout and easy read, on every families' page."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

from families.models import Guardian
from families.portal.guards import signed_in_guardian
from families.preferring import set_easy_read

# The switch's name in a form, and what its values mean.
SWITCH = "layout"
LAYOUTS = {"easy": True, "usual": False}


@require_http_methods(["GET", "HEAD", "POST"])
def switch(request: HttpRequest) -> HttpResponse:
    """Turn easy read on or off, and go back to the page. Says which it shall be, so a double press is harmless."""
    guardian = signed_in_guardian(request)
    if request.method != "POST":
        # Somebody signed in again on the way here: the press is lost, the way is not.
        return HttpResponseRedirect(reverse("portal"))
    turn(request, guardian)
    return HttpResponseRedirect(_back_to(request.POST.get("next", "")))


def turn(request: HttpRequest, guardian: Guardian) -> None:
    """The layout as the press says; nonsense means the usual one."""
    wanted = LAYOUTS.get(request.POST.get(SWITCH, ""), False)
    set_easy_read(guardian, wanted, by=request.user, now=timezone.now())
    messages.success(request, "Easy read is on." if wanted else "Easy read is off.")


def _back_to(address: str) -> str:
    """Only to pages of our own."""
    is_ours = address.startswith("/") and url_has_allowed_host_and_scheme(address, allowed_hosts=None)
    return address if is_ours else reverse("portal")
