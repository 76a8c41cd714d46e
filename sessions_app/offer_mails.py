"""The mails about offered places: whether each is still wanted, and what it says (W8, F7)."""

from datetime import datetime

from families.models import Guardian, Guardianship
from sessions_app import family_emails, posting
from sessions_app.family_emails import Recipient
from sessions_app.mail_checks import by_mail
from sessions_app.mail_facts import SessionFacts, for_mail, session_facts
from sessions_app.models import Booking, PlaceOffer, Session
from sessions_app.offer_links import closes_at, place_url
from sessions_app.phone_tasks import mail_died
from whippersnappers import dates
from whippersnappers.outbox.catalogue import MailKind, NotWanted, Rendered, Verdict, register
from whippersnappers.outbox.models import OutgoingMail

_NOT_TOLD = NotWanted("this person is not invited for the child any more")


def _rows(mail: OutgoingMail) -> tuple[PlaceOffer | None, Guardian | None]:
    """The offer, and the guardian as long as they may be told of the child."""
    offers = PlaceOffer.objects.select_related("booking__session")
    standing = Guardianship.objects.inviting().filter(
        guardian__pk=posting.guardian_id_of(mail), child=mail.context["child"]
    )
    guardianship = standing.select_related("guardian").first()
    offer = offers.filter(pk=mail.context["offer"]).first()
    return offer, guardianship.guardian if guardianship else None


def _offered_wanted(mail: OutgoingMail, now: datetime) -> Verdict:
    """An offer: as long as it can still be answered, by somebody who may be told of the child."""
    offer, guardian = _rows(mail)
    if offer is None or guardian is None:
        return _NOT_TOLD
    session = offer.booking.session
    if session.state != Session.State.CONFIRMED:
        return NotWanted("the session is cancelled or over")
    if offer.state != PlaceOffer.State.OPEN:
        return NotWanted("the offer is over")
    if closes_at(offer) <= now:
        return NotWanted("the time to answer is over")
    return by_mail(mail, guardian, session, now)


def _gone_wanted(mail: OutgoingMail, now: datetime) -> Verdict:
    """The end of an offer: unless the child has a place, or was offered one again."""
    offer, guardian = _rows(mail)
    if offer is None or guardian is None:
        return _NOT_TOLD
    booking = offer.booking
    if booking.state in Booking.HOLDING or booking.offers.filter(state=PlaceOffer.State.OPEN).exists():
        return NotWanted("the child was offered or given a place again")
    if booking.session.ends_at <= now:
        return NotWanted("the session is over")
    return by_mail(mail, guardian, booking.session, now)


def _offer(mail: OutgoingMail, now: datetime) -> tuple[PlaceOffer, SessionFacts, Recipient]:
    """The offer, its session, and the guardian, who has no way into the session yet."""
    offer = PlaceOffer.objects.select_related("booking__child").get(pk=mail.context["offer"])
    session = for_mail(Session.objects.all()).get(pk=offer.booking.session_id)
    guardian = Guardian.objects.get(pk=posting.guardian_id_of(mail))
    child = (offer.booking.child.known_as,)
    offer.booking.session = session
    recipient = Recipient(guardian.pk, guardian.first_name, guardian.full_name, mail.to, child)
    return offer, session_facts(session, now=now), recipient


def _offered(mail: OutgoingMail, now: datetime) -> Rendered:
    offer, facts, recipient = _offer(mail, now)
    at = closes_at(offer)
    until = dates.moment(at, now=now)
    link = place_url(offer.pk, recipient.guardian_id)
    return family_emails.place_offered(facts, recipient, offer.booking.child.known_as, link=link, until=until)


def _gone(mail: OutgoingMail, now: datetime) -> Rendered:
    offer, facts, recipient = _offer(mail, now)
    return family_emails.place_gone(facts, recipient, offer.booking.child.known_as)


register(MailKind(posting.PLACE_OFFERED, "Place offered", _offered, check=_offered_wanted, on_dead=mail_died))
register(MailKind(posting.PLACE_GONE, "Place not on offer", _gone, check=_gone_wanted))
