"""The rows that a family mail is about, read once for asking whether it is wanted and for writing it."""

from dataclasses import dataclass

from sessions_app.mail_facts import for_mail
from sessions_app.models import Invitation, Session
from sessions_app.posting import guardian_id_of
from sessions_app.reach import ToReach, reached_guardian
from whippersnappers.outbox.memory import shared
from whippersnappers.outbox.models import OutgoingMail

_KEPT = "_rows_it_is_about"


@dataclass(frozen=True)
class FamilyRows:
    """A mail's session and invitation as they are now, and the guardian if the session still reaches them."""

    session: Session
    invitation: Invitation
    reach: ToReach | None


def read(mail: OutgoingMail) -> FamilyRows | None:
    """Read them from the database, and keep them with this object; None when the session was deleted.

    The outbox asks a kind whether a mail is wanted and at once has it written, both about one object. A
    later attempt claims the mail anew or asks anew, and reads anew.
    """
    invitation = Invitation.objects.filter(pk=mail.context["invitation"]).select_related("guardian").first()
    session = shared(("session for mail", mail.context["session"]), lambda: _session(mail.context["session"]))
    if invitation is None or session is None:
        return None
    rows = FamilyRows(session, invitation, reached_guardian(session.pk, guardian_id_of(mail)))
    mail.__dict__[_KEPT] = rows
    return rows


def _session(session_id: str) -> Session | None:
    return for_mail(Session.objects.filter(pk=session_id)).first()


def kept(mail: OutgoingMail) -> FamilyRows:
    """What `read` found just now; read now if nobody asked before. Raises LookupError for a deleted session."""
    rows = mail.__dict__.pop(_KEPT, None) or read(mail)
    if rows is None:
        raise LookupError("the session was deleted")
    return rows
