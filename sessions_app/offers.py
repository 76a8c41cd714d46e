"""Offers of places that became free: made in the order of the waiting list, answered, lapsed or taken back.

An open offer holds a place, but the family is not invited before it takes it. Everything here happens under the
lock of the session's row, so that a place is promised once. Offers are made only while the session is confirmed
and far enough ahead (`offer_times.py`); for a draft staff give places to children themselves.
"""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, F, OuterRef

from families.models import Guardian
from sessions_app import gate, notices, offer_notices
from sessions_app.capacity import places_of, with_places
from sessions_app.models import Booking, PlaceOffer, Session
from sessions_app.next_in_line import askable
from sessions_app.offer_links import closes_at
from sessions_app.offer_times import answer_by
from whippersnappers.audit.trail import record

CLOCK = "system:waiting-list"
# A guardian without a sign-in of their own answered by the link; the offer's row says which one.
BY_LINK = "system:offer-link"
_State = PlaceOffer.State


class OfferClosed(ValidationError):
    """The offer cannot be answered any more: `state` is how it ended, "lapsed" when its time is over."""

    def __init__(self, state: str) -> None:
        super().__init__(CLOSED[state])
        self.state = state


CLOSED: dict[str, str] = {
    _State.TAKEN: "This place has been taken already.",
    _State.DECLINED: "This offer has been answered already: they do not want the place.",
    _State.LAPSED: "The time to answer is over.",
    _State.TAKEN_BACK: "This offer was taken back.",
}


def offer_next(session_id: Any, *, by: Any, now: datetime) -> list[PlaceOffer]:
    """Offer every free place to the next child on the waiting list; returns the new offers.

    Call it in the transaction in which a place becomes free. Nothing happens for a draft, a session that is
    over, or one too near to wait for an answer.
    """
    with transaction.atomic():
        session = _locked_session(session_id)
        until = answer_by(now, session.starts_at)
        if session.state != Session.State.CONFIRMED or until is None:
            return []
        waiting = askable(session.bookings.all()).select_related("child")
        return [
            _offer(booking, session, until, reason="", by=by, now=now) for booking in waiting[: places_of(session).free]
        ]


def offer_to(booking_id: Any, *, reason: str = "", by: Any, now: datetime) -> PlaceOffer:
    """Offer a free place to this waiting child now, perhaps past others who have waited longer.

    Raises ValidationError when the child does not wait, no place is free, the session is too near or not
    confirmed, or others come first and no reason is given.
    """
    with transaction.atomic():
        session = _locked_session(Booking.objects.values_list("session", flat=True).get(pk=booking_id))
        booking = Booking.objects.select_for_update(of=("self",)).select_related("child").get(pk=booking_id)
        if present := PlaceOffer.objects.open().filter(booking=booking).first():
            return present
        if booking.state != Booking.State.WAITING:
            raise ValidationError(f"{booking.child} is not on the waiting list any more.")
        if session.state != Session.State.CONFIRMED:
            raise ValidationError("Places are offered once the session is confirmed.")
        until = answer_by(now, session.starts_at)
        if until is None:
            raise ValidationError("It is too late to offer a place: ring the family, then give the child the place.")
        if not places_of(session).free:
            raise ValidationError("No place is free: give the session more places first.")
        reason = reason.strip()
        if passed_over(booking) and not reason:
            raise ValidationError({"reason": "Others have waited longer: say why this child comes first."})
        return _offer(booking, session, until, reason=reason if passed_over(booking) else "", by=by, now=now)


def passed_over(booking: Booking) -> list[Booking]:
    """The children who would be asked before this one, in their order; all who are askable when it was asked before."""
    before = []
    others = Booking.objects.filter(session=booking.session_id)
    for waiting in askable(others).select_related("child"):
        if waiting.pk == booking.pk:
            break
        before.append(waiting)
    return before


def _offer(booking: Booking, session: Session, until: datetime, *, reason: str, by: Any, now: datetime) -> PlaceOffer:
    offer = PlaceOffer.objects.create(booking=booking, offered_at=now, answer_by=until, passed_over_reason=reason[:200])
    said = {"child": str(booking.child_id), "offer": str(offer.pk), "passed_over": bool(reason)}
    record("place.offered", by=by, target=session, now=now, **said)
    offer_notices.place_offered(offer, session, now=now)
    return offer


def take(offer_id: Any, *, guardian: Guardian | None = None, by: Any, now: datetime) -> PlaceOffer:
    """The family takes the place: the child is coming, and its guardians are invited like everybody else.

    `guardian` is who answered. Taking twice does nothing more. Raises OfferClosed when it is too late.
    """
    with transaction.atomic():
        session, offer = _locked(offer_id)
        if offer.state == _State.TAKEN:
            return offer
        _refuse_if_closed(offer, session, now)
        _settle(offer, _State.TAKEN, now, guardian)
        _move(offer.booking, Booking.State.COMING, now)
        record("place.taken", by=by, target=session, now=now, child=str(offer.booking.child_id), offer=str(offer.pk))
        offer_notices.answered(offer, session, "The place was taken.", now=now)
        notices.children_booked(session, [offer.booking.child], now=now)
        gate.recheck(session.pk, by=by, now=now)
    return offer


def decline(offer_id: Any, *, guardian: Guardian | None = None, by: Any, now: datetime) -> PlaceOffer:
    """The family does not want the place: it goes to the next at once, and the child leaves the list.

    The child's other guardians who had been asked are told that the offer is over, not who answered. Declining
    twice does nothing more. Raises OfferClosed when the offer ended otherwise.
    """
    with transaction.atomic():
        session, offer = _locked(offer_id)
        if offer.state == _State.DECLINED:
            return offer
        _refuse_if_closed(offer, session, now)
        _settle(offer, _State.DECLINED, now, guardian)
        _move(offer.booking, Booking.State.NOT_COMING, now)
        record("place.declined", by=by, target=session, now=now, child=str(offer.booking.child_id), offer=str(offer.pk))
        offer_notices.gone(offer, session, "They do not want the place.", now=now)
        offer_next(session.pk, by=by, now=now)
        gate.recheck(session.pk, by=by, now=now)
    return offer


