"""What families on the waiting list are told: a place is offered, or the offer is over.

Each guardian who may be told of the child gets a mail or a call of their own, without a trace of the others.
Everything runs in the transaction that caused it.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, QuerySet

from families.models import Guardianship
from sessions_app import phone_tasks, posting
from sessions_app.models import PhoneTask, PlaceOffer, Session
from sessions_app.posting import Letter, post
from sessions_app.reach import guardians_of
from whippersnappers.outbox.models import OutgoingMail
from whippersnappers.outbox.queue import cancel

_Mail = OutgoingMail


def place_offered(offer: PlaceOffer, session: Session, *, now: datetime) -> None:
    """Ask every guardian of the child, by mail or by phone; the first answer counts."""
    letter = Letter(posting.PLACE_OFFERED, str(offer.pk), _about(offer), PhoneTask.Purpose.OFFER)
    for reach in guardians_of(offer.booking.child_id):
        post(letter, session=session, reach=reach, now=now, expires_at=offer.answer_by)


def answered(offer: PlaceOffer, session: Session, why: str, *, now: datetime) -> None:
    """The offer is settled: mails that have not gone and calls about it are not needed any more."""
    cancel(_mails(offer, session), "the offer is over")
    phone_tasks.close_needless(calls_about(offer, session), why, now=now)


def gone(offer: PlaceOffer, session: Session, why: str, *, now: datetime) -> None:
    """The place cannot be had any more: tell those who had been asked, but not the one who has just answered."""
    told = _already_asked(offer, session)
    answered(offer, session, why, now=now)
    purpose = PhoneTask.Purpose.CANCELLED if session.state == Session.State.CANCELLED else ""
    letter = Letter(posting.PLACE_GONE, str(offer.pk), _about(offer), purpose)
    for reach in guardians_of(offer.booking.child_id):
        if reach.guardian.pk in told and reach.guardian.pk != offer.answered_by_id:
            post(letter, session=session, reach=reach, now=now, expires_at=session.ends_at)


def calls_about(offer: PlaceOffer, session: Session) -> QuerySet[PhoneTask]:
    """The calls that stand for the offer's mails."""
    return session.phone_tasks.filter(purpose=PhoneTask.Purpose.OFFER, key__endswith=f":{offer.pk}")


def offers_of_calls(calls: Iterable[PhoneTask]) -> dict[Any, PlaceOffer]:
    """By call: the offer that it is about, where the guardian may be told of the child.

    One that has been settled counts only for a call that says so. One query, and none without such calls.
    """
    about = {call.pk: _offer_named(call) for call in calls}
    named = {pk: found for pk, found in about.items() if found}
    if not named:
        return {}
    standing = Guardianship.objects.inviting().filter(child=OuterRef("booking__child"))
    offers = PlaceOffer.objects.filter(pk__in=named.values()).select_related("booking__child", "booking__session")
    allowed = ArraySubquery(standing.values("guardian"))
    by_id = {str(offer.pk): offer for offer in offers.annotate(guardians=allowed)}
    found = {}
    for call in calls:
        offer: Any = by_id.get(named.get(call.pk, ""))
        is_question = call.purpose == PhoneTask.Purpose.OFFER
        if offer and call.guardian_id in offer.guardians and (not is_question or offer.state == PlaceOffer.State.OPEN):
            found[call.pk] = offer
    return found


def _offer_named(call: PhoneTask) -> str:
    """The id of the offer in the key of a call that stands for a mail about one."""
    kind, _, rest = call.key.partition(":")
    return rest.rpartition(":")[2] if kind in (posting.PLACE_OFFERED, posting.PLACE_GONE) else ""


def _about(offer: PlaceOffer) -> dict[str, str]:
    return {"offer": str(offer.pk), "child": str(offer.booking.child_id)}


def _mails(offer: PlaceOffer, session: Session) -> QuerySet[OutgoingMail]:
    about = OutgoingMail.objects.filter(about=posting.about(session.pk), kind=posting.PLACE_OFFERED)
    return about.filter(key__endswith=f":{offer.pk}")


def _already_asked(offer: PlaceOffer, session: Session) -> set[Any]:
    """The guardians whose mail has gone (or may have), or with whom staff spoke about the offer."""
    gone_out = Q(state__in=[_Mail.State.SENT, _Mail.State.SENDING]) | Q(state=_Mail.State.WAITING, attempts__gt=0)
    mailed = {posting.guardian_id_of(mail) for mail in _mails(offer, session).filter(gone_out)}
    heard = [PhoneTask.Outcome.REACHED, PhoneTask.Outcome.MESSAGE_LEFT]
    called = calls_about(offer, session).filter(outcome__in=heard).values_list("guardian_id", flat=True)
    return {
        reach.guardian.pk for reach in guardians_of(offer.booking.child_id) if str(reach.guardian.pk) in mailed
    } | set(called)
