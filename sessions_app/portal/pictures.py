"""The session in pictures, for the child: now and next, step by step; on the page, on paper and as a PDF."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from families.portal.frame import Frame
from sessions_app import invitations
from sessions_app.family_sessions import FamilySession
from sessions_app.invitations import WayInState
from sessions_app.models import Invitation, Session
from sessions_app.picture_library import CREDIT, PICTURES
from sessions_app.portal.drawing import draw, keep_private
from sessions_app.portal.link_owners import by_link
from sessions_app.portal.sessions import own_session, page_of
from sessions_app.timetable_mails import FILE_NAME
from sessions_app.timetable_pdf import draw_pdf
from sessions_app.timetables import TimetableStep, timetable_of

# Whoever comes back from there is told why there is nothing to prepare for.
_NOTHING_TO_SHOW = (WayInState.WITHDRAWN, WayInState.CANCELLED, WayInState.NOT_COMING)
# On paper: up to how many steps stand side by side in so many columns.
_ACROSS = ((1, 1), (6, 2), (12, 3), (20, 4))
_FINISHED = PICTURES["finished"]


@dataclass(frozen=True)
class _Way:
    """How somebody came to a session's pictures: by signing in, or by the link of a mail."""

    session: Session
    back: str
    pdf: str
    is_shut: bool
    frame: Frame | None = None


def _signed_in(request: HttpRequest, pk: UUID) -> _Way:
    seen: FamilySession = own_session(request, pk)
    is_shut = seen.is_cancelled or not seen.somebody_comes
    return _Way(seen.session, page_of(seen), reverse("portal_pictures_pdf", args=[pk]), is_shut)


def _by_link(request: HttpRequest, invitation: Invitation, token: str) -> _Way:
    is_shut = invitations.way_in(invitation, timezone.now()).state in _NOTHING_TO_SHOW
    back, pdf = reverse("join", args=[token]), reverse("join_pictures_pdf", args=[token])
    return _Way(invitation.session, back, pdf, is_shut, Frame(request, reader=invitation.guardian))


@require_safe
def pictures(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A guardian's session in pictures."""
    return _page(request, _signed_in(request, pk))


@require_safe
def pictures_pdf(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The same as a PDF."""
    return _pdf(_signed_in(request, pk))


@by_link(invitations.find)
@require_safe
def join_pictures(request: HttpRequest, invitation: Invitation, token: str) -> HttpResponse:
    """The pictures by the link of a mail, without signing in: on the child's own tablet."""
    return _page(request, _by_link(request, invitation, token))


@by_link(invitations.find)
@require_safe
def join_pictures_pdf(request: HttpRequest, invitation: Invitation, token: str) -> HttpResponse:
    """The same as a PDF."""
    return _pdf(_by_link(request, invitation, token))


def _page(request: HttpRequest, way: _Way) -> HttpResponse:
    if way.is_shut:
        return keep_private(HttpResponseRedirect(way.back))
    timetable = timetable_of(way.session, timezone.now())
    count = len(timetable.steps)
    context: dict[str, Any] = {
        "timetable": timetable,
        "way": way,
        "at": _step_asked_for(request, count),
        "finished": TimetableStep(count + 1, _FINISHED.word, _FINISHED),
        "across": next((columns for most, columns in _ACROSS if count <= most), 5),
        "credit": CREDIT,
    }
    if way.frame is not None:
        context["frame"] = way.frame
    return draw(request, "portal/pictures.html", context, None)


def _step_asked_for(request: HttpRequest, count: int) -> int:
    """The step that is now, from 1; one more than there are when all is done. Nonsense is the first."""
    asked = request.GET.get("step", "")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 4 else 1
    return min(max(number, 1), count + 1)


def _pdf(way: _Way) -> HttpResponse:
    if way.is_shut:
        return keep_private(HttpResponseRedirect(way.back))
    content = draw_pdf(timetable_of(way.session, timezone.now()))
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{FILE_NAME}"'
    return keep_private(response)
