"""A session in short, as the home page and the lists show it."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.urls import reverse

from sessions_app.admin.mending import Mend, page_of, to_mend
from sessions_app.capacity import places_of
from sessions_app.models import Session, StaffAssignment
from sessions_app.moving import is_movable
from sessions_app.readiness import gate_facts

# The colour of a state's label; the word always stands beside it.
STATE_COLOUR = {
    Session.State.DRAFT: "warning",
    Session.State.CONFIRMED: "success",
    Session.State.LIVE: "primary",
    Session.State.DELIVERED: "",
    Session.State.CANCELLED: "danger",
}


@dataclass(frozen=True)
class SessionCard:
    """One session with what its line says."""

    session: Session
    url: str
    state: str
    colour: str
    # Whether it can still be mended and moved.
    is_open: bool
    reopened: bool
    staff: list[StaffAssignment]
    taken: int
    offered: int
    mends: list[Mend]

    @property
    def where(self) -> str:
        if self.session.is_remote:
            return "By Zoom"
        return self.session.place.name if self.session.place else "Place not chosen"

    @property
    def staff_names(self) -> str:
        return ", ".join(a.staff.first_name for a in self.staff) or "Nobody yet"


def cards(sessions: QuerySet[Session], now: datetime) -> list[SessionCard]:
    """The sessions as cards, by time; the same few queries however many they are."""
    return [card(session, now) for session in gate_facts(sessions.order_by("starts_at", "title"))]


def card(session: Session, now: datetime) -> SessionCard:
    """One session as a card. Its gate is looked at only while it can still be mended."""
    is_open = is_movable(session, now)
    mends = to_mend(session, now) if is_open else []
    reopened = session.state == Session.State.CONFIRMED and bool(mends)
    places = places_of(session)
    return SessionCard(
        session=session,
        url=page_of(session),
        state=f"{session.get_state_display()}, re-opened" if reopened else session.get_state_display(),
        colour="danger" if reopened else STATE_COLOUR[Session.State(session.state)],
        is_open=is_open,
        reopened=reopened,
        staff=[a for a in session.assignments.all() if a.withdrawn_at is None],
        taken=places.taken,
        offered=places.offered,
        mends=mends,
    )


def changelist_url() -> str:
    """The list of sessions."""
    return reverse("admin:sessions_app_session_changelist")
