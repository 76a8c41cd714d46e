"""The waiting list of a session: joining it, leaving it, and moving up with a reason."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from families.models import Child
from sessions_app import offers
from sessions_app.models import Booking, Session
from whippersnappers.audit.trail import record

_A_MOMENT = timedelta(microseconds=1)


def join_waiting_list(session_id: Any, children: Iterable[Child], *, by: Any, now: datetime) -> list[Child]:
    """Put children on the waiting list, in this order; returns those who were not on it and have no place.

    If a place of a confirmed session is free, it is offered at once. Raises ValidationError when the session
    is over or called off.
    """
    with transaction.atomic():
        session = Session.objects.select_for_update().get(pk=session_id)
        refuse_if_closed(session, now)
        wanted = {child.pk: child for child in children}
        known = {b.child_id: b for b in session.bookings.select_for_update().filter(child__in=wanted)}
        kept = (*Booking.HOLDING, Booking.State.WAITING)
        joining = [child for pk, child in wanted.items() if pk not in known or known[pk].state not in kept]
        for child in joining:
            _put(known.get(child.pk) or Booking(session=session, child=child), now)
        if joining:
            ids = [str(child.pk) for child in joining]
            record("session.children_waiting", by=by, target=session, now=now, children=ids)
            offers.offer_next(session.pk, by=by, now=now)
    return joining


def _put(booking: Booking, now: datetime) -> None:
    booking.state, booking.changed_at = Booking.State.WAITING, now
    booking.waiting_since, booking.queue_at, booking.moved_up_reason = now, now, ""
    booking.save()


def refuse_if_closed(session: Session, now: datetime) -> None:
    """Raise ValidationError when nobody can get a place in the session any more."""
    if session.state not in (Session.State.DRAFT, Session.State.CONFIRMED):
        state = session.get_state_display().lower()
        raise ValidationError(f"This session is {state}: nobody can be invited any more.")
    if session.ends_at <= now:
        raise ValidationError("This session is over: nobody can be invited any more.")


def leave(booking_id: Any, *, by: Any, now: datetime) -> Booking:
    """Take a child off the waiting list; an offer ends with that, and its place goes to the next.

    Doing it twice does nothing more. Raises ValidationError when the child has got a place meanwhile.
    """
    with transaction.atomic():
        session, booking = _locked(booking_id)
        if booking.state in (Booking.State.WITHDRAWN, Booking.State.NOT_COMING):
            return booking
        _refuse_unless_waiting(booking)
        offers.end_of(booking, session, by=by, now=now)
        booking.state, booking.changed_at = Booking.State.WITHDRAWN, now
        booking.save(update_fields=["state", "changed_at"])
        record("session.left_waiting_list", by=by, target=session, now=now, child=str(booking.child_id))
        offers.offer_next(session.pk, by=by, now=now)
    return booking


def move_up(booking_id: Any, *, reason: str, by: Any, now: datetime) -> Booking:
    """Put a child first on the waiting list, with the reason why it comes before those who waited longer.

    Raises ValidationError without a reason, when the child does not wait, or is first already.
    """
    reason = reason.strip()
    if not reason:
        raise ValidationError({"reason": "Say why this child comes before those who have waited longer."})
    with transaction.atomic():
        session, booking = _locked(booking_id)
        _refuse_unless_waiting(booking)
        first = session.bookings.all().waiting()[0]
        if first.pk == booking.pk:
            raise ValidationError(f"{booking.child} is first on the list already.")
        assert first.queue_at is not None
        assert booking.waiting_since is not None
        booking.queue_at = min(first.queue_at, booking.waiting_since) - _A_MOMENT
        booking.moved_up_reason, booking.changed_at = reason[:200], now
        booking.save(update_fields=["queue_at", "moved_up_reason", "changed_at"])
        record("session.moved_up", by=by, target=session, now=now, child=str(booking.child_id))
        offers.offer_next(session.pk, by=by, now=now)
    return booking


def _locked(booking_id: Any) -> tuple[Session, Booking]:
    session_id = Booking.objects.values_list("session", flat=True).get(pk=booking_id)
    session = Session.objects.select_for_update().get(pk=session_id)
    return session, Booking.objects.select_for_update(of=("self",)).select_related("child").get(pk=booking_id)


def _refuse_unless_waiting(booking: Booking) -> None:
    if booking.state != Booking.State.WAITING:
        raise ValidationError(f"{booking.child} is not on the waiting list any more.")
