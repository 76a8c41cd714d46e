"""How a mail ends: noted once, with what follows from it, even if the database goes away meanwhile."""

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime

import structlog
from django.conf import settings
from django.db import DatabaseError, Error, InterfaceError, OperationalError, connection, transaction

from whippersnappers.outbox import catalogue, claiming, together
from whippersnappers.outbox.catalogue import Hook, UnknownMailKind
from whippersnappers.outbox.emails import alert_of_dead_mail
from whippersnappers.outbox.models import OutgoingMail

log = structlog.get_logger(__name__)


def database_is_away(error: Exception) -> bool:
    """Whether the error means that the database cannot be reached, rather than that it refused something."""
    # A server that dies in the middle of an answer is reported as a bare DatabaseError.
    return isinstance(error, OperationalError | InterfaceError) or type(error) is DatabaseError


def sent(mail: OutgoingMail, fellows: Sequence[OutgoingMail], now: datetime, *, note: str = "") -> bool:
    """Note that the server has the mail, and what travelled in it, and tell their kinds.

    False when it was no longer ours.
    """

    def write() -> bool:
        if not fellows:
            return claiming.note_sent(mail, now, to=mail.to, note=note)
        with transaction.atomic():
            together.note_sent(fellows, mail, now)
            return claiming.note_sent(mail, now, to=mail.to, note=note)

    return _end([mail, *fellows], now, "on_sent", write)


def give_up(mail: OutgoingMail, reason: str, now: datetime) -> bool:
    """Note that the mail, and what travels in it, will not go; tell their kinds and the coordinators.

    False when it was not ours.
    """
    log.error("mail_given_up", mail=str(mail.pk), kind=mail.kind, attempts=mail.attempts)
    fellows = together.fellows_of(mail) if mail.leads else []

    def note() -> bool:
        if not fellows:
            return claiming.note_dead(mail, reason, now)
        with transaction.atomic():
            together.note_dead(fellows, reason, now)
            return claiming.note_dead(mail, reason, now)

    return _end([mail, *fellows], now, "on_dead", note)


def not_wanted(mail: OutgoingMail, reason: str) -> bool:
    """Note that the mail is not wanted any more; what travelled in it goes in another of them."""
    with transaction.atomic():
        noted = claiming.note_cancelled(mail, reason)
        if noted and mail.leads:
            together.hand_on([mail])
    return noted


def disbanded(mail: OutgoingMail, now: datetime) -> bool:
    """Put it and what travels in it back into the queue, each by itself."""
    with transaction.atomic():
        together.disband(mail)
        return claiming.hand_back(mail, "", now)


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


def _end(mails: Sequence[OutgoingMail], now: datetime, hook: str, note: Callable[[], bool]) -> bool:
    """Note an end, and what follows from it, in one transaction; the note alone if what follows fails.

    The first of the mails is the one that was claimed.
    """
    follow_ups = _follow_ups(mails, hook)
    if not follow_ups:
        return note()
    first = mails[0]
    try:
        with transaction.atomic():
            if not note():
                return False
            for mail, follow_up in follow_ups:
                follow_up(mail, now)
    except Exception as error:
        if database_is_away(error):
            raise
        # A mail that was accepted must never look as if it was not.
        log.error("mail_follow_up_failed", mail=str(first.pk), kind=first.kind, error=type(error).__name__)
        return note()
    return True


def _follow_ups(mails: Sequence[OutgoingMail], hook: str) -> list[tuple[OutgoingMail, Hook]]:
    """Who has to hear of this end; coordinators hear once of mails that travelled together."""
    hooks: list[tuple[OutgoingMail, Hook]] = [(mails[0], alert_of_dead_mail)] if hook == "on_dead" else []
    for mail in mails:
        with suppress(UnknownMailKind):
            hooks.append((mail, getattr(catalogue.kind_of(mail.kind), hook)))
    return [(mail, hook) for mail, hook in hooks if hook is not catalogue.nothing]
