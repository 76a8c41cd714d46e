"""What one guardian may know of places that are offered to their children, and of the waiting lists they are on.

The number of queries is the same for one and for sixty.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from families.models import Guardian, Guardianship
from sessions_app.models import Booking, PlaceOffer, Session
from sessions_app.offer_links import closes_at, place_token
from sessions_app.overlaps import overlaps
from whippersnappers.accounts.models import User

_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")


@dataclass(frozen=True)
class OfferedPlace:
    """An offer as one guardian sees it: the child's name, until when, and what else the child does then."""

    session: Session
    child: str
    until: datetime
    token: str
    elsewhere: tuple[str, ...]
    is_mine: bool
    booking_id: Any

    @property
    def pk(self) -> Any:
        return self.session.pk


@dataclass(frozen=True)
class WaitingPlace:
    """A child's place on a waiting list, in words: `third`."""

    session_id: Any
    title: str
    starts_at: datetime
    ends_at: datetime
    child: str
    place: str


def as_offered(offer: PlaceOffer, guardian: Guardian) -> OfferedPlace:
    """One offer, loaded with its booking, child and session."""
    return _as_offered([offer], guardian)[0]


def offers_of(user: User, now: datetime) -> list[OfferedPlace]:
    """The open offers that the guardian can answer at `now`, the most urgent first."""
    guardian = getattr(user, "guardian", None)
    if guardian is None:
        return []
    ours = PlaceOffer.objects.open().filter(
        booking__child__in=_children_of(user), booking__session__state=Session.State.CONFIRMED
    )
    found = ours.select_related("booking__session__place", "booking__child").order_by("answer_by")
    return _as_offered([offer for offer in found if closes_at(offer) > now], guardian)


def _as_offered(found: list[PlaceOffer], guardian: Guardian) -> list[OfferedPlace]:
    if not found:
        return []
    busy = overlaps([o.booking.session for o in found], [o.booking.child_id for o in found])
    return [
        OfferedPlace(
            session=offer.booking.session,
            child=offer.booking.child.known_as,
            until=closes_at(offer),
            token=place_token(offer.pk, guardian.pk),
            elsewhere=tuple(s.title for s in busy.get((offer.booking.session_id, offer.booking.child_id), [])),
            is_mine=offer.answered_by_id == guardian.pk,
            booking_id=offer.booking_id,
        )
        for offer in found
    ]


def waiting_of(user: User, now: datetime) -> list[WaitingPlace]:
    """Where the guardian's children stand on waiting lists of sessions that families know of."""
    offered = PlaceOffer.objects.open().values("booking")
    own = (
        Booking.objects.waiting()
        .filter(child__in=_children_of(user), session__state=Session.State.CONFIRMED, session__starts_at__gt=now)
        .exclude(pk__in=offered)
        .select_related("session", "child")
        .order_by("session__starts_at")
    )
    mine = list(own)
    places = _places({booking.session_id for booking in mine}) if mine else {}
    return [
        WaitingPlace(
            b.session_id, b.session.title, b.session.starts_at, b.session.ends_at, b.child.known_as, places[b.pk]
        )
        for b in mine
        if b.pk in places
    ]


def _places(sessions: Iterable[Any]) -> dict[Any, str]:
    """Every waiting booking of the sessions with its place in words; one query."""
    count: dict[Any, int] = defaultdict(int)
    said = {}
    for pk, session_id in Booking.objects.filter(session__in=sessions).waiting().values_list("pk", "session_id"):
        said[pk] = ordinal(count[session_id])
        count[session_id] += 1
    return said


def ordinal(ahead: int) -> str:
    """The place of somebody who has so many before them: `first`, `tenth`, `number 11`."""
    return _ORDINALS[ahead] if ahead < len(_ORDINALS) else f"number {ahead + 1}"


def _children_of(user: User) -> Any:
    return Guardianship.objects.inviting().filter(guardian__user=user).values("child")
