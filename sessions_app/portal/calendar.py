"""Sessions in a family's own calendar: one to keep, and a private address to subscribe to."""

from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from families.portal.guards import signed_in_guardian
from sessions_app import family_feed
from sessions_app.calendar_answers import calendar_response
from sessions_app.family_entries import one_session
from sessions_app.family_sessions import gather
from sessions_app.models import FamilyCalendar
from sessions_app.portal.drawing import draw, keep_private
from sessions_app.portal.link_owners import by_link
from whippersnappers.accounts.access import signed_in


@require_http_methods(["GET", "HEAD", "POST"])
def calendar(request: HttpRequest) -> HttpResponse:
    """The address of the guardian's own calendar: to get one, another one, or none any more."""
    guardian, user, now = signed_in_guardian(request), signed_in(request), timezone.now()
    if request.method == "POST":
        if request.POST.get("do") == "stop":
            family_feed.stop(guardian, by=user, now=now)
            messages.success(request, "The link is off. Calendars that use it get nothing from us any more.")
        elif request.POST.get("do") == "new":
            family_feed.new_address(guardian, by=user, now=now)
            messages.success(request, "Here is your link. Any older link does not work any more.")
        return keep_private(HttpResponseRedirect(reverse("portal_calendar")))
    running = family_feed.calendar_of_guardian(guardian)
    address = family_feed.feed_url(running) if running else ""
    webcal = f"webcal:{address.partition(':')[2]}" if address else ""
    return draw(request, "portal/calendar.html", {"address": address, "webcal": webcal}, None)


@by_link(family_feed.find)
@require_safe
def feed(request: HttpRequest, running: FamilyCalendar, token: str) -> HttpResponseBase:
    """One guardian's sessions; the address itself is the key. What they may see is asked anew each time."""
    if running.guardian.user is None:
        raise Http404
    return calendar_response(request, family_feed.feed(running.guardian.user, timezone.now()))


@require_safe
def session_ics(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """One session as a file for a calendar, without Meeting ID and passcode: calendars are shared."""
    signed_in_guardian(request)
    found = gather(signed_in(request), Q(way=pk), timezone.now())
    if not found:
        raise Http404
    response = calendar_response(request, one_session(found[0]))
    response["Content-Disposition"] = 'attachment; filename="session.ics"'
    return response
