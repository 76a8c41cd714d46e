"""When a form brings more than we take in: a plain page instead of a connection that breaks off.

Forms in which people write much travel as multipart, where a sign is at most four bytes; their fields say what is too
long, and keep it. Only what is past all fields comes here.
"""

from collections.abc import Callable
from http import HTTPStatus

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse, HttpResponseBase, UnreadablePostError
from django.shortcuts import render
from django.template.loader import render_to_string

# Bytes. Urlencoded, a sign takes up to twelve, and decoding them a hundred times the memory.
MOST_URLENCODED = 2_500_000
_PIECE = 64 * 1024  # bytes
_PATIENCE = 100 * 1024 * 1024  # bytes; whoever sends more than that is not a person with a spreadsheet
_TOO_MUCH = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)


class UrlencodedLimitMiddleware:
    """Stands before whoever looks into a form first, which is the CSRF check."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: object, args: object, kwargs: object) -> HttpResponse | None:
        urlencoded = request.content_type == "application/x-www-form-urlencoded"
        length = request.META.get("CONTENT_LENGTH", "")
        is_much = length.isdecimal() and int(length) > MOST_URLENCODED
        return too_much(request) if urlencoded and is_much else None


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The page for what we cannot take: 413 and what to do when it was too much, else 400."""
    if isinstance(exception, _TOO_MUCH):
        return too_much(request)
    return HttpResponse(render_to_string("400.html"), status=HTTPStatus.BAD_REQUEST)


def too_much(request: HttpRequest) -> HttpResponse:
    """The page that says it, with a parent's ways on. Nothing of the request is looked at."""
    read_to_the_end(request)
    return render(request, "too_much.html", status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)


def read_to_the_end(request: HttpRequest) -> None:
    """Read what the browser still sends and throw it away: it listens for an answer only then."""
    read = 0
    try:
        while (piece := request.read(_PIECE)) and read < _PATIENCE:
            read += len(piece)
    except UnreadablePostError:
        return  # It has gone away, and nobody waits for the answer.
