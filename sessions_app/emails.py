"""The catalogue: every mail that the charity sends about sessions, found here by the outbox.

What each says is in `family_emails.py` and `staff_emails.py`, whether it is still wanted in
`mail_checks.py`, when it goes in `notices.py` and `due_mails.py`; docs/mails.md has it as a table.
"""

from datetime import datetime
from typing import Any

from families.models import Child
from sessions_app import (
    alert_mails,
    answer_mails,
    family_emails,
    mail_checks,
    offer_mails,
    posting,
    rota_mails,
    staff_emails,
    staff_notices,
    suggesting,
)
from sessions_app.digests import family_together, staff_together
from sessions_app.mail_preview import PREVIEW_KINDS, preview
from sessions_app.mail_readers import carries, family, staff_facts, to_staff
from sessions_app.mail_times import PREPARATION, REMINDER
from sessions_app.models import Session
from sessions_app.phone_tasks import mail_died
from sessions_app.records import mails as record_mails
from sessions_app.timetable_mails import NO_SHEET, sheet_of
from whippersnappers.outbox.catalogue import MailKind, Rendered, register
from whippersnappers.outbox.models import OutgoingMail

__all__ = ["PREVIEW_KINDS", "alert_mails", "answer_mails", "offer_mails", "preview", "record_mails", "rota_mails"]


def _invitation(mail: OutgoingMail, now: datetime) -> Rendered:
    facts, to = family(mail, now)
    prepares = carries(mail, PREPARATION)
    sheet = sheet_of(facts.session, now) if prepares else NO_SHEET
    opened = mail.context.get("opened", False)
    return family_emails.invitation(facts, to, prepares=prepares, opened=opened, now=now, sheet=sheet)


def _changed(mail: OutgoingMail, now: datetime) -> Rendered:
    facts, to = family(mail, now)
    changes, moved = mail_checks.changes_told(mail, facts.session, now)
    prepares = carries(mail, PREPARATION)
    sheet = sheet_of(facts.session, now) if prepares else NO_SHEET
    return family_emails.changed(facts, to, changes, prepares=prepares, moved=moved, now=now, sheet=sheet)


def _cancelled(mail: OutgoingMail, now: datetime) -> Rendered:
    return family_emails.cancelled(*family(mail, now), now=now)


def _withdrawn(mail: OutgoingMail, now: datetime) -> Rendered:
    child = Child.objects.only("known_as").get(pk=mail.context["child"])
    return family_emails.withdrawn(*family(mail, now), child.known_as, stays=mail.context["stays"], now=now)


def _presession(mail: OutgoingMail, now: datetime) -> Rendered:
    facts, to = family(mail, now)
    return family_emails.presession(facts, to, reminds=carries(mail, REMINDER), sheet=sheet_of(facts.session, now))


def _reminder(mail: OutgoingMail, now: datetime) -> Rendered:
    return family_emails.reminder(*family(mail, now))


def _staff_assigned(mail: OutgoingMail, now: datetime) -> Rendered:
    return staff_emails.staff_assigned(staff_facts(mail, now), to_staff(mail), now=now)


def _staff_changed(mail: OutgoingMail, now: datetime) -> Rendered:
    facts = staff_facts(mail, now)
    changes, moved = mail_checks.changes_told(mail, facts.session, now)
    return staff_emails.staff_changed(facts, to_staff(mail), changes, moved=moved, now=now)


def _staff_withdrawn(mail: OutgoingMail, now: datetime) -> Rendered:
    return staff_emails.staff_withdrawn(staff_facts(mail, now), to_staff(mail), now=now)


def _staff_cancelled(mail: OutgoingMail, now: datetime) -> Rendered:
    return staff_emails.staff_cancelled(staff_facts(mail, now), to_staff(mail), now=now)


def _alert(mail: OutgoingMail, now: datetime) -> Rendered:
    session = Session.objects.get(pk=mail.context["session"])
    what, lines = mail.context["alert"], mail.context["lines"]
    helpers = suggesting.names(session) if what == "gate_reopened" else []
    return staff_emails.coordinator_alert(session, mail.to_name, what, lines, now=now, helpers=helpers)


# How a mail to a guardian, and one to a member of staff, is asked about and ended; some go together (`digests.py`).
_TO_FAMILY: dict[str, Any] = {"on_dead": mail_died}
_WITH_OTHERS: dict[str, Any] = _TO_FAMILY | {"together": family_together}
_TO_STAFF: dict[str, Any] = {"check": mail_checks.staff, "together": staff_together}

INVITATION = register(
    MailKind(posting.INVITATION, "Invitation", _invitation, check=mail_checks.invitation, **_WITH_OTHERS)
)
CHANGED = register(MailKind(posting.CHANGED, "Session changed", _changed, check=mail_checks.changed, **_WITH_OTHERS))
CANCELLED = register(
    MailKind(posting.CANCELLED, "Session cancelled", _cancelled, check=mail_checks.cancelled, **_WITH_OTHERS)
)
WITHDRAWN = register(
    MailKind(posting.WITHDRAWN, "Place taken back", _withdrawn, check=mail_checks.withdrawn, **_WITH_OTHERS)
)
PRESESSION = register(
    MailKind(posting.PRESESSION, "Before the session", _presession, check=mail_checks.before_the_start, **_TO_FAMILY)
)
REMINDER_MAIL = register(
    MailKind(posting.REMINDER, "Reminder", _reminder, check=mail_checks.before_the_start, **_TO_FAMILY)
)
STAFF_ASSIGNED = register(MailKind(staff_notices.STAFF_ASSIGNED, "Staff: on a session", _staff_assigned, **_TO_STAFF))
STAFF_CHANGED = register(MailKind(staff_notices.STAFF_CHANGED, "Staff: session changed", _staff_changed, **_TO_STAFF))
STAFF_WITHDRAWN = register(
    MailKind(staff_notices.STAFF_WITHDRAWN, "Staff: off a session", _staff_withdrawn, **_TO_STAFF)
)
STAFF_CANCELLED = register(
    MailKind(staff_notices.STAFF_CANCELLED, "Staff: session cancelled", _staff_cancelled, **_TO_STAFF)
)
COORDINATOR_ALERT = register(
    MailKind(staff_notices.COORDINATOR_ALERT, "Coordinator alert", _alert, check=mail_checks.alert)
)
