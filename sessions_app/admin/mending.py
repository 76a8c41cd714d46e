"""Each blocker of a session with the place where it is mended: a sentence, its clause, and a link."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from sessions_app.models import Session
from sessions_app.readiness import blockers
from whippersnappers.policy import Clause

# The part of the session's page that `Blocker.where` means.
_ANCHOR = {
    "staff": "assignments-group",
    "content": "steps-group",
    "props": "items-group",
    "bookings": "families",
    "text": "id_title",
    "place": "id_place",
    "time": "id_day",
    "host": "id_day",
}


@dataclass(frozen=True)
class Mend:
    """One thing that keeps a session from being confirmed, and where to put it right."""

    message: str
    clause: Clause
    url: str


def to_mend(session: Session, now: datetime) -> list[Mend]:
    """Every blocker of the session in the order of its form; empty when nothing is missing."""
    return [Mend(b.message, b.clause, place_to_mend(session, b.where)) for b in blockers(session, now)]


def place_to_mend(session: Session, where: str) -> str:
    """The address of the field that mends a blocker; a confirmed session's time has a page of its own."""
    if where in ("time", "host") and session.state == Session.State.CONFIRMED:
        return reverse("admin:sessions_app_session_reschedule", args=[session.pk])
    return f"{page_of(session)}#{_ANCHOR[where]}"


def page_of(session: Session) -> str:
    """The session's page."""
    return reverse("admin:sessions_app_session_change", args=[session.pk])
