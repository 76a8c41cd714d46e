"""An offered place, to take or to leave. The link of the mail is the key."""

from datetime import datetime
from typing import Any

import structlog
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from families.portal.frame import Frame
from sessions_app import offer_links, offers
from sessions_app.family_offers import as_offered
from sessions_app.family_sessions import people_of
from sessions_app.offer_links import Answerable, FoundOffer
from sessions_app.portal.drawing import draw, keep_private
from sessions_app.portal.link_owners import by_link

_log = structlog.get_logger(__name__)


@by_link(offer_links.find)
@require_http_methods(["GET", "HEAD", "POST"])
def place(request: HttpRequest, found: FoundOffer, token: str) -> HttpResponse:
    """An offered place, to take or to leave. Works without signing in; only pressing a button answers."""
    now = timezone.now()
    state = offer_links.answerable(found, now)
    if request.method == "POST":
        if state == Answerable.OPEN:
            _answer(found, request.POST.get("answer", ""), now)
        return keep_private(HttpResponseRedirect(reverse("place", args=[token])))
    context: dict[str, Any] = {"now": now, "token": token, "frame": Frame(request, reader=found.guardian)}
    if state != Answerable.NO_FORCE:
        seen = as_offered(found.offer, found.guardian)
        context |= {"seen": seen, "session": seen.session, "children": (seen.child,), "people": people_of(seen.session)}
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
