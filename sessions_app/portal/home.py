"""The portal's home: the next session first."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from sessions_app import invitations
from sessions_app.family_offers import offers_of, waiting_of
from sessions_app.family_sessions import by_week, page_state, sessions_of
from sessions_app.portal.drawing import draw
from whippersnappers.accounts.models import User
from whippersnappers.accounts.roles import Role


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The next session first, then all that is planned. Only for guardians; others find nothing here."""
    user = request.user
    if not isinstance(user, User) or not user.has_role(Role.GUARDIAN):
        raise Http404
    now = timezone.now()
    seen = sessions_of(user, now)
    planned = [s for s in seen if not s.is_cancelled]
    upcoming = planned[0] if planned else None
    way_in = invitations.way_in(upcoming.invitation, now) if upcoming else None
    facts = [(s.session.pk, s.session.state, s.session.revision, s.meeting and s.meeting.pk) for s in seen]
    offered, waiting = offers_of(user, now), waiting_of(user, now)
    context = {
        "now": now,
        "offered": offered,
        "waiting": waiting,
        "upcoming": upcoming,
        "way_in": way_in,
        "cancelled": [s for s in seen if s.is_cancelled],
        "weeks": by_week(planned[1:], now),
        "page_state": page_state(facts, way_in and way_in.state, [o.token for o in offered], waiting),
    }
    return draw(request, "portal/home.html", context, upcoming.meeting if upcoming else None)
