"""Who may send a mail: claimed by a conditional write, given up by another that only the owner can make."""

import random
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Greatest

from whippersnappers.outbox.models import MailServerPause, OutgoingMail

State = OutgoingMail.State

# Of each process that sends: while one mail is on the line to the server, the next one is built.
THREADS = 2
# A mail that the server puts off, or that no connection could take, is tried about two days long.
PATIENT_ATTEMPTS = 100
# A mail that we cannot build is our fault, and somebody should hear of it within the hour.
BROKEN_ATTEMPTS = 8
# A mail after whose claim nobody reported back so often is taken for the cause.
UNFINISHED_CLAIMS = 5
_LONGEST_BACK_OFF = timedelta(hours=1)
_FIRST_BACK_OFF = timedelta(seconds=30)
_PAUSE = timedelta(minutes=10)

# The innermost SELECT runs once (MATERIALIZED), so that never more rows are locked than asked for.
_CLAIM = """
WITH due AS MATERIALIZED (
    SELECT id FROM outbox_outgoingmail AS mail
    WHERE state = 'waiting' AND not_before <= %(now)s
      -- What travels in another mail goes with it, unless that one has come to its end without it.
      AND NOT EXISTS (
        SELECT 1 FROM outbox_outgoingmail AS leader
        WHERE leader.id = mail.travels_in_id AND leader.state IN ('waiting', 'sending')
      )
      AND NOT EXISTS (SELECT 1 FROM outbox_mailserverpause WHERE until > %(now)s)
    ORDER BY priority, not_before
    LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED
)
UPDATE outbox_outgoingmail
SET state = 'sending', attempts = attempts + 1, unfinished = unfinished + 1,
    lease_owner = %(owner)s, lease_until = %(until)s
WHERE id IN (SELECT id FROM due)
RETURNING *
"""


def claim(now: datetime, limit: int = 1) -> list[OutgoingMail]:
    """Make up to `limit` due mails ours: most urgent first, skipping what others are claiming.

    The claim is committed when this returns (outside a transaction). While the queue is paused nothing
    can be claimed.
    """
    owner = uuid.uuid4()
    parameters = {"now": now, "limit": limit, "owner": owner, "until": now + settings.OUTBOX_LEASE}
    mails = list(OutgoingMail.objects.raw(_CLAIM, parameters))
    return sorted(mails, key=lambda mail: (mail.priority, mail.not_before))


def due(now: datetime) -> models.QuerySet[OutgoingMail]:
    """What could be claimed now, were the queue not paused."""
    travels = Q(travels_in__state__in=[State.WAITING, State.SENDING])
    return OutgoingMail.objects.filter(state=State.WAITING, not_before__lte=now).exclude(travels)


def busy(now: datetime) -> int:
    """How many processes are sending now, each with a mail in hand for each of its threads."""
    in_hand = OutgoingMail.objects.filter(state=State.SENDING, lease_until__gt=now).count()
    return -(-in_hand // THREADS)


def back_off(failures: int, chance: Callable[[], float] = random.random) -> timedelta:
    """How long to wait after that many failures (from 1): full jitter below min(1 h, 30 s · 2ⁿ).

    `chance` gives a number from 0 to 1.
    """
    exponent = min(max(failures - 1, 0), 20)
    return min(_LONGEST_BACK_OFF, _FIRST_BACK_OFF * 2**exponent) * chance()


def renew(mail: OutgoingMail, now: datetime) -> bool:
    """Hold the mail for another lease; False when it is no longer ours."""
    return _ours(mail).update(lease_until=now + settings.OUTBOX_LEASE) == 1


def note_sent(mail: OutgoingMail, now: datetime, *, to: str, note: str = "") -> bool:
    """The server has accepted it, for that address; the log says `note` besides.

    False when the mail was no longer ours.
    """
    return _leave(mail, State.SENT, sent_at=now, to=to, reason=note[:300], secret="")


def note_cancelled(mail: OutgoingMail, reason: str) -> bool:
    """It is not wanted any more."""
    return _leave(mail, State.CANCELLED, reason=reason, secret="")


def note_dead(mail: OutgoingMail, reason: str, now: datetime) -> bool:
    """It will never go by itself."""
    return _leave(mail, State.DEAD, reason=reason, dead_at=now, secret="")


def note_failed(mail: OutgoingMail, reason: str, now: datetime) -> bool:
    """It did not go this time: back into the queue, later."""
    return _leave(mail, State.WAITING, reason=reason, not_before=now + back_off(mail.attempts))


def hand_back(mail: OutgoingMail, reason: str, until: datetime) -> bool:
    """It was not even tried: back into the queue as if it had not been claimed."""
    return _leave(mail, State.WAITING, reason=reason, not_before=until, attempts=Greatest(F("attempts") - 1, 0))


def pause(reason: str, now: datetime) -> bool:
    """The server refuses us, so it would refuse every mail: the whole queue waits. Always True."""
    with transaction.atomic():
        row, _ = MailServerPause.objects.select_for_update().get_or_create(
            pk=1, defaults={"since": now, "until": now + _PAUSE, "reason": reason}
        )
        row.until, row.reason = now + _PAUSE, reason
        row.save(update_fields=["until", "reason"])
    return True


def end_pause() -> bool:
    """The server took a mail, or staff say that it will; True when the queue was paused."""
    return MailServerPause.objects.all().delete()[0] > 0


def expired_leases(now: datetime) -> models.QuerySet[OutgoingMail]:
    """Mails whose worker did not report back in time, locked; must run in a transaction."""
    return OutgoingMail.objects.filter(state=State.SENDING, lease_until__lt=now).select_for_update(skip_locked=True)


def note_recovered(mail: OutgoingMail, now: datetime) -> bool:
    """Its worker vanished: try it again, at once the first time, later if that happens again."""
    wait = back_off(mail.unfinished - 1) if mail.unfinished > 1 else timedelta(0)
    return _leave(
        mail,
        State.WAITING,
        unfinished=mail.unfinished,
        not_before=now + wait,
        reason="Sending was interrupted: it is being tried again.",
    )


def _ours(mail: OutgoingMail) -> models.QuerySet[OutgoingMail]:
    return OutgoingMail.objects.filter(pk=mail.pk, state=State.SENDING, lease_owner=mail.lease_owner)


def _leave(mail: OutgoingMail, state: str, **fields: object) -> bool:
    changes = {"unfinished": 0, "lease_owner": None, "lease_until": None} | fields
    if "reason" in changes:
        changes["reason"] = str(changes["reason"])[:300]
    return _ours(mail).update(state=state, **changes) == 1
