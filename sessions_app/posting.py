"""Putting one family's mail, or the phone task that stands for it, under one key.

Everything that tells a guardian of a session goes through `post`; `notices.py` says on which occasion.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from families.models import Guardian
from sessions_app.mail_times import PREPARATION
from sessions_app.models import Invitation, PhoneTask, Session
from sessions_app.reach import ToReach, why_phone
from whippersnappers.outbox.models import OutgoingMail
from whippersnappers.outbox.queue import enqueue

INVITATION = "invitation"
CHANGED = "changed"
CANCELLED = "cancelled"
WITHDRAWN = "withdrawn"
PRESESSION = "presession"
REMINDER = "reminder"
PLACE_OFFERED = "place_offered"
PLACE_GONE = "place_gone"
ANSWERED = "answered"
# What families who are on a session are told; offers go to families who are not on it yet.
FAMILY_KINDS = (INVITATION, CHANGED, CANCELLED, WITHDRAWN, PRESESSION, REMINDER)

WAITING_FOR_ZOOM = "waiting for the Zoom meeting"
# How long a mail that waits for Zoom sleeps, if nobody wakes it before.
ZOOM_NAP = timedelta(seconds=60)


@dataclass(frozen=True)
class Letter:
    """What is to be said to one guardian: the kind of mail, its key's last part and what rendering needs."""

    kind: str
    tail: str
    context: dict[str, Any] = field(default_factory=dict)
    call_for: str = ""  # the PhoneTask.Purpose when staff must call


def about(session_id: Any) -> str:
    """The outbox's name for mails about a session."""
    return f"session:{session_id}"


def person(guardian_id: Any) -> str:
    """The outbox's name for mails to a guardian."""
    return f"guardian:{guardian_id}"


def guardian_id_of(mail: OutgoingMail) -> str:
    """The id of the guardian whom a family mail is for."""
    return mail.person.removeprefix("guardian:")


def made_at(mail: OutgoingMail) -> datetime:
    """When a family mail was put into the outbox."""
    noted = mail.context.get("made_at")
    return datetime.fromisoformat(noted) if noted else mail.created_at


def mails_about(session_id: Any) -> QuerySet[OutgoingMail]:
    """Every mail to families about a session, in whatever state."""
    return OutgoingMail.objects.filter(about=about(session_id), kind__in=FAMILY_KINDS)


def prepares(mail: OutgoingMail) -> bool:
    """Whether the mail says what will happen, how long, and what is needed: the contact promised in W2.

    A pre-session mail does; so does any other that took the preparation along. An early invitation does not.
    """
    carries = mail.context.get("carries", [])
    return mail.kind == PRESESSION or any(mark.startswith(f"{PREPARATION}:") for mark in carries)


def key(kind: str, session_id: Any, guardian_id: Any, tail: str) -> str:
    """The unique key of a family's mail, and of the phone task that stands for it."""
    return f"{kind}:{session_id}:{guardian_id}:{tail}"


def post(
    letter: Letter,
    *,
    session: Session,
    invitation: Invitation | None = None,
    reach: ToReach,
    now: datetime,
    not_before: datetime | None = None,
    expires_at: datetime | None = None,
) -> bool:
    """Put the mail into the outbox, or the call on the list, or both; True when anything is new.

    A guardian with an address gets the mail. Staff call when `reach.why_phone` says why and the letter
    names a purpose for a call. Without an invitation the mail leads to no way in. Must run in the transaction
    of the change that causes it.
    """
    name = key(letter.kind, session.pk, reach.guardian.pk, letter.tail)
    is_new = False
    if reach.by_mail:
        is_new = enqueue(
            letter.kind,
            key=name,
            to=reach.guardian.email,
            to_name=reach.guardian.full_name,
            about=about(session.pk),
            person=person(reach.guardian.pk),
            context=_context(session, reach, invitation, now) | letter.context,
            not_before=not_before,
            expires_at=expires_at or session.ends_at,
            now=now,
        )
    if letter.call_for and reach.why_phone:
        called = make_call(name, session=session, guardian=reach.guardian, purpose=letter.call_for)
        is_new = called or is_new
    return is_new


def _context(session: Session, reach: ToReach, invitation: Invitation | None, now: datetime) -> dict[str, Any]:
    context = {"session": str(session.pk), "guardian": str(reach.guardian.pk), "made_at": now.isoformat()}
    if invitation is None:
        return context
    return context | {"invitation": str(invitation.pk), "sequence": invitation.sequence}


def make_call(name: str, *, session: Session, guardian: Guardian, purpose: str, reason: str = "") -> bool:
    """Put a call on the list of phone tasks, once per key; True when it is new (W2).

    A change needs no call of its own while one about the session is still to be made: it tells what is true then.
    """
    waiting = session.phone_tasks.filter(guardian=guardian, done_at=None).exclude(purpose=PhoneTask.Purpose.ANSWERED)
    if purpose == PhoneTask.Purpose.CHANGED and waiting.exists():
        return False
    why = (reason or why_phone(guardian))[:200]
    _task, is_new = PhoneTask.objects.get_or_create(
        key=name, defaults={"session": session, "guardian": guardian, "purpose": purpose, "reason": why}
    )
    return is_new


def invitation_letter(invitation: Invitation | None, carries: list[str]) -> Letter:
    """The invitation at its present version (a first one if None); `carries` are the marks it takes along."""
    version = str(invitation.token_version if invitation else 1)
    return Letter(INVITATION, version, {"carries": carries}, PhoneTask.Purpose.INVITE)


def when_zoom_is_ready(session: Session, *, meeting_ready: bool, now: datetime) -> datetime:
    """When to try a mail that needs the Meeting ID: now if there is one, else after a nap (or a wake-up)."""
    return now if meeting_ready or not session.is_remote else now + ZOOM_NAP
