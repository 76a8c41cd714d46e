"""Mails about several sessions that go as one: which of them, and what each of them adds."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from families.models import Child
from sessions_app import calendar_entries, mail_checks, posting, staff_calendar, staff_notices
from sessions_app.digest_emails import CHANGED, NEW, OFF, Piece, family_digest, staff_digest
from sessions_app.family_emails import Recipient, entry_of, sentence
from sessions_app.mail_facts import SessionFacts
from sessions_app.mail_readers import carries, family, staff_facts, to_staff
from sessions_app.mail_times import PREPARATION
from sessions_app.staff_emails import session_url, staff_entry_of
from sessions_app.timetable_mails import sheet_of
from whippersnappers.outbox import together
from whippersnappers.outbox.catalogue import Rendered
from whippersnappers.outbox.models import OutgoingMail

_KINDS = (*posting.FAMILY_KINDS, *staff_notices.STAFF_KINDS)


def bundle(session_ids: Iterable[Any]) -> int:
    """Let what each person is to be told of these sessions go as one mail; returns how many mails that makes.

    In the transaction that made the mails, or while they are held.
    """
    abouts = [posting.about(pk) for pk in session_ids]
    return together.bundle(OutgoingMail.objects.filter(about__in=abouts, kind__in=_KINDS))


def family_together(mails: list[OutgoingMail], now: datetime) -> Rendered:
    """Several mails to one guardian as one."""
    pieces = [_FAMILY[mail.kind](mail, now) for mail in mails]
    _facts, to = family(mails[0], now)
    return family_digest(pieces, to.first_name)


def _invitation(mail: OutgoingMail, now: datetime) -> Piece:
    facts, to = family(mail, now)
    event = calendar_entries.going_ahead(entry_of(facts, to), now=now)
    return Piece(NEW, facts, event=event, **_ways(to), **_preparation(mail, facts, now))


def _changed(mail: OutgoingMail, now: datetime) -> Piece:
    facts, to = family(mail, now)
    changes, moved = mail_checks.changes_told(mail, facts.session, now)
    event = calendar_entries.going_ahead(entry_of(facts, to), now=now) if moved else None
    said: dict[str, Any] = {"changes": tuple(changes), **_preparation(mail, facts, now)}
    return Piece(CHANGED, facts, event=event, **_ways(to), **said)


def _ways(to: Recipient) -> dict[str, Any]:
    return {"url": to.join_url, "sign_url": to.sign_url, "ask_url": to.ask_url}


def _preparation(mail: OutgoingMail, facts: SessionFacts, now: datetime) -> dict[str, Any]:
    """Whether the mail prepares for the session too, and then its sheet of pictures (W2)."""
    if not carries(mail, PREPARATION):
        return {}
    return {"prepares": True, "sheet": sheet_of(facts.session, now)}


def _cancelled(mail: OutgoingMail, now: datetime) -> Piece:
    facts, to = family(mail, now)
    event = calendar_entries.called_off(entry_of(facts, to), now=now)
    return Piece(OFF, facts, said=sentence(facts.session.cancel_reason), event=event)


def _withdrawn(mail: OutgoingMail, now: datetime) -> Piece:
    facts, to = family(mail, now)
    child = Child.objects.only("known_as").get(pk=mail.context["child"])
    event = None if mail.context["stays"] else calendar_entries.called_off(entry_of(facts, to), now=now)
    return Piece(OFF, facts, said=f"{child.known_as} does not have a place on this day any more.", event=event)


_FAMILY: dict[str, Callable[[OutgoingMail, datetime], Piece]] = {
    posting.INVITATION: _invitation,
    posting.CHANGED: _changed,
    posting.CANCELLED: _cancelled,
    posting.WITHDRAWN: _withdrawn,
}


def staff_together(mails: list[OutgoingMail], now: datetime) -> Rendered:
    """Several mails to one member of staff as one."""
    return staff_digest([_staff_piece(mail, now) for mail in mails], mails[0].to_name)


def _staff_piece(mail: OutgoingMail, now: datetime) -> Piece:
    facts, to = staff_facts(mail, now), to_staff(mail)
    entry, url = staff_entry_of(facts, to), session_url(facts.session)
    if mail.kind in (staff_notices.STAFF_WITHDRAWN, staff_notices.STAFF_CANCELLED):
        off = "You are not on it any more." if mail.kind == staff_notices.STAFF_WITHDRAWN else "It is cancelled."
        return Piece(OFF, facts, said=off, url=url, event=staff_calendar.called_off(entry, email=to.email, now=now))
    event = staff_calendar.going_ahead(entry, email=to.email, now=now)
    if mail.kind == staff_notices.STAFF_ASSIGNED:
        return Piece(NEW, facts, said=f"You {to.assignment.get_role_display().lower()[:-1]} it.", url=url, event=event)
    changes, moved = mail_checks.changes_told(mail, facts.session, now)
    return Piece(CHANGED, facts, tuple(changes), url=url, event=event if moved else None)
