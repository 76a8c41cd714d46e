"""What one guardian may know of their sessions, gathered for the portal.

The number of queries is the same for one session and for sixty.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from django.db.models import Prefetch, QuerySet

from sessions_app.invitations import current_meeting, join_token, opening_hours
from sessions_app.models import Booking, Invitation, Meeting, Session, StaffAssignment
from whippersnappers import dates
from whippersnappers.accounts.models import User


@dataclass(frozen=True)
class FamilySession:
    """One session as one guardian sees it: own children's names only, staff by first name (W2, W8)."""

    session: Session
    invitation: Invitation
    children: tuple[str, ...]
    staff: tuple[str, ...]
    meeting: Meeting | None

    @property
    def is_cancelled(self) -> bool:
        return self.session.state == Session.State.CANCELLED

    @property
    def token(self) -> str:
        return join_token(self.invitation)

    @property
    def opens_at(self) -> datetime:
        return opening_hours(self.session)[0]


@dataclass(frozen=True)
class Week:
    """The sessions of one week, Monday to Sunday on London's clock."""

    title: str
    sessions: tuple[FamilySession, ...]


def sessions_of(user: User, now: datetime) -> list[FamilySession]:
    """The guardian's sessions that are not over at `now`, earliest first; cancelled ones among them."""
    found = (
        Session.objects.for_guardian(user, now)
        .select_related("place")
        .prefetch_related(
            "steps",
            "items",
            "meetings",
            Prefetch("assignments", _present_staff(), to_attr="present_staff"),
            Prefetch("bookings", Booking.objects.for_guardian(user).select_related("child"), to_attr="own_bookings"),
            Prefetch("invitations", Invitation.objects.for_guardian(user), to_attr="own_invitations"),
        )
        .order_by("starts_at", "title")
    )
    return [_as_seen(session) for session in found]


def staff_of(session: Session) -> tuple[str, ...]:
    """First names of who will be there, the one who leads first."""
    return tuple(a.staff.first_name for a in _present_staff().filter(session=session))


def _present_staff() -> QuerySet[StaffAssignment]:
    return StaffAssignment.objects.filter(withdrawn_at=None).select_related("staff")


def _as_seen(session: Session) -> FamilySession:
    invitation = session.own_invitations[0]  # type: ignore[attr-defined]
    invitation.session = session
    bookings = session.own_bookings  # type: ignore[attr-defined]
    return FamilySession(
        session=session,
        invitation=invitation,
        children=tuple(sorted(booking.child.known_as for booking in bookings)),
        staff=tuple(assignment.staff.first_name for assignment in session.present_staff),  # type: ignore[attr-defined]
        meeting=current_meeting(session) if session.is_remote else None,
    )


def by_week(sessions: Iterable[FamilySession], now: datetime) -> list[Week]:
    """The sessions in weeks: "This week", "Next week", then "Week of Monday 7 December"."""
    weeks = groupby(sessions, key=lambda seen: dates.week_of(seen.session.starts_at))
    return [Week(_week_title(monday, now), tuple(seen)) for monday, seen in weeks]


def _week_title(monday: datetime, now: datetime) -> str:
    this_week = dates.week_of(now)
    # A day in the middle of next week, so that a change of the clocks does not move it out.
    if monday <= this_week:
        return "This week"
    if monday == dates.week_of(this_week + timedelta(days=10)):
        return "Next week"
    return f"Week of {dates.day(monday, now=now)}"


def page_state(*facts: object) -> str:
    """A short mark of what a page shows, by which a waiting page notices that it would look different."""
    return hashlib.sha256("|".join(map(str, facts)).encode()).hexdigest()[:16]
