"""What a mail's row is about, read for writing it: the facts of its session and the person as known now."""

from dataclasses import replace
from datetime import datetime

from sessions_app import mail_rows
from sessions_app.being_recorded import question_url, shuts_out, without_yes_in_mail
from sessions_app.family_emails import Recipient
from sessions_app.invitations import join_url
from sessions_app.mail_facts import SessionFacts, for_mail, session_facts
from sessions_app.models import Session, StaffAssignment
from sessions_app.staff_emails import StaffRecipient
from sessions_app.undertakings import must_sign_in_mail, portal_url, sign_url
from whippersnappers.outbox.models import OutgoingMail


def family(mail: OutgoingMail, now: datetime) -> tuple[SessionFacts, Recipient]:
    """The session, and the guardian as known now: the names are those of the children they may be told of."""
    rows = mail_rows.kept(mail)
    guardian = rows.invitation.guardian
    children = rows.reach.children if rows.reach else ()
    must_sign = must_sign_in_mail(rows.session, guardian.pk, rows.invited)
    missing = without_yes_in_mail(rows.session, guardian.pk, children)
    asks = not must_sign and shuts_out(missing, children)
    is_kept_back = must_sign or asks
    page = portal_url(rows.invitation.pk)
    facts = session_facts(rows.session, now=now)
    recipient = Recipient(
        guardian_id=guardian.pk,
        first_name=guardian.first_name,
        full_name=guardian.full_name,
        email=mail.to,
        children=tuple(child.known_as for child in children),
        join_url="" if is_kept_back else join_url(rows.invitation),
        sign_url=sign_url(rows.invitation.pk) if must_sign else "",
        ask_url=question_url(missing, page) if asks else "",
        portal_url=page if is_kept_back else "",
        without_yes=tuple(one.child for one in missing),
        may_say_yes=any(one.question_path for one in missing),
        sequence=mail.context["sequence"],
        is_called=bool(rows.reach and rows.reach.why_phone),
    )
    # Kept back is kept back: no way in by typing numbers either (F1-F6, X1).
    return replace(facts, meeting_id="", passcode="") if is_kept_back else facts, recipient


def staff_facts(mail: OutgoingMail, now: datetime) -> SessionFacts:
    """The facts of the session that a mail to staff is about."""
    return session_facts(for_mail(Session.objects.all()).get(pk=mail.context["session"]), now=now)


def to_staff(mail: OutgoingMail) -> StaffRecipient:
    """The member of staff whom a mail is for, with their part in the session."""
    assignments = StaffAssignment.objects.select_related("staff__user", "session__place")
    assignment = assignments.get(pk=mail.context["assignment"])
    return StaffRecipient(mail.to_name, mail.to, assignment, mail.context["sequence"])


def carries(mail: OutgoingMail, what: str) -> bool:
    """Whether the mail takes along what a pre-session mail or a reminder would say."""
    return any(mark.startswith(f"{what}:") for mark in mail.context.get("carries", []))
