"""The calls that stand for mails: made when mail cannot reach a guardian, done when staff spoke to them (W2)."""

import re
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet

from families.models import Guardian
from sessions_app import posting
from sessions_app.models import PhoneTask, Session
from whippersnappers.audit.trail import record
from whippersnappers.outbox.message import UnusableAddress, envelope_address
from whippersnappers.outbox.models import OutgoingMail

_PURPOSE = {
    posting.CHANGED: PhoneTask.Purpose.CHANGED,
    posting.CANCELLED: PhoneTask.Purpose.CANCELLED,
    posting.WITHDRAWN: PhoneTask.Purpose.CANCELLED,
    posting.PLACE_OFFERED: PhoneTask.Purpose.OFFER,
    posting.ANSWERED: PhoneTask.Purpose.ANSWERED,
}
# About one child each: another child’s is another thing to say.
_OF_ONE_CHILD = (PhoneTask.Purpose.OFFER, PhoneTask.Purpose.ANSWERED)
# What a mail server says when the address itself is at fault (RFC 3463: 5.1.x, mailbox disabled) ...
_BAD_ADDRESS = re.compile(r"\b5\d\d[ -]5\.(?:1\.\d+|2\.1)\b")
# ... or, from a server without those codes, at the recipient.
_BAD_RECIPIENT = re.compile(r"\b(?:550|551|553|556)\b(?![ -]5\.\d)")


def record_call(
    task_id: Any, *, outcome: str, note: str = "", by: Any, now: datetime, tried: int | None = None
) -> PhoneTask:
    """Note one attempt to call. Done when they were reached; anything else leaves the task open.

    `tried`: how many attempts the caller's page showed. The same press once more notes nothing further.
    Raises ValidationError for an unknown outcome, a note over 300 characters, a task that is done, or one
    about which a colleague noted something else meanwhile.
    """
    if outcome not in PhoneTask.Outcome.values:
        raise ValidationError({"outcome": "Say how the call went."})
    note = note.strip()
    if len(note) > 300:
        raise ValidationError({"note": "Please keep the note under 300 characters."})
    with transaction.atomic():
        task = _locked(task_id)
        if _is_pressed_again(task, outcome, note, tried):
            return task
        _refuse_if_out_of_date(task, tried)
        task.outcome, task.attempts = outcome, task.attempts + 1
        task.note = note or task.note
        if outcome == PhoneTask.Outcome.REACHED:
            task.done_at, task.done_by = now, by
        task.save(update_fields=["outcome", "attempts", "note", "done_at", "done_by"])
        record("phonetask.called", by=by, target=task, now=now, outcome=outcome, attempt=task.attempts)
    return task


def record_also(task_ids: Iterable[Any], *, outcome: str, note: str = "", by: Any, now: datetime) -> None:
    """Note the same attempt for other calls to the same person; what a colleague has done meanwhile stays."""
    for task_id in task_ids:
        with suppress(ValidationError):
            record_call(task_id, outcome=outcome, note=note, by=by, now=now)


def _is_pressed_again(task: PhoneTask, outcome: str, note: str, tried: int | None) -> bool:
    return tried is not None and task.attempts == tried + 1 and task.outcome == outcome and note in ("", task.note)


def _refuse_if_out_of_date(task: PhoneTask, tried: int | None) -> None:
    if task.done_at is not None:
        raise ValidationError("This call is done already. Open it again to add to it.")
    if tried is not None and task.attempts != tried:
        said = task.get_outcome_display().lower()
        raise ValidationError(f"Meanwhile a colleague noted: {said}. If you called too, press once more.")


def take_off(task_id: Any, *, by: Any, now: datetime) -> PhoneTask:
    """Take a call off the list that nobody needs to make any more. A done one stays as it is."""
    with transaction.atomic():
        task = _locked(task_id)
        if task.done_at is not None:
            return task
        task.done_at, task.done_by, task.outcome = now, by, ""
        task.save(update_fields=["done_at", "done_by", "outcome"])
        record("phonetask.taken_off", by=by, target=task, now=now)
    return task


