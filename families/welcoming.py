"""The welcome mail: how a parent or carer signs in. Staff send it, once or again."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from families.emails import WELCOME, person
from families.models import Guardian
from whippersnappers.audit.trail import record
from whippersnappers.outbox.models import OutgoingMail
from whippersnappers.outbox.queue import enqueue


def can_be_welcomed(guardian: Guardian) -> bool:
    """Whether the guardian signs in, and mail reaches them."""
    return guardian.can_be_mailed and guardian.user_id is not None


def last_welcome(guardian: Guardian) -> OutgoingMail | None:
    """The newest welcome mail to this person, gone or not; one query."""
    return OutgoingMail.objects.filter(kind=WELCOME.name, person=person(guardian)).order_by("-created_at").first()


@transaction.atomic
def welcome(guardians: Iterable[Guardian], *, by: Any, now: datetime) -> int:
    """Mail each of them how to sign in; those whom no mail reaches are passed over.

    A second press on the same day changes nothing. Answers how many mails were written.
    """
    today = timezone.localdate(now)
    return sum(_write(guardian, str(today), by=by, now=now) for guardian in guardians)


@transaction.atomic
def welcome_again(guardian: Guardian, *, after: str, by: Any, now: datetime) -> bool:
    """Mail one person how to sign in, once more if need be; whether a mail was written.

    `after`: the key of the last such mail that whoever presses knew of, "" for none. So two presses, or two people's,
    are one mail, however soon the next one follows.
    """
    last = last_welcome(guardian)
    if after != (str(last.pk) if last else ""):
        return False
    if last is None:
        return welcome([guardian], by=by, now=now) == 1
    return _write(guardian, f"after:{last.pk}", by=by, now=now)


def _write(guardian: Guardian, which: str, *, by: Any, now: datetime) -> bool:
    if not can_be_welcomed(guardian):
        return False
    key, name = f"{WELCOME.name}:{guardian.pk}:{which}", guardian.full_name
    if not enqueue(WELCOME.name, key=key, to=guardian.email, to_name=name, person=person(guardian), now=now):
        return False
    record("guardian.welcomed", by=by, target=guardian, now=now)
    return True
