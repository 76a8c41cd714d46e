"""How a mail ends: noted once, with what follows from it, even if the database goes away meanwhile."""

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

import structlog
from django.conf import settings
from django.db import DatabaseError, Error, InterfaceError, OperationalError, connection, transaction

from whippersnappers.outbox import catalogue, claiming
from whippersnappers.outbox.catalogue import Hook, UnknownMailKind
from whippersnappers.outbox.emails import alert_of_dead_mail
from whippersnappers.outbox.models import OutgoingMail

log = structlog.get_logger(__name__)


def database_is_away(error: Exception) -> bool:
    """Whether the error means that the database cannot be reached, rather than that it refused something."""
    # A server that dies in the middle of an answer is reported as a bare DatabaseError.
    return isinstance(error, OperationalError | InterfaceError) or type(error) is DatabaseError


def sent(mail: OutgoingMail, now: datetime) -> bool:
    """Note that the server has the mail, and tell its kind; False when it was no longer ours."""
    return _end(mail, now, "on_sent", lambda: claiming.note_sent(mail, now, to=mail.to))


def give_up(mail: OutgoingMail, reason: str, now: datetime) -> bool:
    """Note that the mail will not go, tell its kind and the coordinators; False when it was not ours."""
    log.error("mail_given_up", mail=str(mail.pk), kind=mail.kind, attempts=mail.attempts)
    return _end(mail, now, "on_dead", lambda: claiming.note_dead(mail, reason, now))


def persistently(note: Callable[[], bool]) -> bool:
    """Write a note, waiting for a database that is away for as long as the lease lasts.

    Raises what the database raises when it stays away.
    """
    give_up_at = time.monotonic() + settings.OUTBOX_LEASE.total_seconds()
    while True:
        try:
            return note()
        except Error as error:
            if not database_is_away(error) or time.monotonic() > give_up_at or connection.in_atomic_block:
                raise
            connection.close()
            time.sleep(0.25)


def _end(mail: OutgoingMail, now: datetime, hook: str, note: Callable[[], bool]) -> bool:
    """Note an end, and what follows from it, in one transaction; the note alone if what follows fails."""
    follow_ups = _follow_ups(mail, hook)
    if not follow_ups:
        return note()
    try:
        with transaction.atomic():
            if not note():
                return False
            for follow_up in follow_ups:
                follow_up(mail, now)
    except Exception as error:
        if database_is_away(error):
            raise
        # A mail that was accepted must never look as if it was not.
        log.error("mail_follow_up_failed", mail=str(mail.pk), kind=mail.kind, error=type(error).__name__)
        return note()
    return True


def _follow_ups(mail: OutgoingMail, hook: str) -> list[Hook]:
    """Who has to hear of this end."""
    hooks: list[Hook] = [alert_of_dead_mail] if hook == "on_dead" else []
    with suppress(UnknownMailKind):
        hooks.append(getattr(catalogue.kind_of(mail.kind), hook))
    return [hook for hook in hooks if hook is not catalogue.nothing]
