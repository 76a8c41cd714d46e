"""How was it? For the guardian with words, for the child with five big faces and one press."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from families.portal.guards import signed_in_guardian
from families.portal.typed import keeps_what_is_typed, typed_before
from sessions_app import feedback
from sessions_app.family_sessions import ChildPlace, FamilySession, gather
from sessions_app.models import Feedback
from sessions_app.portal.drawing import FACES, draw, keep_private
from whippersnappers.accounts.access import signed_in

_METHODS = ["GET", "HEAD", "POST"]


@require_http_methods(_METHODS)
@keeps_what_is_typed
def by_guardian(request: HttpRequest, pk: UUID, place: UUID) -> HttpResponse:
    """The guardian says how it was, or changes it: a face, and words if they like."""
    seen, of_child = _own(request, pk, place)
    said = of_child.guardians_word
    context: dict[str, Any] = {"face": said and said.face, "words": said.words if said else "", "mistakes": {}}
    if typed := typed_before(request):
        context |= {"face": _face(request), "words": typed.get("words", "")}
    if request.method == "POST":
        # Pressed on the home page there are no words, and those said before stay: there is room for some at once.
        words = request.POST.get("words")
        mistakes = _give(request, seen, of_child, words=words, by_child=False)
        if not mistakes:
            session_page = f"{reverse('portal_session', args=[pk])}#how-it-was"
            if words is not None:
                messages.success(request, "Thank you for telling us.")
            return keep_private(HttpResponseRedirect(f"{request.path}?more" if words is None else session_page))
        context = {"face": _face(request), "words": words or "", "mistakes": mistakes}
    context["more"] = "more" in request.GET and said is not None
    return _draw(request, "portal/feedback.html", seen, of_child, context)


@require_http_methods(_METHODS)
def by_child(request: HttpRequest, pk: UUID, place: UUID) -> HttpResponse:
    """The child says how it was with one press on a face; then a star, and the way back for the grown-up."""
    seen, of_child = _own(request, pk, place)
    if request.method == "POST" and not _give(request, seen, of_child, words=None, by_child=True):
        return keep_private(HttpResponseRedirect(f"{request.path}?thanks"))
    said = of_child.childs_word
    thanks = "thanks" in request.GET and said is not None
    context: dict[str, Any] = {"face": said and said.face, "face_name": said and said.face_name, "thanks": thanks}
    return _draw(request, "portal/feedback_child.html", seen, of_child, context)


@require_http_methods(_METHODS)
def not_now(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Wave the question away: the home page does not ask about this session again."""
    seen = _found(request, Q(way=pk))
    if request.method == "POST":
        feedback.decline(seen.invitation.pk, by=signed_in(request), now=timezone.now())
    return keep_private(HttpResponseRedirect(reverse("portal")))


def _own(request: HttpRequest, pk: UUID, place: UUID) -> tuple[FamilySession, ChildPlace]:
    """The session and the child's place in it, with what was said so far; 404 when it cannot be said any more."""
    seen = _found(request, Q(way=pk, pk=place))
    of_child = seen.places[0]
    if not of_child.invites_feedback:
        raise Http404
    return seen, of_child


def _found(request: HttpRequest, which: Q) -> FamilySession:
    signed_in_guardian(request)
    found = gather(signed_in(request), which, timezone.now(), words=True)
    if not found:
        raise Http404
    return found[0]


def _give(
    request: HttpRequest, seen: FamilySession, of_child: ChildPlace, *, words: str | None, by_child: bool
) -> dict[str, list[str]]:
    """Keep it; returns what is wrong with it, by field."""
    try:
        feedback.give(
            of_child.booking.pk,
            face=_face(request),
            words=words,
            by_child=by_child,
            guardian=seen.invitation.guardian,
            by=signed_in(request),
            now=timezone.now(),
        )
    except feedback.FeedbackClosed as closed:
        raise Http404 from closed
    except ValidationError as mistake:
        return mistake.message_dict
    return {}


def _face(request: HttpRequest) -> int:
    said = request.POST.get("face", "")
    return int(said) if said in {str(face) for face in Feedback.Face.values} else 0


def _draw(
    request: HttpRequest, template: str, seen: FamilySession, of_child: ChildPlace, context: dict[str, Any]
) -> HttpResponse:
    whole = {"now": timezone.now(), "seen": seen, "place": of_child, "faces": FACES, **context}
    return draw(request, template, whole, None, status=422 if context.get("mistakes") else 200)
