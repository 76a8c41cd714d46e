"""Who is next for a place that becomes free: the children who wait, and whether one of them is asked by mail at once.

Plain queries and functions: what is offered, and under which lock, is decided in `offers.py`.
"""

from datetime import datetime

from django.db.models import Exists, OuterRef

from families.models import Guardianship
from sessions_app.models import Booking, PlaceOffer, Session
from sessions_app.models.bookings import BookingQuerySet
from sessions_app.offer_times import answer_by


def askable(bookings: BookingQuerySet) -> BookingQuerySet:
    """The waiting children who can be offered a place next, in their order.

    Each is asked once: who did not answer is not asked again unless staff move them up or offer again. A child
    whom nobody may be told of (a restriction) is left out.
    """
    asked = PlaceOffer.objects.filter(booking=OuterRef("pk"), offered_at__gte=OuterRef("changed_at"))
    return _may_be_told(bookings.waiting()).filter(~Exists(asked))


def hoping(bookings: BookingQuerySet) -> BookingQuerySet:
    """The waiting children for whom no place is held, in their order, whether they were asked before or not."""
    held = PlaceOffer.objects.open().filter(booking=OuterRef("pk"))
    return _may_be_told(bookings.waiting()).filter(~Exists(held))


def _may_be_told(bookings: BookingQuerySet) -> BookingQuerySet:
    return bookings.filter(Exists(Guardianship.objects.inviting().filter(child=OuterRef("child"))))


def knowing_who_waits(places: BookingQuerySet) -> BookingQuerySet:
    """Each place knows who would like it: `others_wait`, another child; `others_askable`, one that can be asked."""
    others = Booking.objects.filter(session=OuterRef("session")).exclude(child=OuterRef("child"))
    return places.annotate(others_wait=Exists(hoping(others)), others_askable=Exists(askable(others)))


def asks_next(place: Booking, session: Session, now: datetime) -> bool:
    """Whether giving up this place (of `knowing_who_waits`) has the next child asked at once.

    Near the start, or when all who wait were asked before, nobody is: staff ring them.
    """
    return bool(place.others_askable) and answer_by(now, session.starts_at) is not None  # type: ignore[attr-defined]
