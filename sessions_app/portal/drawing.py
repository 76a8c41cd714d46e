"""How a page about sessions is drawn: nobody keeps a copy, and its forms may lead to the meeting and nowhere else."""

from typing import Any, TypeVar
from urllib.parse import urlsplit

from csp.decorators import csp_update
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from sessions_app.family_sessions import FamilySession
from sessions_app.models import Feedback, Meeting

# Each of the five faces: its value, its word, its drawing.
FACES = [(face.value, face.label, face.name.lower()) for face in Feedback.Face]
_ZOOM = ("https://zoom.us", "https://*.zoom.us")

Response = TypeVar("Response", bound=HttpResponse)


def facts_of(seen: FamilySession) -> tuple[Any, ...]:
    """What a waiting page shows of a session, for `page_state`."""
    session, meeting = seen.session, seen.meeting
    states = [
        (place.booking.pk, place.state, place.may_be_recorded, place.offer and place.offer.until)
        for place in seen.places
    ]
    return (session.pk, session.state, session.revision, meeting and (meeting.pk, meeting.applied_version), states)


def draw(
    request: HttpRequest, template: str, context: dict[str, Any], meeting: Meeting | None, status: int = 200
) -> HttpResponse:
    """A page from which a form may lead to the meeting: browsers hold `form-action` against redirects too."""
    targets = [*_ZOOM, *([_origin(meeting.join_url)] if meeting else [])]
    response = render(request, template, context, status=status)
    csp_update({"form-action": targets})(lambda _: response)(request)
    if "page_state" in context:
        response["X-Page-State"] = context["page_state"]
    return keep_private(response)


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def keep_private(response: Response) -> Response:
    response["Cache-Control"] = "no-store, private"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
