"""When a form brings more than we take in: a plain page instead of a connection that breaks off."""

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.template.loader import render_to_string

_PIECE = 64 * 1024  # bytes
_PATIENCE = 100 * 1024 * 1024  # bytes; whoever sends more than that is not a person with a spreadsheet
_TOO_MUCH = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The page for what we cannot take: 413 and what to do when it was too much, else 400."""
    too_much = isinstance(exception, _TOO_MUCH)
    if too_much:
        read_to_the_end(request)
    return HttpResponse(render_to_string("400.html", {"too_much": too_much}), status=413 if too_much else 400)


def read_to_the_end(request: HttpRequest) -> None:
    """Read what the browser still sends and throw it away: it listens for an answer only then."""
    read = 0
    try:
        while (piece := request.read(_PIECE)) and read < _PATIENCE:
            read += len(piece)
    except UnreadablePostError:
        return  # It has gone away, and nobody waits for the answer.
