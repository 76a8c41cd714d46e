"""Free places close to the start, and the children who wait for them: a mail would come too late, so staff ring."""

from datetime import datetime

from django.db.models import BooleanField, ExpressionWrapper, F, OuterRef, Q, QuerySet, Subquery

from families.models import Guardianship
from sessions_app.capacity import places_of, with_places
from sessions_app.models import Booking, Session
from sessions_app.next_in_line import hoping
from sessions_app.offer_times import answer_by, first_start_offered

# From a row of `sessions_to_fill` to the child who is next for its place, and to whom to ring about it.
NEXT_CHILD = "bookings__child"
TO_RING = f"{NEXT_CHILD}__guardianships__guardian"


def is_to_fill(session: Session, now: datetime) -> bool:
    """Whether the session has a place that can be filled by phone alone: one is free, and no mail asks any more."""
    ahead = session.state == Session.State.CONFIRMED and session.starts_at > now
    return ahead and answer_by(now, session.starts_at) is None and places_of(session).free > 0


def sessions_to_fill(now: datetime) -> QuerySet[Session]:
    """The sessions for which `is_to_fill` holds and somebody waits: a row has the next child and one person to ring.

    That person may be told of the child, and has a number if anybody does; parental responsibility comes first.
    """
    near = Session.objects.filter(
        state=Session.State.CONFIRMED, starts_at__gt=now, starts_at__lt=first_start_offered(now)
    )
    with_room = with_places(near).filter(capacity__gt=F("places_taken") + F("places_offered"))
    next_place = hoping(Booking.objects.filter(session=OuterRef("pk"))).values("pk")[:1]
    # One call, so that both conditions and the paths of this module mean the same rows.
    return with_room.filter(
        bookings=Subquery(next_place), bookings__child__guardianships=Subquery(_first_to_ring().values("pk")[:1])
    )


def _first_to_ring() -> QuerySet[Guardianship]:
    without_number = ExpressionWrapper(Q(guardian__phone=""), output_field=BooleanField())
    standing = Guardianship.objects.inviting().filter(child=OuterRef(NEXT_CHILD))
    return standing.order_by(without_number, "-parental_responsibility", "guardian__last_name", "guardian__first_name")
