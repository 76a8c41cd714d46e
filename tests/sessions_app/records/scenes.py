"""A 1:1 session that is over, the two people who delivered it, and its record."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from families.models import Child
from sessions_app.models import Session, SessionRecord, SessionStep, StaffAssignment, StaffProfile
from sessions_app.records import opening, signing, writing
from tests.factories import (
    BookingFactory,
    SessionFactory,
    StaffAssignmentFactory,
    StaffProfileFactory,
    UserFactory,
    household,
    london,
)

ENDED = london("2026-11-20 16:45")
SOON = ENDED + timedelta(hours=1)
WORDS = {
    "came": "yes",
    "steps": [("Hello song", "done"), ("Drums", "partly")],
    "what_was_done": "We drummed with spoons.",
    "response": "Laughed at every echo.",
    "next_time": "Bring the big pan.",
}


@dataclass(frozen=True)
class Scene:
    """`lead` writes, `second` countersigns."""

    session: Session
    child: Child
    lead: StaffProfile
    second: StaffProfile
    record: SessionRecord

    def written(self, **changes: Any) -> SessionRecord:
        """A draft with all that must be said."""
        return writing.save_draft(self.record.pk, WORDS | changes, by=self.lead.user, now=SOON)

    def signed(self, now: datetime = SOON, **changes: Any) -> SessionRecord:
        self.written(**changes)
        return writing.sign(self.record.pk, by=self.lead.user, now=now)

    def complete(self, now: datetime = SOON, **changes: Any) -> SessionRecord:
        self.signed(now, **changes)
        return signing.countersign(self.record.pk, by=self.second.user, now=now)


def over(ended: datetime = ENDED, *, child: Child | None = None, **fields: Any) -> Session:
    """A session of 45 minutes that is over, with two steps and one child, of two people."""
    facts: dict[str, Any] = {"kind": Session.Kind.ONE_TO_ONE, "title": "Drums and songs", "capacity": 1}
    session = SessionFactory(
        starts_at=ended - timedelta(minutes=45),
        ends_at=ended,
        state=Session.State.CONFIRMED,
        confirmed_at=ended - timedelta(days=5),
        **facts | fields,
    )
    for position, title in enumerate(("Hello song", "Drums"), start=1):
        SessionStep.objects.create(session=session, position=position, title=title)
    BookingFactory(session=session, child=child or household()[1][0], state="coming")
    return session


def scene(ended: datetime = ENDED, *, lead: StaffProfile | None = None, **fields: Any) -> Scene:
    """All of it, with a record that waits to be written."""
    session = over(ended, **fields)
    lead = lead or StaffProfileFactory(user=UserFactory(name="Maya Lind"))
    second = StaffProfileFactory(user=UserFactory(name="Tom Brennan"))
    StaffAssignmentFactory(session=session, staff=second)
    StaffAssignmentFactory(session=session, staff=lead, role=StaffAssignment.Role.LEAD)
    child = session.bookings.get().child
    record = opening.begin(session.pk, child.pk, by=lead.user, now=ended)
    return Scene(session, child, lead, second, record)
