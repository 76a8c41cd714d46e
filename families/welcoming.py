"""Telling parents and carers that the portal is there for them, and how to come in."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from families.emails import WELCOME, person
from families.models import Guardian
from whippersnappers.audit.trail import record
from whippersnappers.outbox.queue import enqueue


def can_be_welcomed(guardian: Guardian) -> bool:
    """Whether the guardian signs in, and mail reaches them."""
    return guardian.can_be_mailed and guardian.user_id is not None


@transaction.atomic
def welcome(guardians: Iterable[Guardian], *, by: Any, now: datetime) -> int:
    """Mail each of them how to sign in; those whom no mail reaches are passed over.

    A second press on the same day changes nothing. Answers how many mails were written.
    """
    written = 0
    for guardian in guardians:
        if not can_be_welcomed(guardian):
            continue
        key = f"{WELCOME.name}:{guardian.pk}:{timezone.localdate(now)}"
        name = guardian.full_name
        if enqueue(WELCOME.name, key=key, to=guardian.email, to_name=name, person=person(guardian), now=now):
            record("guardian.welcomed", by=by, target=guardian, now=now)
            written += 1
    return written
