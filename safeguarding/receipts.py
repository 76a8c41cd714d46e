"""What somebody is shown right after sending: the reference, and who is told. For a short time, in one browser."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F
from django.http import HttpRequest

from safeguarding.models import Concern
from safeguarding.models.concerns import ConcernQuerySet
from safeguarding.vocabulary import Kind
from whippersnappers.accounts.models import User

# Kept with the sign-in, so that no address names what was sent.
_JUST_SENT = "concern_just_sent"
_SHOWN_FOR = timedelta(hours=1)


@dataclass(frozen=True)
class Receipt:
    """`about_lead` is what the sender said: what the concern is judged to be later is not for a receipt."""

    concern: Concern
    about_lead: bool

    @property
    def trustees(self) -> list[User]:
        """To whom a concern about the Lead went when it was sent."""
        given = self.concern.assignments.filter(at=F("concern__submitted_at")).select_related("user")
        return [assignment.user for assignment in given.order_by("user__name")]


def keep_receipt(request: HttpRequest, concern: Concern, said: Kind) -> None:
    """Let the next page show what was just sent."""
    request.session[_JUST_SENT] = {"concern": str(concern.pk), "about_lead": said == Kind.LEAD}


def receipt_of(request: HttpRequest, own: ConcernQuerySet, now: datetime) -> Receipt | None:
    """What was just sent, while it is among the own ones and not long ago."""
    kept = request.session.get(_JUST_SENT)
    if not kept:
        return None
    concern = own.filter(submitted_at__gte=now - _SHOWN_FOR, pk=kept["concern"]).first()
    return Receipt(concern, kept["about_lead"]) if concern else None
