"""How a calendar is handed to the program that asks for it."""

import hashlib

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response


def calendar_response(request: HttpRequest, calendar: bytes) -> HttpResponseBase:
    """The calendar, or 304 for whoever has it as it is; nobody on the way keeps a copy."""
    etag = f'"{hashlib.sha256(calendar).hexdigest()[:32]}"'
    response = HttpResponse(calendar, content_type="text/calendar; charset=utf-8", headers={"ETag": etag})
    answer = get_conditional_response(request, etag=etag, response=response) or response
    answer["Cache-Control"] = "no-store, private"
    answer["X-Robots-Tag"] = "noindex, nofollow"
    return answer
