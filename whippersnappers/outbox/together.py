"""Several mails to one person that come into being together go as one: one leads, the others travel in it.

Each stays a row of its own, with its own key, check and end, so everything that is known of a mail (was this
family told of that session?) stays known. Only what leads is claimed; what travels ends with it. A mail whose
leader came to an end without it goes by itself, so none can be left behind.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import models

from whippersnappers.outbox import catalogue
from whippersnappers.outbox.catalogue import NotWanted, NotYet, Together, Wanted
from whippersnappers.outbox.models import OutgoingMail

State = OutgoingMail.State

TRAVELS = "It goes in one mail with others."
# How long the others wait for one that is not ready; after that it goes by itself.
PATIENCE = timedelta(minutes=10)
TOO_LATE = "It could not be sent in time and would be of no use now."


def bundle(mails: models.QuerySet[OutgoingMail], *, joining: bool = False) -> int:
    """Let those of the mails that wait for the same person go as one; returns how many mails lead.

    In the transaction that made them, or while they are held, so that none is on its way already. What is
    in one mail goes when the last of it may. `joining`: mails of these that go as one already are joined by the
    rest.
    """
    waiting = mails.filter(state=State.WAITING, attempts=0).exclude(person="")
    if joining:
        others = OutgoingMail.objects.filter(travels_in=models.OuterRef("pk")).exclude(pk__in=mails.values("pk"))
        own = models.Q(travels_in=None) | models.Q(travels_in__in=mails.values("pk"))
        waiting = waiting.filter(own, ~models.Exists(others))
    else:
        waiting = waiting.filter(travels_in=None, leads=False)
    parties: dict[tuple[str, Together], list[OutgoingMail]] = defaultdict(list)
    for mail in waiting.select_for_update(skip_locked=True).order_by("created_at", "pk"):
        together = catalogue.kind_of(mail.kind).together
        if together is not None:
            parties[mail.person, together].append(mail)
    several = [party for party in parties.values() if len(party) > 1]
    for party in several:
        _lead(party)
    return len(several)


def _lead(party: list[OutgoingMail]) -> None:
    leader, *fellows = party
    leader.leads, leader.travels_in = True, None
    leader.not_before = max(mail.not_before for mail in party)
    leader.held_until = max((mail.held_until for mail in party if mail.held_until), default=None)
    leader.save(update_fields=["leads", "travels_in", "not_before", "held_until"])
    _rows(fellows).update(travels_in=leader, leads=False, reason=TRAVELS)


def fellows_of(leader: OutgoingMail) -> list[OutgoingMail]:
    """The mails that still wait to go in this one, in the order of their making."""
    return list(OutgoingMail.objects.filter(travels_in=leader, state=State.WAITING).order_by("created_at", "pk"))


def hand_on(leaders: Iterable[OutgoingMail]) -> None:
    """What travelled in these mails, which will not go, goes together in another of them."""
    for leader in leaders:
        party = fellows_of(leader)
        if len(party) > 1:
            _lead(party)
        elif party:
            _rows(party).update(travels_in=None, reason="")


def disband(leader: OutgoingMail) -> None:
    """Something about the whole cannot be put together: each of them goes by itself."""
    OutgoingMail.objects.filter(travels_in=leader, state=State.WAITING).update(travels_in=None, reason="")
    _rows([leader]).update(leads=False)


def wait_for_leader(leader: OutgoingMail, verdict: NotYet, now: datetime) -> NotYet:
    """The leader is not ready: all wait for a while, then the others go without it."""
    if now < leader.created_at + PATIENCE:
        return NotYet(verdict.reason, min(verdict.until, leader.created_at + PATIENCE))
    hand_on([leader])
    _rows([leader]).update(leads=False)
    return verdict


def ready_fellows(leader: OutgoingMail, now: datetime) -> list[OutgoingMail] | NotYet:
    """The mails that go along now; those that are not wanted any more end here.

    One that is not ready keeps all of them waiting for a while, then it is left to go by itself.
    """
    going = []
    for mail in fellows_of(leader):
        over = mail.expires_at is not None and mail.expires_at <= now
        match NotWanted(TOO_LATE) if over else catalogue.kind_of(mail.kind).check(mail, now):
            case Wanted():
                going.append(mail)
            case NotWanted(reason):
                _waiting(mail).update(state=State.CANCELLED, reason=reason[:300], secret="")
            case NotYet(reason, until):
                if now < leader.created_at + PATIENCE:
                    return NotYet(reason, min(until, leader.created_at + PATIENCE))
                _waiting(mail).update(travels_in=None, not_before=until, reason=reason[:300])
    return going


def note_sent(fellows: Iterable[OutgoingMail], leader: OutgoingMail, now: datetime) -> None:
    """They went with their leader."""
    _rows(fellows).filter(state=State.WAITING).update(state=State.SENT, sent_at=now, to=leader.to, reason="")


def note_dead(fellows: Iterable[OutgoingMail], reason: str, now: datetime) -> None:
    """Their leader cannot be sent, so neither can they."""
    _rows(fellows).filter(state=State.WAITING).update(state=State.DEAD, dead_at=now, reason=reason[:300], secret="")


def _rows(mails: Iterable[OutgoingMail]) -> models.QuerySet[OutgoingMail]:
    return OutgoingMail.objects.filter(pk__in=[mail.pk for mail in mails])


def _waiting(mail: OutgoingMail) -> models.QuerySet[OutgoingMail]:
    return OutgoingMail.objects.filter(pk=mail.pk, state=State.WAITING)