def take_back(offer_id: Any, *, by: Any, now: datetime) -> PlaceOffer:
    """Take an open offer back; the child keeps waiting, and the place is offered to the next.

    Doing it twice does nothing more. Raises OfferClosed when the family has answered.
    """
    with transaction.atomic():
        session, offer = _locked(offer_id)
        if offer.state == _State.TAKEN_BACK:
            return offer
        if offer.state != _State.OPEN:
            raise OfferClosed(offer.state)
        _end(offer, session, by=by, now=now)
        offer_next(session.pk, by=by, now=now)
    return offer


def end_all(session: Session, *, by: Any, now: datetime) -> None:
    """The session is called off: nobody can take its places any more, and who was asked is told."""
    for offer in _open_of(session):
        _end(offer, session, by=by, now=now)


def end_of(booking: Booking, session: Session, *, by: Any, now: datetime) -> None:
    """The child leaves the waiting list: an open offer ends with that."""
    for offer in _open_of(session).filter(booking=booking):
        _end(offer, session, by=by, now=now)


def given_by_staff(booking: Booking, session: Session, now: datetime) -> bool:
    """Staff give the child a place outright: an open offer counts as taken; whether it held a place."""
    for offer in _open_of(session).filter(booking=booking):
        _settle(offer, _State.TAKEN, now, None)
        offer_notices.answered(offer, session, "The place was taken.", now=now)
        return True
    return False


def _end(offer: PlaceOffer, session: Session, *, by: Any, now: datetime) -> None:
    _settle(offer, _State.TAKEN_BACK, now, None)
    record("place.taken_back", by=by, target=session, now=now, child=str(offer.booking.child_id), offer=str(offer.pk))
    offer_notices.gone(offer, session, "The offer was taken back.", now=now)


def lapse_due(now: datetime) -> int:
    """End the offers whose time is over and offer their places, and any other free place, to the next.

    Runs by the clock; returns how many offers lapsed or were made. It may run twice at once or late: a session
    that somebody else is working on is left for the next run.
    """
    return sum(_lapse_and_offer(pk, now) for pk in _sessions_with_work(now))


def _sessions_with_work(now: datetime) -> list[Any]:
    """The sessions with an offer whose time is over, or with a free place and a child to offer it to; two queries."""
    still_open = PlaceOffer.objects.open().select_related("booking__session")
    due = {offer.booking.session_id for offer in still_open if closes_at(offer) <= now}
    ahead = Session.objects.filter(state=Session.State.CONFIRMED)
    waiting = askable(Booking.objects.filter(session=OuterRef("pk")))
    unoffered = with_places(ahead.filter(Exists(waiting), starts_at__gt=now)).filter(
        capacity__gt=F("places_taken") + F("places_offered")
    )
    return sorted(due | set(unoffered.values_list("pk", flat=True)))


def _lapse_and_offer(session_id: Any, now: datetime) -> int:
    with transaction.atomic():
        session = Session.objects.select_for_update(skip_locked=True).filter(pk=session_id).first()
        if session is None:
            return 0
        lapsed = [offer for offer in _open_of(session) if closes_at(offer) <= now]
        for offer in lapsed:
            _lapse(offer, session, now)
        offered = offer_next(session.pk, by=CLOCK, now=now)
        gate.recheck(session.pk, by=CLOCK, now=now)
        return len(lapsed) + len(offered)


def _lapse(offer: PlaceOffer, session: Session, now: datetime) -> None:
    """Nobody answered: the child goes to the end of the list."""
    _settle(offer, _State.LAPSED, now, None)
    Booking.objects.filter(pk=offer.booking_id).update(queue_at=now, moved_up_reason="")
    record("place.lapsed", by=CLOCK, target=session, now=now, child=str(offer.booking.child_id), offer=str(offer.pk))
    offer_notices.answered(offer, session, "Nobody answered in time.", now=now)


def _open_of(session: Session) -> Any:
    offers = PlaceOffer.objects.open().filter(booking__session=session).select_for_update(of=("self",))
    return offers.select_related("booking__child", "booking__session")


def _locked_session(session_id: Any) -> Session:
    return Session.objects.select_for_update().get(pk=session_id)


def _locked(offer_id: Any) -> tuple[Session, PlaceOffer]:
    """The session first, then the offer: the same order everywhere, so that two never wait for each other."""
    session = _locked_session(PlaceOffer.objects.values_list("booking__session", flat=True).get(pk=offer_id))
    offer = PlaceOffer.objects.select_for_update(of=("self",)).select_related("booking__child", "booking__session")
    return session, offer.get(pk=offer_id)


def _refuse_if_closed(offer: PlaceOffer, session: Session, now: datetime) -> None:
    if offer.state != _State.OPEN:
        raise OfferClosed(offer.state)
    if session.state != Session.State.CONFIRMED:
        raise OfferClosed(_State.TAKEN_BACK)
    if closes_at(offer) <= now:
        raise OfferClosed(_State.LAPSED)


def _settle(offer: PlaceOffer, state: str, now: datetime, guardian: Guardian | None) -> None:
    offer.state, offer.settled_at, offer.answered_by = state, now, guardian
    offer.save(update_fields=["state", "settled_at", "answered_by"])


def _move(booking: Booking, state: str, now: datetime) -> None:
    booking.state, booking.changed_at = state, now
    booking.save(update_fields=["state", "changed_at"])
