"""Whether Zoom can tell the portal what happens in meetings, in plain words. Zoom itself cannot be asked for that."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from sessions_app.zoom.checkup import Finding, Level
from sessions_app.zoom.webhooks import EVENTS
from whippersnappers import dates
from whippersnappers.policy import Clause

# Zoom asks every 72 hours whether the address is ours; sessions are held more seldom than that.
_QUIET: Final = timedelta(days=14)
_ABOUT: Final = "webhook"


def check_webhook(*, address: str, secret: str, heard_at: datetime | None, now: datetime) -> Iterator[Finding]:
    """What is known of the webhook: `heard_at` is when Zoom last told something."""
    to_do = (
        f"In the app, Feature, Event Subscriptions: the secret token into ZOOM_WEBHOOK_SECRET, the address {address}, "
        f"Validate, and these events: {', '.join(EVENTS)}."
    )
    if not secret:
        words = f"ZOOM_WEBHOOK_SECRET is not set, so nobody can tell who is in a meeting (clause {Clause.W5.value})."
        yield Finding(Level.CHANGE, _ABOUT, words, to_do)
    elif heard_at is None:
        yield Finding(Level.NOTE, _ABOUT, "Zoom has told the portal nothing yet.", to_do)
    elif now - heard_at > _QUIET:
        day = dates.day(heard_at, now=now)
        yield Finding(Level.NOTE, _ABOUT, f"Zoom has told the portal nothing since {day}.", to_do)
    else:
        yield Finding(Level.FINE, _ABOUT, "Zoom tells the portal what happens in meetings.")
