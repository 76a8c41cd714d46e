"""The mails about late records: whether each is still wanted, and what it says. No child, no title, no content."""

from datetime import datetime

from django.urls import reverse

from sessions_app.family_emails import render_pair
from sessions_app.models import SessionRecord
from sessions_app.records.chasing import RECORD_DUE, RECORD_OVERDUE, next_to_act
from sessions_app.records.standing import State
from whippersnappers import dates
from whippersnappers.accounts.models import User
from whippersnappers.accounts.roles import Role
from whippersnappers.organisation import organisation
from whippersnappers.outbox.catalogue import MailKind, NotWanted, Rendered, Verdict, Wanted, register
from whippersnappers.outbox.models import OutgoingMail

DONE = "the record is complete"
NOT_THEIRS = "somebody else sees to it now"
_TOLD = (Role.COORDINATOR, Role.LEAD, Role.DEPUTY)


def _record(mail: OutgoingMail) -> SessionRecord | None:
    return SessionRecord.objects.filter(pk=mail.context["record"]).select_related("session", "author__user").first()


def _due_wanted(mail: OutgoingMail, now: datetime) -> Verdict:
    """Only while this person has the next step."""
    record = _record(mail)
    if record is None or record.state == State.COMPLETE:
        return NotWanted(DONE)
    user = next((user for user in next_to_act(record) if str(user.pk) == mail.person.removeprefix("user:")), None)
    return NotWanted(NOT_THEIRS) if user is None else Wanted(to=user.email)


def _overdue_wanted(mail: OutgoingMail, now: datetime) -> Verdict:
    """Only while it is late, to those who answer for it now."""
    record = _record(mail)
    if record is None or record.state == State.COMPLETE:
        return NotWanted(DONE)
    user = User.objects.with_role(*_TOLD).filter(pk=mail.person.removeprefix("user:")).first()
    return NotWanted(NOT_THEIRS) if user is None else Wanted(to=user.email)


def _words(mail: OutgoingMail, template: str, subject: str, path: str, now: datetime) -> Rendered:
    record = SessionRecord.objects.select_related("session", "author__user").get(pk=mail.context["record"])
    session = record.session
    context = {
        "name": mail.to_name,
        "author": record.author,
        "signed": record.state == State.SIGNED,
        "when": dates.when(session.starts_at, session.ends_at, now=now),
        "staff_url": f"{organisation().site_url}{path}",
    }
    return render_pair(f"sessions/{template}", subject, context)


def _due(mail: OutgoingMail, now: datetime) -> Rendered:
    return _words(mail, "record_due", "A record waits for you", reverse("admin:my_records"), now)


def _overdue(mail: OutgoingMail, now: datetime) -> Rendered:
    page = reverse("admin:sessions_app_sessionrecord_change", args=[mail.context["record"]])
    return _words(mail, "record_overdue", "A session record is overdue", page, now)


register(MailKind(RECORD_DUE, "Staff: a record waits", _due, check=_due_wanted))
register(MailKind(RECORD_OVERDUE, "Record overdue", _overdue, check=_overdue_wanted))
