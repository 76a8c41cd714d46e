"""Help in one press from the page that a mail leads to: the link says whose it is (F1)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from families.device_kinds import guessed_device
from families.helping import BY_LINK, ask_for_help
from families.models import HelpRequest
from sessions_app import invitations
from sessions_app.invitations import WayInState
from sessions_app.models import Invitation
from sessions_app.portal.drawing import keep_private
from sessions_app.portal.link_owners import by_link

HAVE_IT = "We have your message. Somebody will help you."


@by_link(invitations.find)
@require_http_methods(["GET", "HEAD", "POST"])
def join_help(request: HttpRequest, invitation: Invitation, token: str) -> HttpResponse:
    """Ask for help as the guardian whose link this is. A link without force asks for nothing."""
    now = timezone.now()
    has_force = invitations.way_in(invitation, now).state != WayInState.WITHDRAWN
    if request.method == "POST" and has_force:
        guardian = invitation.guardian
        device = guessed_device(request.headers.get("User-Agent", ""))
        by = guardian.user or BY_LINK
        ask_for_help(guardian, device=device, trying=HelpRequest.Trying.JOIN, by=by, now=now)
        messages.success(request, HAVE_IT)
    return keep_private(HttpResponseRedirect(reverse("join", args=[token])))
