"""Putting mails into the outbox and taking them out again, in the caller's transaction."""

from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.db.models import Case, F, Value, When
from django.db.models.functions import Concat, Greatest

from whippersnappers.outbox import catalogue, together
from whippersnappers.outbox.message import message_id_for
from whippersnappers.outbox.models import OutgoingMail
from whippersnappers.outbox.wake import wake_after_commit


def enqueue(
    kind: str,
    *,
    key: str,
    to: str,
    now: datetime,
    to_name: str = "",
    about: str = "",
    person: str = "",
    context: dict[str, Any] | None = None,
    secret: str = "",
    not_before: datetime | None = None,
    expires_at: datetime | None = None,
    priority: int = OutgoingMail.Priority.NORMAL,
) -> bool:
    """Put one mail into the outbox; True when it is new, False when `key` was there already.

    Must run in the transaction of the change that causes the mail. Raises UnknownMailKind.
    """
    mail = OutgoingMail(
        key=key,
        kind=catalogue.kind_of(kind).name,
        to=to,
        to_name=to_name,
        about=about,
        person=person,
        context=context or {},
        secret=secret,
        carries_secret=bool(secret),
        message_id=message_id_for(key),
        not_before=not_before or now,
        expires_at=expires_at,
        priority=priority,
    )
    with transaction.atomic():
        OutgoingMail.objects.bulk_create([mail], ignore_conflicts=True)
        is_new = OutgoingMail.objects.filter(pk=mail.pk).exists()
    if is_new and mail.not_before <= now:
        wake_after_commit()
    return is_new


def cancel(mails: models.QuerySet[OutgoingMail], reason: str) -> int:
    """Take mails that have not gone out of the queue; returns how many. Sent ones stay as they are.

    What travels in one of them goes on in another.
    """
    waiting = mails.filter(state=OutgoingMail.State.WAITING)
    leaders = list(waiting.filter(leads=True))
    count = waiting.update(state=OutgoingMail.State.CANCELLED, reason=reason, secret="")
    together.hand_on(leaders)
    return count


def release(mails: models.QuerySet[OutgoingMail], now: datetime) -> int:
    """What waiting mails waited for has happened: make them due now; returns how many. Held ones stay held."""
    # Postgres leaves out what is empty: without a hold the greater of the two is `now`.
    due = Greatest(Value(now, output_field=models.DateTimeField()), F("held_until"))
    count = mails.filter(state=OutgoingMail.State.WAITING, not_before__gt=now).update(not_before=due, reason="")
    if count:
        wake_after_commit()
    return count


def hold(mails: models.QuerySet[OutgoingMail], until: datetime, reason: str) -> int:
    """Keep waiting mails in the house until then, longer or shorter than before; returns how many."""
    held = Value(until, output_field=models.DateTimeField())
    # What only the hold kept back goes when the hold ends; what waits for something else still does.
    due = Case(When(not_before=F("held_until"), then=held), default=Greatest(F("not_before"), held))
    return mails.filter(state=OutgoingMail.State.WAITING).update(not_before=due, held_until=held, reason=reason)


def forget(mails: models.QuerySet[OutgoingMail], reason: str, mark: str) -> int:
    """Take mails that never left out of the queue as if they had not been made; returns how many.

    `mark` is put behind their keys, at most 80 characters, so that the same mail can be made again.
    """
    key = Concat(F("key"), Value(f":{mark}"))
    unsent = mails.filter(state__in=[OutgoingMail.State.WAITING, OutgoingMail.State.CANCELLED])
    leaders = list(unsent.filter(leads=True))
    count = unsent.update(
        state=OutgoingMail.State.CANCELLED,
        reason=reason,
        secret="",
        held_until=None,
        travels_in=None,
        leads=False,
        key=key,
    )
    together.hand_on(leaders)
    return count
