"""Children's places: inviting them, one or a whole group, and taking them out again."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from families.models import Child
from sessions_app import gate, notices
from sessions_app.models import Booking, Session
from whippersnappers.audit.trail import record


@dataclass(frozen=True)
class InviteResult:
    """Whom an invitation added, and who had a place already."""

    added: list[Child]
    already: list[Child]


def invite_children(session_id: Any, children: Iterable[Child], *, by: Any, now: datetime) -> InviteResult:
    """Give children a place, all of them or none; families of a confirmed session are invited at once.

    The session's row is locked, so that two people filling the last place get one place between them.
    Raises ValidationError when there are too few places, or the session is over.
    """
    with transaction.atomic():
        session = Session.objects.select_for_update().get(pk=session_id)
        _refuse_if_closed(session, now)
        wanted = {child.pk: child for child in children}
        known = {b.child_id: b for b in session.bookings.select_for_update().filter(child__in=wanted)}
        already = [
            pk for pk, booking in known.items() if booking.state in (Booking.State.INVITED, Booking.State.COMING)
        ]
        added = [child for pk, child in wanted.items() if pk not in already]
        _refuse_if_full(session, len(added))
        for child in added:
            _give_place(session, child, known.get(child.pk), now)
        if added:
            ids = [str(child.pk) for child in added]
            record("session.children_invited", by=by, target=session, now=now, children=ids)
            if session.state == Session.State.CONFIRMED:
                notices.children_booked(session, added, now=now)
                gate.recheck(session.pk, by=by, now=now)
    return InviteResult(added=added, already=[wanted[pk] for pk in already])


def _refuse_if_closed(session: Session, now: datetime) -> None:
    if session.state not in (Session.State.DRAFT, Session.State.CONFIRMED):
        state = session.get_state_display().lower()
        raise ValidationError(f"This session is {state}: nobody can be invited any more.")
    if session.ends_at <= now:
        raise ValidationError("This session is over: nobody can be invited any more.")


def _refuse_if_full(session: Session, wanted: int) -> None:
    free = session.capacity - session.bookings.all().holding_a_place().count()
    if wanted > free:
        left = {0: "no place is", 1: "one place is"}.get(max(free, 0), f"{free} places are")
        message = f"{left.capitalize()} left, but {wanted} more would be invited. Give the session more places first."
        raise ValidationError({"child": message})


def _give_place(session: Session, child: Child, booking: Booking | None, now: datetime) -> None:
    if booking is None:
        Booking.objects.create(session=session, child=child, state=Booking.State.INVITED, changed_at=now)
        return
    booking.state, booking.changed_at = Booking.State.INVITED, now
    booking.save(update_fields=["state", "changed_at"])


def withdraw(booking_id: Any, *, by: Any, now: datetime) -> Booking:
    """Take a child out of a session; guardians with no other child in it are told and lose their way in.

    Withdrawing twice does nothing more. Raises ValidationError when the session is over.
    """
    with transaction.atomic():
        session_id = Booking.objects.values_list("session", flat=True).get(pk=booking_id)
        session = Session.objects.select_for_update().get(pk=session_id)
        booking = Booking.objects.select_for_update().select_related("child").get(pk=booking_id)
        if booking.state == Booking.State.WITHDRAWN:
            return booking
        if session.ends_at <= now:
            raise ValidationError("This session is over: its places stay as they were.")
        booking.state, booking.changed_at = Booking.State.WITHDRAWN, now
        booking.save(update_fields=["state", "changed_at"])
        record("session.child_withdrawn", by=by, target=session, now=now, child=str(booking.child_id))
        if session.state == Session.State.CONFIRMED:
            notices.booking_withdrawn(session, booking.child, now=now)
            gate.recheck(session.pk, by=by, now=now)
    return booking
