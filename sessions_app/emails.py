"""The catalogue: every mail that the charity sends about sessions, found here by the outbox.

What each says is in `family_emails.py` and `staff_emails.py`, whether it is still wanted in
`mail_checks.py`, when it goes in `notices.py` and `due_mails.py`; docs/mails.md has it as a table.
"""

from datetime import datetime

from families.models import Child
from sessions_app import (
    family_emails,
    mail_checks,
    mail_rows,
    offer_mails,
    posting,
    rota_mails,
    staff_emails,
    staff_notices,
    suggesting,
)
from sessions_app.family_emails import Recipient
from sessions_app.invitations import join_url
from sessions_app.mail_facts import SessionFacts, for_mail, session_facts
from sessions_app.mail_preview import PREVIEW_KINDS, preview
from sessions_app.mail_times import PREPARATION, REMINDER
from sessions_app.models import Session, StaffAssignment
from sessions_app.phone_tasks import mail_died
from sessions_app.staff_emails import StaffRecipient
from whippersnappers.outbox.catalogue import MailKind, Rendered, register
from whippersnappers.outbox.models import OutgoingMail

__all__ = ["PREVIEW_KINDS", "offer_mails", "preview", "rota_mails"]


def _family(mail: OutgoingMail, now: datetime) -> tuple[SessionFacts, Recipient]:
    """The session, and the guardian as known now: the names are those of the children they may be told of."""
    rows = mail_rows.kept(mail)
    guardian = rows.invitation.guardian
    recipient = Recipient(
        guardian_id=guardian.pk,
        first_name=guardian.first_name,
        full_name=guardian.full_name,
        email=mail.to,
        children=tuple(child.known_as for child in rows.reach.children) if rows.reach else (),
        join_url=join_url(rows.invitation),
        sequence=mail.context["sequence"],
        is_called=bool(rows.reach and rows.reach.why_phone),
    )
    return session_facts(rows.session, now=now), recipient


def _staff_facts(mail: OutgoingMail, now: datetime) -> SessionFacts:
    return session_facts(for_mail(Session.objects.all()).get(pk=mail.context["session"]), now=now)


def _carries(mail: OutgoingMail, what: str) -> bool:
    return any(mark.startswith(f"{what}:") for mark in mail.context.get("carries", []))


def _invitation(mail: OutgoingMail, now: datetime) -> Rendered:
    return family_emails.invitation(*_family(mail, now), prepares=_carries(mail, PREPARATION), now=now)


def _changed(mail: OutgoingMail, now: datetime) -> Rendered:
    facts, to = _family(mail, now)
    changes, moved = mail_checks.changes_told(mail, facts.session, now)
    prepares = _carries(mail, PREPARATION)
    return family_emails.changed(facts, to, changes, prepares=prepares, moved=moved, now=now)


def _cancelled(mail: OutgoingMail, now: datetime) -> Rendered:
    return family_emails.cancelled(*_family(mail, now), now=now)


def _withdrawn(mail: OutgoingMail, now: datetime) -> Rendered:
    child = Child.objects.only("known_as").get(pk=mail.context["child"])
    return family_emails.withdrawn(*_family(mail, now), child.known_as, stays=mail.context["stays"], now=now)


def _presession(mail: OutgoingMail, now: datetime) -> Rendered:
    return family_emails.presession(*_family(mail, now), reminds=_carries(mail, REMINDER))


def _reminder(mail: OutgoingMail, now: datetime) -> Rendered:
    return family_emails.reminder(*_family(mail, now))


def _to_staff(mail: OutgoingMail) -> StaffRecipient:
    assignments = StaffAssignment.objects.select_related("staff__user", "session__place")
    assignment = assignments.get(pk=mail.context["assignment"])
    return StaffRecipient(mail.to_name, mail.to, assignment, mail.context["sequence"])


def _staff_assigned(mail: OutgoingMail, now: datetime) -> Rendered:
    return staff_emails.staff_assigned(_staff_facts(mail, now), _to_staff(mail), now=now)


def _staff_changed(mail: OutgoingMail, now: datetime) -> Rendered:
    facts = _staff_facts(mail, now)
    changes, moved = mail_checks.changes_told(mail, facts.session, now)
    return staff_emails.staff_changed(facts, _to_staff(mail), changes, moved=moved, now=now)


def _staff_withdrawn(mail: OutgoingMail, now: datetime) -> Rendered:
    return staff_emails.staff_withdrawn(_staff_facts(mail, now), _to_staff(mail), now=now)


def _staff_cancelled(mail: OutgoingMail, now: datetime) -> Rendered:
    return staff_emails.staff_cancelled(_staff_facts(mail, now), _to_staff(mail), now=now)


def _alert(mail: OutgoingMail, now: datetime) -> Rendered:
    session = Session.objects.get(pk=mail.context["session"])
    what, lines = mail.context["alert"], mail.context["lines"]
    helpers = suggesting.names(session) if what == "gate_reopened" else []
    return staff_emails.coordinator_alert(session, mail.to_name, what, lines, now=now, helpers=helpers)


INVITATION = register(
    MailKind(posting.INVITATION, "Invitation", _invitation, check=mail_checks.invitation, on_dead=mail_died)
)
CHANGED = register(MailKind(posting.CHANGED, "Session changed", _changed, check=mail_checks.changed, on_dead=mail_died))
CANCELLED = register(
    MailKind(posting.CANCELLED, "Session cancelled", _cancelled, check=mail_checks.cancelled, on_dead=mail_died)
)
WITHDRAWN = register(
    MailKind(posting.WITHDRAWN, "Place taken back", _withdrawn, check=mail_checks.withdrawn, on_dead=mail_died)
)
PRESESSION = register(
    MailKind(
        posting.PRESESSION, "Before the session", _presession, check=mail_checks.before_the_start, on_dead=mail_died
    )
)
REMINDER_MAIL = register(
    MailKind(posting.REMINDER, "Reminder", _reminder, check=mail_checks.before_the_start, on_dead=mail_died)
)
STAFF_ASSIGNED = register(
    MailKind(staff_notices.STAFF_ASSIGNED, "Staff: on a session", _staff_assigned, check=mail_checks.staff)
)
STAFF_CHANGED = register(
    MailKind(staff_notices.STAFF_CHANGED, "Staff: session changed", _staff_changed, check=mail_checks.staff)
)
STAFF_WITHDRAWN = register(
    MailKind(staff_notices.STAFF_WITHDRAWN, "Staff: off a session", _staff_withdrawn, check=mail_checks.staff)
)
STAFF_CANCELLED = register(
    MailKind(staff_notices.STAFF_CANCELLED, "Staff: session cancelled", _staff_cancelled, check=mail_checks.staff)
)
COORDINATOR_ALERT = register(
    MailKind(staff_notices.COORDINATOR_ALERT, "Coordinator alert", _alert, check=mail_checks.alert)
)
