"""What staff can do about a mail that did not go, or should go once more."""

import uuid
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from whippersnappers.accounts.models import User
from whippersnappers.audit.trail import record
from whippersnappers.outbox import claiming
from whippersnappers.outbox.catalogue import UnknownMailKind, kind_of
from whippersnappers.outbox.message import message_id_for
from whippersnappers.outbox.models import OutgoingMail
from whippersnappers.outbox.wake import wake_after_commit

State = OutgoingMail.State
PERMISSION = "outbox.resend_outgoingmail"


def why_not_again(mail: OutgoingMail, now: datetime) -> str:
    """Why this mail cannot be sent (again), as a plain sentence; empty when it can."""
    try:
        opens_account = kind_of(mail.kind).opens_account
    except UnknownMailKind:
        return "The portal does not know this kind of mail any more."
    if mail.carries_secret or opens_account:
        return "It lets somebody sign in, so only that person can ask for a new one."
    if mail.state == State.SENDING:
        return "It is being sent right now. Please look again in a few minutes."
    if mail.expires_at is not None and mail.expires_at <= now:
        return "It is too late for this mail: it would be of no use any more."
    return ""


def resend(mail_id: uuid.UUID | str, *, by: User, now: datetime) -> OutgoingMail:
    """Send a mail (again) now; returns the row that will be sent.

    One that has never gone is tried afresh under its own key and Message-ID; one that has gone goes once
    more as a new row. Raises PermissionDenied, OutgoingMail.DoesNotExist and ValidationError.
    """
    if not by.has_perm(PERMISSION):
        raise PermissionDenied
    with transaction.atomic():
        mail = OutgoingMail.objects.visible_to(by).select_for_update().get(pk=mail_id)
        if refusal := why_not_again(mail, now):
            raise ValidationError(refusal)
        mail = _copy(mail, now) if mail.state == State.SENT else _afresh(mail, now)
        record("mail.sent_again", by=by, target=mail, now=now, kind=mail.kind, first=str(mail_id))
        wake_after_commit()
    return mail


def end_pause(*, by: User, now: datetime) -> bool:
    """Staff say that the mail server is in order again; False when the queue was not paused.

    Raises PermissionDenied.
    """
    if not by.has_perm(PERMISSION):
        raise PermissionDenied
    with transaction.atomic():
        ended = claiming.end_pause()
        if ended:
            record("mail.pause_ended", by=by, now=now)
            wake_after_commit()
    return ended


def _afresh(mail: OutgoingMail, now: datetime) -> OutgoingMail:
    fresh: dict[str, Any] = {
        "state": State.WAITING,
        "reason": "",
        "not_before": now,
        "attempts": 0,
        "unfinished": 0,
        "dead_at": None,
    }
    for name, value in fresh.items():
        setattr(mail, name, value)
    mail.save(update_fields=list(fresh))
    return mail


def _copy(mail: OutgoingMail, now: datetime) -> OutgoingMail:
    original = mail.key.split(":again:")[0]
    count = OutgoingMail.objects.filter(key__startswith=f"{original}:again:").count()
    key = f"{original}:again:{count + 1}"
    return OutgoingMail.objects.create(
        key=key,
        message_id=message_id_for(key),
        kind=mail.kind,
        to=mail.to,
        to_name=mail.to_name,
        about=mail.about,
        person=mail.person,
        context=mail.context,
        priority=mail.priority,
        not_before=now,
        expires_at=mail.expires_at,
    )
