"""What makes it certain: every few seconds, look for mails that a worker left behind, and for all that is due."""

from collections import Counter
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from whippersnappers.outbox import claiming, ending, queue, together
from whippersnappers.outbox.delivery import deliver
from whippersnappers.outbox.models import Heartbeat, OutgoingMail
from whippersnappers.outbox.round import Clock

_INTERRUPTED = "Sending it was interrupted again and again, so it was given up. It may have arrived."


def sweep(*, clock: Clock = timezone.now) -> Counter[str]:
    """Recover what was left behind, drop what is too late, send what is due; returns what was sent.

    The heartbeats say that beat's tick has come (`beat`) and that a sweep has reached its end (`sweep`).
    """
    beat("beat", clock())
    recover(clock())
    expire(clock())
    counts = deliver(clock=clock)
    beat("sweep", clock())
    return counts


def recover(now: datetime) -> int:
    """Mails whose lease has ended go back into the queue, or are given up when that happened too often.

    Returns how many there were.
    """
    with transaction.atomic():
        mails = list(claiming.expired_leases(now))
        for mail in mails:
            if mail.unfinished >= claiming.UNFINISHED_CLAIMS:
                ending.give_up(mail, _INTERRUPTED, now)
            else:
                claiming.note_recovered(mail, now)
    return len(mails)


def expire(now: datetime) -> int:
    """Waiting mails that are of no use any more are cancelled, their secrets wiped; returns how many."""
    return queue.cancel(OutgoingMail.objects.filter(expires_at__lte=now), together.TOO_LATE)


def beat(name: str, now: datetime) -> None:
    """Note that something which must happen regularly has just happened."""
    Heartbeat.objects.update_or_create(name=name, defaults={"at": now})
