"""Full sessions with children who wait, made by the real services."""

from datetime import datetime, timedelta
from typing import Any

from families.models import Child
from sessions_app import confirming, waiting
from sessions_app.models import Booking, PlaceOffer, Session
from tests.factories import BookingFactory, household, london, ready_session
from whippersnappers.accounts.models import User

NOW = london("2026-11-16 10:00")
START = london("2026-11-24 16:00")


def full_session(
    coordinator: User, *, waiters: int = 2, capacity: int = 1, now: datetime = NOW, **fields: Any
) -> tuple[Session, list[Child]]:
    """A confirmed session whose every place is taken, and children of one family each on its waiting list."""
    start = fields.pop("starts_at", START)
    fields = {"ends_at": start + timedelta(minutes=45), **fields}
    inside = [household()[1][0] for _ in range(capacity)]
    session = confirming.confirm(
        ready_session(starts_at=start, capacity=capacity, children=inside, **fields).pk, by=coordinator, now=now
    )
    waiters_ = [household()[1][0] for _ in range(waiters)]
    waiting.join_waiting_list(session.pk, waiters_, by=coordinator, now=now)
    return session, waiters_


def a_place(session: Session) -> Booking:
    """One of the places that are taken."""
    return session.bookings.all().holding_a_place()[0]


def booking_of(session: Session, child: Child) -> Booking:
    return Booking.objects.get(session=session, child=child)


def offers_of(session: Session, state: str = "") -> list[PlaceOffer]:
    """The session's offers, oldest first."""
    found = (
        PlaceOffer.objects.filter(booking__session=session)
        .select_related("booking")
        .order_by("offered_at", "booking__created_at")
    )
    return list(found.filter(state=state) if state else found)


def asked(session: Session, state: str = "open") -> list[Any]:
    """The ids of the children with an offer in this state."""
    return [offer.booking.child_id for offer in offers_of(session, state)]


def wait_in_line(session: Session, *, since: datetime, child: Child | None = None) -> Booking:
    """A child on the waiting list since a chosen time."""
    child = child or household()[1][0]
    return BookingFactory(session=session, child=child, state=Booking.State.WAITING, waiting_since=since)
