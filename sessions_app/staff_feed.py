"""The address that calendars of staff ask, without a sign-in: the address itself is the key (W8)."""

import hashlib

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from sessions_app.rota_feed import feed, find


@login_not_required
@require_safe
def rota_feed(request: HttpRequest, token: str) -> HttpResponseBase:
    """One person's sessions as a calendar; 304 for whoever has them as they are."""
    profile = find(token)
    if profile is None:
        raise Http404
    calendar = feed(profile, timezone.now())
    etag = f'"{hashlib.sha256(calendar).hexdigest()[:32]}"'
    response = HttpResponse(calendar, content_type="text/calendar; charset=utf-8", headers={"ETag": etag})
    answer = get_conditional_response(request, etag=etag, response=response) or response
    answer["Cache-Control"] = "no-store, private"
    answer["X-Robots-Tag"] = "noindex, nofollow"
    return answer
