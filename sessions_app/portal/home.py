"""The portal's home: the next session first, and once after a session the question how it was."""

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from families import agreeing
from families.portal.easy_read import take_over_wish
from families.portal.guards import signed_in_guardian
from sessions_app import feedback
from sessions_app.family_offers import offers_of, waiting_of
from sessions_app.family_sessions import by_week, gather, page_state, with_contents
from sessions_app.portal.drawing import FACES, draw, facts_of
from whippersnappers.accounts.access import signed_in

# The list is for seeing what comes; all of it is on the page of all sessions.
LISTED = 8


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The next session first, then what is planned. Only for guardians; others find nothing here."""
    guardian = signed_in_guardian(request)
    take_over_wish(request, guardian)
    user, now = signed_in(request), timezone.now()
    seen = gather(user, Q(session__ends_at__gt=now - feedback.OPEN_FOR), now)
    ahead = [s for s in seen if not s.is_over(now) and not s.is_only_waited_for]
    planned = [s for s in ahead if not s.is_cancelled]
    upcoming = next((s for s in planned if s.somebody_comes), None)
    rest = [s for s in planned if s is not upcoming]
    last = next((s for s in reversed(seen) if s.invites_feedback), None)
    way_in = upcoming.way_in(now) if upcoming else None
    # Where the way in says it already, once is enough.
    asks_to_sign = not (way_in and way_in.sign_path) and not agreeing.has_signed(guardian.pk)
    offered, waiting = offers_of(user, now), waiting_of(user, now)
    context = {
        "now": now,
        "asked": last if last and last.asks_for_feedback else None,
        "offered": offered,
        "waiting": waiting,
        "faces": FACES,
        "can_answer": upcoming is not None and upcoming.can_answer(now),
        "upcoming": with_contents(upcoming) if upcoming else None,
        "way_in": way_in,
        "asks_to_sign": asks_to_sign,
        "cancelled": [s for s in ahead if s.is_cancelled],
        "weeks": by_week(rest[:LISTED], now),
        "more": max(len(rest) - LISTED, 0),
        "page_state": page_state(
            *map(facts_of, ahead), way_in and way_in.state, [o.token for o in offered], waiting, asks_to_sign
        ),
    }
    return draw(request, "portal/home.html", context, upcoming.meeting if upcoming else None)
