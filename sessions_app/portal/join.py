"""The pages that mails lead to: the way into a session, and an offered place. The link is the key."""

from datetime import datetime
from typing import Any

import structlog
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from families.portal.frame import Frame
from sessions_app import invitations, offer_links, offers
from sessions_app.family_offers import as_offered
from sessions_app.family_sessions import page_state, staff_of
from sessions_app.invitations import WayIn, WayInState
from sessions_app.models import Invitation, JoinUse, Meeting
from sessions_app.offer_links import Answerable, FoundOffer
from sessions_app.portal.drawing import draw, keep_private
from sessions_app.reach import reached_guardian

# Sent by the script of a page that is left open and looks for news: not a use of the link.
_WATCHING = "X-Watching"

_log = structlog.get_logger(__name__)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, token: str) -> HttpResponse:
    """A guardian's way into one session (F7). Works without signing in; only pressing the button joins."""
    now = timezone.now()
    invitation = invitations.find(token)
    if invitation is None:
        return draw(request, "portal/unknown_link.html", {}, None, status=404)
    way_in = invitations.way_in(invitation, now)
    meeting = invitations.current_meeting(invitation.session) if invitation.session.is_remote else None
    if request.method == "POST":
        return _go(invitation, way_in, meeting, token, now)
    if request.method == "GET" and _WATCHING not in request.headers:
        invitations.log_use(invitation, _outcome(way_in, JoinUse.Outcome.OPENED), now)
    context = {**_join_context(invitation, way_in, meeting, now), "frame": Frame(request, reader=invitation.guardian)}
    return draw(request, f"portal/join_{way_in.state}.html", {**context, "token": token}, meeting)


def _go(
    invitation: Invitation, way_in: WayIn, meeting: Meeting | None, token: str, now: datetime
) -> HttpResponseRedirect:
    """On to Zoom when the way is open at this moment, else back to the page, which says why not."""
    joining = way_in.is_open and meeting is not None
    outcome = JoinUse.Outcome.JOINED if joining else _outcome(way_in, JoinUse.Outcome.OPENED)
    invitations.log_use(invitation, outcome, now)
    target = meeting.join_url if joining and meeting is not None else reverse("join", args=[token])
    response = HttpResponseRedirect(target)
    # Zoom does not learn the address of this page, which is a key to it.
    response["Referrer-Policy"] = "no-referrer"
    return keep_private(response)


def _outcome(way_in: WayIn, if_open: JoinUse.Outcome) -> JoinUse.Outcome:
    return if_open if way_in.state == WayInState.OPEN else JoinUse.Outcome(way_in.state.value)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def place(request: HttpRequest, token: str) -> HttpResponse:
    """An offered place, to take or to leave. Works without signing in; only pressing a button answers."""
    now = timezone.now()
    found = offer_links.find(token)
    if found is None:
        return draw(request, "portal/unknown_link.html", {}, None, status=404)
    state = offer_links.answerable(found, now)
    if request.method == "POST":
        if state == Answerable.OPEN:
            _answer(found, request.POST.get("answer", ""), now)
        return keep_private(HttpResponseRedirect(reverse("place", args=[token])))
    context: dict[str, Any] = {"now": now, "token": token, "frame": Frame(request, reader=found.guardian)}
    if state != Answerable.NO_FORCE:
        seen = as_offered(found.offer, found.guardian)
        context |= {"seen": seen, "session": seen.session, "children": (seen.child,), "staff": staff_of(seen.session)}
    return draw(request, f"portal/place_{state}.html", context, None)


def _answer(found: FoundOffer, answer: str, now: datetime) -> None:
    """Take or decline; another press, or one a moment too late, changes nothing: the page says how it stands."""
    guardian = found.guardian
    by = guardian.user or offers.BY_LINK
    try:
        if answer == "take":
            offers.take(found.offer.pk, guardian=guardian, by=by, now=now)
        elif answer == "decline":
            offers.decline(found.offer.pk, guardian=guardian, by=by, now=now)
    except offers.OfferClosed as closed:
        _log.info("place_answered_too_late", state=closed.state)


def _join_context(invitation: Invitation, way_in: WayIn, meeting: Meeting | None, now: datetime) -> dict[str, Any]:
    """What the page may show; a link without force shows nothing of the session."""
    session = invitation.session
    state = page_state(way_in.state, session.revision, meeting and (meeting.pk, meeting.applied_version))
    context: dict[str, Any] = {"now": now, "way_in": way_in, "page_state": state}
    if way_in.state == WayInState.WITHDRAWN:
        return context
    reach = reached_guardian(session.pk, invitation.guardian_id)
    children = tuple(child.known_as for child in reach.children) if reach else ()
    return {**context, "session": session, "meeting": meeting, "children": children, "staff": staff_of(session)}
