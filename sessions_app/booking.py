"""Children's places: inviting them, one or a whole group, and taking them out again."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from families.models import Child
from sessions_app import gate, notices, offers, waiting
from sessions_app.capacity import places_of
from sessions_app.models import Booking, Session
from whippersnappers.audit.trail import record


@dataclass(frozen=True)
class InviteResult:
    """Whom an invitation added, and who had a place already."""

    added: list[Child]
    already: list[Child]


def invite_children(session_id: Any, children: Iterable[Child], *, by: Any, now: datetime) -> InviteResult:
    """Give children a place, all of them or none; families of a confirmed session are invited at once.

    The session's row is locked, so that two people filling the last place get one place between them. A child
    who was offered a place gets the one that the offer held.
    Raises ValidationError when there are too few places, or the session is over.
    """
    with transaction.atomic():
        session = Session.objects.select_for_update().get(pk=session_id)
        waiting.refuse_if_closed(session, now)
        wanted = {child.pk: child for child in children}
        known = {b.child_id: b for b in session.bookings.select_for_update().filter(child__in=wanted)}
        already = [pk for pk, booking in known.items() if booking.state in Booking.HOLDING]
        added = [child for pk, child in wanted.items() if pk not in already]
        asked = [known[child.pk] for child in added if child.pk in known]
        offered = sum(offers.given_by_staff(booking, session, now) for booking in asked)
        _refuse_if_full(session, len(added), offered)
        for child in added:
            _give_place(session, child, known.get(child.pk), now)
        if added:
            ids = [str(child.pk) for child in added]
            record("session.children_invited", by=by, target=session, now=now, children=ids)
            if session.state == Session.State.CONFIRMED:
                notices.children_booked(session, added, now=now)
                gate.recheck(session.pk, by=by, now=now)
    return InviteResult(added=added, already=[wanted[pk] for pk in already])


def _refuse_if_full(session: Session, wanted: int, held: int) -> None:
    """`held`: how many of the wanted places were held by an offer until just now, and so are free for them."""
    free = places_of(session).free
    if wanted > free:
        left = {0: "no place is", 1: "one place is"}.get(free - held, f"{free - held} places are")
        message = (
            f"{left.capitalize()} left, but {wanted - held} more would be invited. Give the session more places first."
        )
        raise ValidationError({"child": message})


def _give_place(session: Session, child: Child, booking: Booking | None, now: datetime) -> None:
    if booking is None:
        Booking.objects.create(session=session, child=child, state=Booking.State.INVITED, changed_at=now)
        return
    booking.state, booking.changed_at = Booking.State.INVITED, now
    booking.save(update_fields=["state", "changed_at"])


def place_waiting(booking_id: Any, *, reason: str = "", by: Any, now: datetime) -> Booking:
    """Give a waiting child a place outright, as staff do while a session is a draft.

    Raises ValidationError when no place is free, the child does not wait, or others come first and no
    reason is given.
    """
    with transaction.atomic():
        booking = Booking.objects.select_related("child").get(pk=booking_id)
        session = Session.objects.select_for_update().get(pk=booking.session_id)
        if offers.passed_over(booking):
            waiting.move_up(booking.pk, reason=reason, by=by, now=now)
        invite_children(session.pk, [booking.child], by=by, now=now)
        booking.refresh_from_db()
    return booking


def withdraw(booking_id: Any, *, by: Any, now: datetime) -> Booking:
    """Take a child out of a session; guardians with no other child in it are told and lose their way in.

    The place goes to the next child on the waiting list. Withdrawing twice does nothing more. Raises
    ValidationError when the session is over.
    """
    with transaction.atomic():
        session_id = Booking.objects.values_list("session", flat=True).get(pk=booking_id)
        session = Session.objects.select_for_update().get(pk=session_id)
        booking = Booking.objects.select_for_update().select_related("child").get(pk=booking_id)
        if booking.state == Booking.State.WITHDRAWN:
            return booking
        if session.ends_at <= now:
            raise ValidationError("This session is over: its places stay as they were.")
        if booking.state == Booking.State.WAITING:
            return waiting.leave(booking.pk, by=by, now=now)
        booking.state, booking.changed_at = Booking.State.WITHDRAWN, now
        booking.save(update_fields=["state", "changed_at"])
        record("session.child_withdrawn", by=by, target=session, now=now, child=str(booking.child_id))
        if session.state == Session.State.CONFIRMED:
            notices.booking_withdrawn(session, booking.child, now=now)
            offers.offer_next(session.pk, by=by, now=now)
            gate.recheck(session.pk, by=by, now=now)
    return booking
