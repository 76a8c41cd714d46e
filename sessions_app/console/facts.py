"""What the console knows of a session at one moment: gathered in a fixed number of queries, however many come."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Prefetch

from sessions_app.live import checklist
from sessions_app.live.missing import missing_to_begin
from sessions_app.live.register import PressedStay, Register, register
from sessions_app.models import Booking, ConsolePress, DeliveryCheck, Session, StaffAssignment
from sessions_app.staff_standing import STAFF_NEEDED, Standing, standings


@dataclass(frozen=True)
class StaffLine:
    """One member of staff of the session: cleared or not, how far with the checklist, and there or not."""

    standing: Standing
    check: DeliveryCheck | None
    stays: tuple[PressedStay, ...]

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
    def here(self) -> PressedStay | None:
        """Their stay that goes on."""
        return next((stay for stay in self.stays if stay.until is None), None)


@dataclass(frozen=True)
class ChildLine:
    """One child with a place, and when it came and went. Presses are named, so that one can be taken back."""

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
    """All that the live part of the page shows. `known_at` is the moment it is true of."""

    session: Session
    staff: tuple[StaffLine, ...]
    children: tuple[ChildLine, ...]
    pressed: Register
    clocks_off: tuple[tuple[str, timedelta], ...]
    known_at: datetime

    @property
    def present(self) -> list[StaffLine]:
        """Assigned, cleared members of staff who are there (W5)."""
        return [line for line in self.staff if line.here and line.standing.can_deliver]

    @property
    def is_two(self) -> bool:
        return len(self.present) >= STAFF_NEEDED

    @property
    def missing(self) -> list[str]:
        """What is missing before it can begin, in sentences."""
        there = {line.assignment.staff_id for line in self.staff if line.here}
        checks = [line.check for line in self.staff if line.check]
        return missing_to_begin([line.standing for line in self.staff], there, checks, self.known_at)

    @property
    def children_here(self) -> int:
        return sum(1 for line in self.children if line.here)

    @property
    def unchecked(self) -> list[StaffLine]:
        """Whose checklist is not complete (W4)."""
        return [line for line in self.staff if line.left_open]


def gather(session: Session, now: datetime) -> Facts:
    """The facts of one session at `now`."""
    found = Session.objects.filter(pk=session.pk).select_related("place").prefetch_related(*_parts()).get()
    presses = list(found.presses.all())
    pressed, checks = register(presses), checklist.latest(found.checks.all())
    staff = [
        StaffLine(one, checks.get(one.assignment.staff_id), tuple(pressed.of_staff(one.assignment.staff_id)))
        for one in standings(found)
    ]
    children = [
        ChildLine(booking, tuple(pressed.of_child(booking.pk)), _last(presses, booking)) for booking in _expected(found)
    ]
    return Facts(found, tuple(staff), tuple(children), pressed, _clocks_off(presses), now)


def _parts() -> Sequence[Any]:
    people = StaffAssignment.objects.select_related("staff__user")
    places = Booking.objects.select_related("child").order_by("child__known_as", "child__last_name")
    presses = ConsolePress.objects.select_related("staff")
    return [
        Prefetch("assignments", people),
        "checks",
        Prefetch("presses", presses),
        Prefetch("bookings", places),
    ]


def _expected(session: Session) -> list[Booking]:
    """Who may come: those with a place, and those who said that they do not, for some come all the same."""
    return [booking for booking in session.bookings.all() if booking.state in (*Booking.HOLDING, "not_coming")]


def _last(presses: Sequence[ConsolePress], booking: Booking) -> ConsolePress | None:
    undone = {press.undoes for press in presses}
    mine = [press for press in presses if press.booking_id == booking.pk and press.pk not in undone]
    return max(mine, key=lambda press: press.at, default=None)


def _clocks_off(presses: Sequence[ConsolePress]) -> tuple[tuple[str, timedelta], ...]:
    """Whose device has a clock that was off when it last sent, and by how much it was behind."""
    last = {press.staff.first_name: press.clock_off_by for press in sorted(presses, key=lambda one: one.received_at)}
    return tuple((name, off) for name, off in last.items() if off)
