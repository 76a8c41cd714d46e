"""A member of staff may not sign in any more: their sessions need somebody else (W5)."""

from datetime import datetime
from typing import Any

from sessions_app import gate
from sessions_app.models import Session
from whippersnappers import dates
from whippersnappers.accounts.leaving import when_somebody_leaves
from whippersnappers.accounts.models import User


@when_somebody_leaves
def reopen_gates(person: User, by: Any, now: datetime) -> str:
    """Look at the gates of their confirmed sessions at once, which tells coordinators who could step in."""
    held = Session.objects.planned().filter(assignments__staff__user=person, assignments__holds=True, ends_at__gt=now)
    ahead = list(held.order_by("starts_at"))
    for session in ahead:
        if session.state == Session.State.CONFIRMED:
            gate.recheck(session.pk, by=by, now=now)
    if not ahead:
        return ""
    first = dates.when(ahead[0].starts_at, ahead[0].ends_at, now=now)
    sessions = "a session that is" if len(ahead) == 1 else f"{len(ahead)} sessions that are"
    return f"{person} is on {sessions} still to come, the first on {first}: coordinators are told."
