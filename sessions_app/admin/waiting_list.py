"""The waiting list as a session's page shows it: the order, fair shares, offers, and what can be done for each."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db.models import Prefetch

from sessions_app.capacity import places_of
from sessions_app.fair_shares import Share, Stretch, shares_of, stretch_of
from sessions_app.filling_by_phone import is_to_fill
from sessions_app.models import Booking, PlaceOffer, Session
from sessions_app.offer_links import closes_at
from sessions_app.reach import ToReach, reach_of_children
from whippersnappers import dates


@dataclass(frozen=True)
class WaitingLine:
    """One child on the list. `open_offer`: the offer that waits for an answer; `last_offer`: how it ended before."""

    number: int
    booking: Booking
    share: Share
    open_offer: PlaceOffer | None
    until: datetime | None
    last_offer: PlaceOffer | None
    # Whom to ring about a free place: only where no mail asks any more.
    to_ring: list[ToReach] = field(default_factory=list)

    @property
    def is_first(self) -> bool:
        return self.number == 1


@dataclass(frozen=True)
class WaitingList:
    """A session's list, with the stretch of time that fair shares are counted for.

    `by_phone`: a place is free so close to the start that families are rung about it.
    """

    lines: list[WaitingLine]
    stretch: Stretch | None
    may_offer: bool
    may_place: bool
    by_phone: bool


def waiting_list(session: Session, now: datetime) -> WaitingList:
    """The list in its order; three queries more when anybody waits, one more where they are rung, however many."""
    offers = Prefetch("offers", PlaceOffer.objects.order_by("-offered_at"), to_attr="past_offers")
    bookings = list(session.bookings.all().waiting().select_related("child").prefetch_related(offers))
    if not bookings:
        return WaitingList([], None, False, False, False)
    stretch = stretch_of(dates.local(session.starts_at).date())
    shares = shares_of([booking.child_id for booking in bookings], stretch)
    lines = [_line(n, b, session, shares.get(b.child_id, Share())) for n, b in enumerate(bookings, start=1)]
    has_room, by_phone = places_of(session).free > 0, is_to_fill(session, now)
    if by_phone:
        numbers = reach_of_children({line.booking.child_id: {line.booking.child_id} for line in lines})
        lines = [replace(line, to_ring=numbers[line.booking.child_id]) for line in lines]
    return WaitingList(
        lines,
        stretch,
        may_offer=has_room and session.state == Session.State.CONFIRMED and not by_phone,
        may_place=by_phone or (has_room and session.state == Session.State.DRAFT),
        by_phone=by_phone,
    )


def _line(number: int, booking: Any, session: Session, share: Share) -> WaitingLine:
    past: list[PlaceOffer] = booking.past_offers
    booking.session = session
    last = past[0] if past else None
    is_open = last is not None and last.state == PlaceOffer.State.OPEN
    if last is not None:
        last.booking = booking
    return WaitingLine(
        number=number,
        booking=booking,
        share=share,
        open_offer=last if is_open else None,
        until=closes_at(last) if last is not None and is_open else None,
        last_offer=None if is_open else last,
    )
