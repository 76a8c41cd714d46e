"""Putting mails into the outbox and taking them out again, in the caller's transaction."""

from datetime import datetime
from typing import Any

from django.db import models, transaction

from whippersnappers.outbox import catalogue
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
    catalogue.kind_of(kind)
    mail = OutgoingMail(
        key=key,
        kind=kind,
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
    """Take mails that have not gone out of the queue; returns how many. Sent ones stay as they are."""
    return mails.filter(state=OutgoingMail.State.WAITING).update(
        state=OutgoingMail.State.CANCELLED, reason=reason, secret=""
    )


def release(mails: models.QuerySet[OutgoingMail], now: datetime) -> int:
    """What waiting mails waited for has happened: make them due now; returns how many."""
    count = mails.filter(state=OutgoingMail.State.WAITING, not_before__gt=now).update(not_before=now, reason="")
    if count:
        wake_after_commit()
    return count
