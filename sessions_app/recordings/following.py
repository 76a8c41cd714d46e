"""What follows for recordings when more is known of a session. Runs with its row locked, in a transaction."""

from datetime import datetime

from sessions_app.models import Session
from sessions_app.recordings import ordering, registering


def follow(session: Session, now: datetime) -> None:
    """Stop what must not be recorded, close the orders that Zoom has carried out, and keep the register."""
    if session.is_remote:
        ordering.follow(session, now)
        registering.register(session, now)
