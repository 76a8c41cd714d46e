"""All sessions of a guardian, what was and what comes, and one session with all that can be done about it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from families.portal.guards import signed_in_guardian
from families.portal.typed import keeps_what_is_typed
from sessions_app import answering, ready_list
from sessions_app.family_sessions import (
    FamilySession,
    by_week,
    children_of,
    gather,
    page_state,
    past_of,
    with_contents,
    with_offers,
)
from sessions_app.portal.answers import Typed, answer_from, reason_before, reason_form, say_what_follows
from sessions_app.portal.drawing import draw, facts_of, keep_private
from whippersnappers.accounts.access import signed_in

A_PAGE = 20


@require_safe
def sessions(request: HttpRequest) -> HttpResponse:
    """What comes, week by week, and what was, the latest first; of one child if the address says so."""
    signed_in_guardian(request)
    user, now = signed_in(request), timezone.now()
    children = children_of(user)
    chosen = next((child for child in children if str(child.pk) == request.GET.get("child")), None)
    of_child = Q(child=chosen.pk) if chosen else Q()
    coming = gather(user, Q(session__ends_at__gt=now) & of_child, now)
    page = Paginator(past_of(user, of_child, now), A_PAGE).get_page(request.GET.get("page"))
    past = gather(user, Q(session__in=list(page.object_list)) & of_child, now)
    context = {
        "now": now,
        "children": children,
        "chosen": chosen,
        "weeks": by_week([s for s in coming if not s.is_only_waited_for], now),
        "past": list(reversed(past)),
        "page": page,
    }
    return draw(request, "portal/sessions.html", context, None)


@keeps_what_is_typed
@require_safe
def session(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One session: what a family needs before it, and how it was after it."""
    seen = own_session(request, pk)
    return _page(request, seen, reason_before(request, [place.booking for place in seen.places]))


def own_session(request: HttpRequest, pk: UUID) -> FamilySession:
    """The session that the guardian was invited to by this invitation, for the children they may be told of; or 404."""
    signed_in_guardian(request)
    found = gather(signed_in(request), Q(way=pk), timezone.now(), words=True)
    if not found:
        raise Http404
    return found[0]


def _page(request: HttpRequest, seen: FamilySession, typed: Typed | None = None, status: int = 200) -> HttpResponse:
    now = timezone.now()
    seen = with_offers(seen, now)
    way_in = seen.way_in(now)
    context: dict[str, Any] = {
        "now": now,
        "seen": with_contents(seen),
        "way_in": way_in,
        "can_answer": seen.can_answer(now),
        "is_over": seen.is_over(now),
        "typed": typed,
        "reason_form": reason_form(seen, typed, now),
        "page_state": page_state(facts_of(seen), way_in.state),
    }
    return draw(request, "portal/session.html", context, seen.meeting, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Coming, or not coming, for one child; back to where it was said, or to where the reason can be given."""
    seen = own_session(request, pk)
    if request.method != "POST":
        # They had to sign in again on the way here: the press is lost, the way is not.
        return HttpResponseRedirect(page_of(seen))
    user = signed_in(request)
    typed = answer_from(request, [place.booking for place in seen.places])
    try:
        booking = answering.say(
            typed.place.pk,
            coming=typed.coming,
            reason=typed.reason,
            sure=typed.sure,
            guardian=seen.invitation.guardian,
            by=user,
            now=timezone.now(),
        )
    except answering.AnswerClosed as closed:
        messages.warning(request, closed.messages[0])
    except ValidationError as mistake:
        return _page(request, own_session(request, pk), typed.with_mistake(mistake), status=422)
    else:
        say_what_follows(request, booking)
    home = request.POST.get("from") == "home" and typed.coming
    return keep_private(HttpResponseRedirect(reverse("portal") if home else f"{page_of(seen)}#answer"))


@require_http_methods(["GET", "HEAD", "POST"])
def ready(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Tick one thing off, or put it back. A script asks quietly; a form goes back to the list."""
    seen = own_session(request, pk)
    if request.method != "POST":
        return HttpResponseRedirect(page_of(seen))
    ready_list.tick(seen.invitation.pk, request.POST.get("item", ""), ready=request.POST.get("ready") == "yes")
    if request.headers.get("X-Quietly"):
        return keep_private(HttpResponse(status=204))
    back = reverse("portal") if request.POST.get("from") == "home" else page_of(seen)
    return keep_private(HttpResponseRedirect(f"{back}#what-to-bring"))


def page_of(seen: FamilySession) -> str:
    """The address of the session's page."""
    return reverse("portal_session", args=[seen.invitation.pk])
