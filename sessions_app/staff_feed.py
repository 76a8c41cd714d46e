"""The address that calendars of staff ask, without a sign-in: the address itself is the key (W8)."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_safe

from sessions_app.calendar_answers import calendar_response
from sessions_app.rota_feed import feed, find


@login_not_required
@require_safe
def rota_feed(request: HttpRequest, token: str) -> HttpResponseBase:
    """One person's sessions as a calendar; 304 for whoever has them as they are."""
    profile = find(token)
    if profile is None:
        raise Http404
    return calendar_response(request, feed(profile, timezone.now()))
