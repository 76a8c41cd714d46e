"""Children who would be in two sessions at once: asked before anybody is invited, and said, never forbidden."""

from collections.abc import Iterable, Mapping
from typing import Any

from sessions_app.models import Booking, Session


def overlaps(sessions: Iterable[Session], children: Iterable[Any]) -> Mapping[tuple[Any, Any], list[Session]]:
    """Which of these children (ids) would be elsewhere during which of these sessions; one query.

    The keys are (session id, child id), the values the other sessions at that time: those in which the child
    holds a place, and others of the given sessions, since the children would be invited to all of them. A session
    that ends when another begins does not overlap it.
    """
    wanted = sorted({session.pk: session for session in sessions}.values(), key=lambda s: (s.starts_at, s.pk))
    ids = list(dict.fromkeys(children))
    if not wanted or not ids:
        return {}
    held = _held(wanted, ids)
    found: dict[tuple[Any, Any], list[Session]] = {}
    for session in wanted:
        together = [other for other in wanted if _overlap(session, other)]
        for child in ids:
            others = {other.pk: other for other in [*together, *held.get(child, [])] if _overlap(session, other)}
            if others:
                found[session.pk, child] = list(others.values())
    return found


def _held(wanted: list[Session], children: list[Any]) -> dict[Any, list[Session]]:
    """The sessions around that time in which each child holds a place."""
    first, last = min(s.starts_at for s in wanted), max(s.ends_at for s in wanted)
    bookings = Booking.objects.filter(child__in=children, session__starts_at__lt=last, session__ends_at__gt=first)
    bookings = bookings.holding_a_place().exclude(session__state=Session.State.CANCELLED)
    held: dict[Any, list[Session]] = {}
    for booking in bookings.select_related("session").order_by("session__starts_at"):
        held.setdefault(booking.child_id, []).append(booking.session)
    return held


def _overlap(one: Session, other: Session) -> bool:
    return one.pk != other.pk and one.starts_at < other.ends_at and other.starts_at < one.ends_at
