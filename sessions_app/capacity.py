"""How many places a session has, and how many of them are free: the one count that everything asks.

A place is taken by a child who is invited or coming, and held by an offer that waits for its answer. Whoever
gives a place away asks under the lock of the session's row, so that no place is given twice.
"""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from sessions_app.models import Booking, PlaceOffer, Session


@dataclass(frozen=True)
class Places:
    """A session's places: `taken` by children, `offered` to children who wait."""

    capacity: int
    taken: int
    offered: int

    @property
    def held(self) -> int:
        """Places that nobody else can have now."""
        return self.taken + self.offered

    @property
    def free(self) -> int:
        """Places that can be given away; never less than none."""
        return max(self.capacity - self.held, 0)

    @property
    def said(self) -> str:
        """`3 places left`, `1 place left`, `No place left`."""
        return {0: "No place left", 1: "1 place left"}.get(self.free, f"{self.free} places left")


def places_of(session: Session) -> Places:
    """The session's places: from what `with_places` counted, else counted now (one query)."""
    if not hasattr(session, "places_taken"):
        counted: Any = with_places(Session.objects.filter(pk=session.pk)).get()
        return Places(session.capacity, counted.places_taken, counted.places_offered)
    return Places(session.capacity, session.places_taken, session.places_offered)  # type: ignore[attr-defined]


def with_places(sessions: QuerySet[Session]) -> QuerySet[Session]:
    """The sessions with their places counted, in the same query."""
    taken = Booking.objects.filter(session=OuterRef("pk")).holding_a_place().order_by().values("session")
    offered = PlaceOffer.objects.open().filter(booking__session=OuterRef("pk")).order_by().values("booking__session")
    return sessions.annotate(places_taken=_count(taken), places_offered=_count(offered))


def _count(grouped: QuerySet[Any, Any]) -> Coalesce:
    return Coalesce(Subquery(grouped.annotate(n=Count("pk")).values("n"), output_field=IntegerField()), 0)
