"""Looking at the gate again: a confirmed session that gets a blocker is re-opened, and staff are told."""

from datetime import datetime
from typing import Any

from django.db import transaction

from sessions_app import notices
from sessions_app.models import Session
from sessions_app.readiness import blockers
from whippersnappers.audit.trail import record


def recheck(session_id: Any, *, by: Any, now: datetime) -> bool:
    """Compare a confirmed session with its gate; True when the gate stands open now.

    Opening it tells every coordinator by mail, once; mending the last blocker closes it again. Sessions
    that are over, or were never confirmed, are left alone.
    """
    with transaction.atomic():
        session = Session.objects.select_for_update().get(pk=session_id)
        if session.state != Session.State.CONFIRMED or session.ends_at <= now:
            return False
        found = blockers(session, now)
        was_open = session.gate_reopened_at is not None
        if bool(found) != was_open:
            session.gate_reopened_at = now if found else None
            session.save(update_fields=["gate_reopened_at"])
            event = "session.gate_reopened" if found else "session.gate_closed"
            record(event, by=by, target=session, now=now, blockers=[b.code for b in found])
            if found:
                notices.gate_reopened(session, found, now=now)
        return bool(found)


def recheck_all(now: datetime) -> int:
    """Look at every confirmed session that is not over; returns how many gates stand open.

    Clearance lapses by the calendar, without anybody changing anything, so this runs by the clock.
    """
    ahead = Session.objects.filter(state=Session.State.CONFIRMED, ends_at__gt=now).values_list("pk", flat=True)
    return sum(recheck(pk, by="system:readiness", now=now) for pk in list(ahead))
