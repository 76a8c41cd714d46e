"""The way into a session, by the link of a mail: it names the guardian and the session, as signing in would (F7)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from families.portal.frame import Frame
from families.portal.typed import keeps_what_is_typed
from sessions_app import answering, invitations
from sessions_app.family_sessions import ChildPlace, FamilySession, page_state, people_of, with_offers
from sessions_app.invitations import WayIn, WayInState
from sessions_app.models import Invitation, JoinUse, Meeting
from sessions_app.next_in_line import asks_next
from sessions_app.portal.answers import Typed, answer_from, reason_before, reason_form, say_what_follows
from sessions_app.portal.drawing import draw, facts_of, keep_private
from sessions_app.portal.link_owners import by_link
from sessions_app.reach import places_to_answer

# Sent by the script of a page that is left open and looks for news: not a use of the link.
_WATCHING = "X-Watching"


@dataclass(frozen=True)
class _Door:
    """A genuine link with what it opens at this moment."""

    token: str
    invitation: Invitation
    way_in: WayIn
    meeting: Meeting | None

    @property
    def page(self) -> str:
        return reverse("join", args=[self.token])

    @property
    def has_force(self) -> bool:
        return self.way_in.state != WayInState.WITHDRAWN


def _door(token: str, invitation: Invitation, now: datetime) -> _Door:
    way_in = invitations.way_in(invitation, now)
    # No Meeting ID either while it is kept back: that is a way in for who types it.
    has_meeting = invitation.session.is_remote and not way_in.is_kept_back
    meeting = invitations.current_meeting(invitation.session) if has_meeting else None
    return _Door(token, invitation, way_in, meeting)


@by_link(invitations.find)
@require_http_methods(["GET", "HEAD", "POST"])
@keeps_what_is_typed
def join(request: HttpRequest, invitation: Invitation, token: str) -> HttpResponse:
    """A guardian's way into one session. Works without signing in; only pressing the button joins."""
    now = timezone.now()
    door = _door(token, invitation, now)
    if request.method == "POST":
        return _go(door, now)
    if request.method == "GET" and _WATCHING not in request.headers:
        invitations.log_use(door.invitation, _outcome(door.way_in, JoinUse.Outcome.OPENED), now)
    return _page(request, door, now)


def _go(door: _Door, now: datetime) -> HttpResponseRedirect:
    """On to Zoom when the way is open at this moment, else back to the page, which says why not."""
    joining = door.way_in.is_open and door.meeting is not None
    outcome = JoinUse.Outcome.JOINED if joining else _outcome(door.way_in, JoinUse.Outcome.OPENED)
    invitations.log_use(door.invitation, outcome, now)
    target = door.meeting.join_url if joining and door.meeting is not None else door.page
    response = HttpResponseRedirect(target)
    # Zoom does not learn the address of this page, which is a key to it.
    response["Referrer-Policy"] = "no-referrer"
    return keep_private(response)


def _outcome(way_in: WayIn, if_open: JoinUse.Outcome) -> JoinUse.Outcome:
    return if_open if way_in.state == WayInState.OPEN else JoinUse.Outcome(way_in.state.value)


@by_link(invitations.find)
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, invitation: Invitation, token: str) -> HttpResponse:
    """Coming, or not coming, from the mail. A reason that was typed is never shown again here: links get shared."""
    now = timezone.now()
    door = _door(token, invitation, now)
    if not door.has_force or request.method != "POST":
        return keep_private(HttpResponseRedirect(door.page))
    typed = answer_from(request, places_to_answer(invitation.session_id, invitation.guardian_id))
    try:
        booking = answering.say(
            typed.place.pk,
            coming=typed.coming,
            reason=typed.reason,
            sure=typed.sure,
            guardian=invitation.guardian,
            by=invitation.guardian.user or answering.BY_LINK,
            now=now,
        )
    except answering.AnswerClosed as closed:
        messages.warning(request, closed.messages[0])
    except ValidationError as mistake:
        return _page(request, door, now, typed.with_mistake(mistake))
    else:
        say_what_follows(request, booking)
    return keep_private(HttpResponseRedirect(f"{door.page}#answer"))


def _page(request: HttpRequest, door: _Door, now: datetime, typed: Typed | None = None) -> HttpResponse:
    """What the link shows now; one without force shows nothing of the session."""
    context: dict[str, Any] = {"now": now, "token": door.token, "way_in": door.way_in, "typed": typed}
    context["page_state"] = page_state(door.way_in.state)
    context["frame"] = Frame(request, reader=door.invitation.guardian)
    if door.has_force:
        session = door.invitation.session
        places = places_to_answer(session.pk, door.invitation.guardian_id)
        own = tuple(ChildPlace(place, asks_next=asks_next(place, session, now)) for place in places)
        seen = FamilySession(session, door.invitation, own, people_of(session), door.meeting)
        seen = with_offers(seen, now)
        context |= {"seen": seen, "session": session, "can_answer": seen.can_answer(now)}
        kept = typed or reason_before(request, places)
        context |= {"typed": kept, "reason_form": reason_form(seen, kept, now)}
        context["page_state"] = page_state(facts_of(seen), door.way_in.state)
    return draw(request, f"portal/join_{door.way_in.state}.html", context, door.meeting, status=422 if typed else 200)
