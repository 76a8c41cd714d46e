"""Looking at the sessions that go on: after everything that Zoom told, and every ten seconds besides."""

from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Q

from sessions_app.live import beginning, following
from sessions_app.models import MeetingRun, Presence, Session

# A run that nothing ended is not looked at for ever: a meeting lasts thirty hours at most.
_LONGEST: Final = timedelta(hours=30)


def follow_and_look(meeting_id: Any, now: datetime) -> None:
    """Follow what Zoom told about a meeting, and look at its session."""
    session = following.follow(meeting_id, now)
    if session is not None:
        look(session, now)


def watch_running(now: datetime) -> None:
    """Bring the sessions that go on up to date with the time, and look at each."""
    for session_id in running(now):
        with transaction.atomic():
            session = Session.objects.select_for_update().get(pk=session_id)
            beginning.follow_runs(session, now=now)
        look(session, now)


def running(now: datetime) -> list[Any]:
    """The sessions that are live, or whose meeting goes on whatever their state."""
    lately = now - _LONGEST
    open_runs = MeetingRun.objects.filter(ended_at=None, started_at__gt=lately).values("session")
    there = Presence.objects.filter(until=None, since__gt=lately).values("session")
    going_on = Q(state=Session.State.LIVE) | Q(pk__in=open_runs) | Q(pk__in=there)
    return list(Session.objects.filter(going_on).order_by("starts_at").values_list("pk", flat=True))


def look(session: Session, now: datetime) -> None:
    """Hold the rules against what is known of a session."""
