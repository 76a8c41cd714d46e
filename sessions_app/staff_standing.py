"""How each member of staff of a session stands: cleared on the day and not away, or what keeps them from it (W5)."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import DateTimeRangeField
from django.db.models import Exists, Func, OuterRef

from sessions_app.models import Absence, Session, StaffAssignment
from whippersnappers import dates

# The policy promises two members of staff present at every live session (W5).
STAFF_NEEDED = 2


@dataclass(frozen=True)
class Standing:
    """One person who is on a session. `gaps` says in plain words what their clearance lacks on the day."""

    assignment: StaffAssignment
    gaps: list[str]
    is_away: bool

    @property
    def can_deliver(self) -> bool:
        return not self.gaps and not self.is_away


def standings(session: Session) -> list[Standing]:
    """Everybody who is on the session and has not dropped out, in the order of their roles."""
    day = dates.local(session.starts_at).date()
    away = away_staff(session)
    present = [a for a in session.assignments.all() if a.withdrawn_at is None]
    return [Standing(a, a.staff.clearance_gaps(day), a.staff_id in away) for a in present]


def away_staff(session: Session) -> set[UUID]:
    """Who of the session's staff is away at its time. Lists ask for all at once (`away_of_each`), a session here."""
    known = getattr(session, "staff_away", None)
    if known is not None:
        return set(known)
    meeting = Absence.objects.meeting(session.starts_at, session.ends_at)
    on_it = session.assignments.filter(withdrawn_at=None)
    return set(meeting.filter(staff__in=on_it.values("staff")).values_list("staff", flat=True))


def away_of_each() -> Any:
    """For annotating sessions as `staff_away`."""
    period = Func(OuterRef("starts_at"), OuterRef("ends_at"), function="tstzrange", output_field=DateTimeRangeField())
    on_it = {"staff__assignments__session": OuterRef("pk"), "staff__assignments__withdrawn_at": None}
    return ArraySubquery(Absence.objects.filter(**on_it, period__overlap=period).values("staff"))


def away() -> Exists:
    """For annotating assignments: whether the person is away at the session's time."""
    return Exists(Absence.objects.filter(staff=OuterRef("staff"), period__overlap=OuterRef("period")))


@dataclass(frozen=True)
class FreePlace:
    """A place that somebody is needed for; `instead_of` is who has it but cannot come, if anybody."""

    role: str
    instead_of: StaffAssignment | None = None


def free_place(session: Session) -> FreePlace | None:
    """The place to fill first: that of somebody who cannot deliver, else one that nobody has. None: all are filled."""
    found = standings(session)
    for one in found:
        if not one.can_deliver:
            return FreePlace(one.assignment.role, one.assignment)
    if len(found) >= STAFF_NEEDED:
        return None
    led = any(one.assignment.role == StaffAssignment.Role.LEAD for one in found)
    return FreePlace(StaffAssignment.Role.SUPPORT if led else StaffAssignment.Role.LEAD)
