"""An answer about recording has changed: the gates of the sessions that hang on it are looked at at once (X1)."""

from datetime import datetime
from typing import Any

from families.consenting import when_answered
from families.models import Consent
from sessions_app import gate
from sessions_app.models import Booking, Session


@when_answered
def recheck_recorded_sessions(consent: Consent, by: Any, now: datetime) -> None:
    """A yes that is taken back re-opens the gate and tells coordinators; a yes may close it again."""
    held = Booking.objects.filter(child=consent.child_id).holding_a_place()
    ahead = Session.objects.filter(
        pk__in=held.values("session"), state=Session.State.CONFIRMED, ends_at__gt=now
    ).recorded()
    for session_id in list(ahead.order_by("pk").values_list("pk", flat=True)):
        gate.recheck(session_id, by=by, now=now)
