"""What the console knows of a session at one moment: gathered in a fixed number of queries, however many come."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Prefetch

from sessions_app.console.door import Door, door_of
from sessions_app.console.recording import Panel, panel_of
from sessions_app.invitations import current_meeting
from sessions_app.live import checklist
from sessions_app.live.alert_kinds import URGENT, AlertKind
from sessions_app.live.missing import missing_to_begin
from sessions_app.live.presence import TwoMembers, stays, two_members
from sessions_app.live.register import PressedStay, Register, register
from sessions_app.models import (
    Booking,
    ConsolePress,
    DeliveryCheck,
    HostStart,
    Meeting,
    PolicyAlert,
    Presence,
    Session,
    StaffAssignment,
)
from sessions_app.staff_standing import Standing, standings

# The alerts about what goes on; those about papers afterwards are not for this page.
_ON_TOP = (*URGENT, AlertKind.STARTED_WITHOUT_CHECKLIST)


@dataclass(frozen=True)
class StaffLine:
    """One member of staff of the session: cleared or not, how far with the checklist, and there or not."""

    standing: Standing
    check: DeliveryCheck | None
    stays: tuple[Presence, ...]

    @property
    def assignment(self) -> StaffAssignment:
        return self.standing.assignment

    @property
    def name(self) -> str:
        return self.assignment.staff.first_name

    @property
    def left_open(self) -> list[str]:
        return checklist.left_open(self.check)

    @property
    def here(self) -> Presence | None:
        """Their stay in the session that goes on."""
        return next((stay for stay in self.stays if stay.until is None), None)


@dataclass(frozen=True)
class ChildLine:
    """One child with a place in a session in person, and when it came and went; its last press can be taken back."""

    booking: Booking
    stays: tuple[PressedStay, ...]
    last_press: ConsolePress | None

    @property
    def here(self) -> PressedStay | None:
        return next((stay for stay in self.stays if stay.until is None), None)

    @property
    def gone(self) -> PressedStay | None:
        """Their last stay, once it is over."""
        return self.stays[-1] if self.stays and not self.here else None


@dataclass(frozen=True)
class Facts:
    """All that the live part shows, true of `known_at`. Of the last ones a session has what its delivery brings."""

    session: Session
    staff: tuple[StaffLine, ...]
    two: TwoMembers
    alerts: tuple[PolicyAlert, ...]
    known_at: datetime
    pressed: Register
    children: tuple[ChildLine, ...] = ()
    clocks_off: tuple[tuple[str, timedelta], ...] = ()
    door: Door | None = None
    meeting: Meeting | None = None
    last_start: HostStart | None = None
    recording: Panel | None = None

    @property
    def present(self) -> list[StaffLine]:
        """Assigned, cleared members of staff who are there, known for certain (W5)."""
        counted = {staff.pk for staff in self.two.staff}
        return [line for line in self.staff if line.assignment.staff_id in counted]

    @property
    def is_over(self) -> bool:
        return self.session.state == Session.State.DELIVERED

    @property
    def missing(self) -> list[str]:
        """What is missing before it can begin, in sentences."""
        there = {line.assignment.staff_id for line in self.staff if line.here}
        checks = [line.check for line in self.staff if line.check]
        return missing_to_begin([line.standing for line in self.staff], there, checks, self.known_at)

    @property
    def children_here(self) -> int:
        return sum(1 for line in self.children if line.here)


def gather(session: Session, now: datetime) -> Facts:
    """The facts of one session at `now`."""
    found = Session.objects.filter(pk=session.pk).select_related("place").prefetch_related(*_parts(session)).get()
    presences = stays(found)
    facts: dict[str, Any] = {
        "session": found,
        "staff": _staff(found, presences),
        "two": two_members(found, now),
        "alerts": tuple(PolicyAlert.objects.unsettled().filter(session=found, kind__in=_ON_TOP)),
        "known_at": now,
    }
    return Facts(**facts, **(_by_zoom(found, presences, now) if found.is_remote else _in_person(found)))


def _parts(session: Session) -> Sequence[Any]:
    people = StaffAssignment.objects.select_related("staff__user")
    places = Booking.objects.select_related("child").order_by("child__known_as", "child__last_name")
    presses = ConsolePress.objects.select_related("staff")
    starts = HostStart.objects.select_related("staff")
    common = [Prefetch("assignments", people), "checks"]
    if session.is_remote:
        return [*common, "meetings", Prefetch("host_starts", starts)]
    return [*common, Prefetch("presses", presses), Prefetch("bookings", places)]


def _staff(session: Session, presences: Sequence[Presence]) -> tuple[StaffLine, ...]:
    checks = checklist.latest(session.checks.all())
    inside = [stay for stay in presences if stay.where == Presence.Where.MEETING]
    return tuple(
        StaffLine(one, checks.get(who), tuple(stay for stay in inside if stay.staff_id == who))
        for one in standings(session)
        for who in [one.assignment.staff_id]
    )


def _by_zoom(session: Session, presences: Sequence[Presence], now: datetime) -> dict[str, Any]:
    starts = list(session.host_starts.all())
    return {
        "pressed": register([]),
        "door": door_of(session, presences),
        "meeting": current_meeting(session),
        "last_start": starts[-1] if starts else None,
        "recording": panel_of(session, now),
    }


def _in_person(session: Session) -> dict[str, Any]:
    presses = list(session.presses.all())
    pressed = register(presses)
    children = [
        ChildLine(booking, tuple(pressed.of_child(booking.pk)), _last(presses, booking))
        for booking in session.bookings.all()
        # Some who said that they do not come, come all the same.
        if booking.state in (*Booking.HOLDING, Booking.State.NOT_COMING)
    ]
    return {"pressed": pressed, "children": tuple(children), "clocks_off": _clocks_off(presses)}


def _last(presses: Sequence[ConsolePress], booking: Booking) -> ConsolePress | None:
    undone = {press.undoes for press in presses}
    mine = [press for press in presses if press.booking_id == booking.pk and press.pk not in undone]
    return max(mine, key=lambda press: press.at, default=None)


def _clocks_off(presses: Sequence[ConsolePress]) -> tuple[tuple[str, timedelta], ...]:
    """Whose device has a clock that was off when it last sent, and by how much it was behind."""
    last = {press.staff.first_name: press.clock_off_by for press in sorted(presses, key=lambda one: one.received_at)}
    return tuple((name, off) for name, off in last.items() if off)
