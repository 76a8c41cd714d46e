"""The link by which one guardian answers one offer of a place. Derived with a key, like the join link, never stored."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db import models

from families.models import Guardian, Guardianship
from sessions_app import link_tokens
from sessions_app.models import Booking, PlaceOffer, Session
from sessions_app.offer_times import last_answer_at
from whippersnappers.organisation import organisation

_SALT = "sessions_app.offer_links.place"
# Bytes of the id of the offer, and of the guardian's behind it.
_ID = 16


class Answerable(models.TextChoices):
    """What the link shows now. The order is the order in which the rules ask."""

    NO_FORCE = "no_force", "Not for this person any more"
    CANCELLED = "cancelled", "Session cancelled"
    OVER = "over", "Session over"
    TAKEN = "taken", "The child has the place"
    DECLINED = "declined", "Answered with no"
    TAKEN_BACK = "taken_back", "Taken back"
    LAPSED = "lapsed", "Too late to answer"
    OPEN = "open", "Open"


@dataclass(frozen=True)
class FoundOffer:
    """An offer with the guardian whom the link was made for."""

    offer: PlaceOffer
    guardian: Guardian


def place_token(offer_id: uuid.UUID, guardian_id: uuid.UUID) -> str:
    """The token of a guardian's link to an offer: 70 URL-safe characters."""
    return link_tokens.seal(_SALT, offer_id.bytes + guardian_id.bytes)


def place_url(offer_id: uuid.UUID, guardian_id: uuid.UUID) -> str:
    """The whole address of the page, for mails."""
    return f"{organisation().site_url}/place/{place_token(offer_id, guardian_id)}/"


def find(token: str) -> FoundOffer | None:
    """The offer and the guardian that a genuine token names, or None for anything else."""
    head = link_tokens.unseal(_SALT, token)
    if head is None or len(head) != 2 * _ID:
        return None
    offers = PlaceOffer.objects.select_related("booking__session__place", "booking__child")
    offer = offers.filter(pk=uuid.UUID(bytes=head[:_ID])).first()
    guardian = Guardian.objects.filter(pk=uuid.UUID(bytes=head[_ID:])).first()
    return FoundOffer(offer, guardian) if offer and guardian else None


def answerable(found: FoundOffer, now: datetime) -> Answerable:
    """What the link is good for at `now`. Somebody who lost their standing for the child learns nothing more."""
    offer, session = found.offer, found.offer.booking.session
    standing = Guardianship.objects.inviting().filter(guardian=found.guardian, child=offer.booking.child_id)
    if not standing.exists():
        return Answerable.NO_FORCE
    if session.state == Session.State.CANCELLED:
        return Answerable.CANCELLED
    if session.ends_at <= now:
        return Answerable.OVER
    if offer.state == PlaceOffer.State.TAKEN and offer.booking.state not in Booking.HOLDING:
        return Answerable.TAKEN_BACK
    if offer.state != PlaceOffer.State.OPEN:
        return Answerable(offer.state)
    return Answerable.OPEN if now < closes_at(offer) else Answerable.LAPSED


def closes_at(offer: PlaceOffer) -> datetime:
    """Until when the offer can be answered: as was said, or less when the session has been moved nearer since."""
    return min(offer.answer_by, last_answer_at(offer.booking.session.starts_at))