def reopen(task_id: Any, *, by: Any, now: datetime) -> PhoneTask:
    """Put a done task back on the list, its attempts and note kept. An open one stays as it is."""
    with transaction.atomic():
        task = _locked(task_id)
        if task.done_at is None:
            return task
        task.done_at, task.done_by, task.outcome = None, None, ""
        task.save(update_fields=["done_at", "done_by", "outcome"])
        record("phonetask.reopened", by=by, target=task, now=now)
    return task


def _locked(task_id: Any) -> PhoneTask:
    return PhoneTask.objects.select_for_update().get(pk=task_id)


def close_needless(tasks: QuerySet[PhoneTask], reason: str, *, now: datetime) -> int:
    """Take open calls off the list that nobody needs to make any more; returns how many."""
    return tasks.filter(done_at=None).update(done_at=now, done_by=None, note=reason)


def call_instead(mail: OutgoingMail, session: Session, guardian: Guardian, *, now: datetime, reason: str = "") -> bool:
    """Put the call that stands for `mail` on the list; True when it is new.

    Not when a call with the same purpose waits for the same guardian already: one call says it all. And
    nobody calls to prepare or remind a family that has been prepared.
    """
    purpose = _PURPOSE.get(mail.kind, PhoneTask.Purpose.INVITE)
    waiting = PhoneTask.objects.filter(session=session, guardian=guardian, purpose=purpose, done_at=None)
    if purpose in _OF_ONE_CHILD:
        waiting = waiting.filter(key=mail.key)
    if waiting.exists() or (purpose == PhoneTask.Purpose.INVITE and _is_prepared(session, guardian)):
        return False
    with transaction.atomic():
        is_new = posting.make_call(mail.key, session=session, guardian=guardian, purpose=purpose, reason=reason)
        if is_new:
            record("phonetask.made", by="system:outbox", target=session, now=now, guardian=str(guardian.pk))
    return is_new


def _is_prepared(session: Session, guardian: Guardian) -> bool:
    spoken = session.phone_tasks.filter(
        guardian=guardian, purpose=PhoneTask.Purpose.INVITE, outcome=PhoneTask.Outcome.REACHED
    )
    sent = posting.mails_about(session.pk).filter(person=posting.person(guardian.pk), state=OutgoingMail.State.SENT)
    return spoken.exists() or any(posting.prepares(mail) for mail in sent)


def mail_died(mail: OutgoingMail, now: datetime) -> None:
    """A family's mail cannot be sent: somebody calls instead, and a dead address is marked as such (W2).

    Runs in the transaction that notes the mail's end.
    """
    mail.refresh_from_db(fields=["reason"])
    session = Session.objects.filter(pk=mail.context["session"]).first()
    guardian = Guardian.objects.select_for_update().filter(pk=posting.guardian_id_of(mail)).first()
    if session is None or guardian is None:
        return
    is_current = guardian.email.casefold() == mail.to.casefold()
    if is_current and not guardian.email_problem and is_address_at_fault(mail.to, mail.reason):
        guardian.email_problem = mail.reason[:200]
        guardian.save(update_fields=["email_problem"])
        record("guardian.email_refused", by="system:outbox", target=guardian, now=now, mail=str(mail.pk))
    if guardian.archived_at is None:
        reason = f"mail to {mail.to} bounced: {mail.reason}"
        call_instead(mail, session, guardian, now=now, reason=reason)


def is_address_at_fault(address: str, reason: str) -> bool:
    """Whether a mail died of its address, rather than of its content, its size or a fault of ours."""
    try:
        envelope_address(address)
    except UnusableAddress:
        return True
    return bool(_BAD_ADDRESS.search(reason) or _BAD_RECIPIENT.search(reason))
