"""The rows that a family mail is about, read once for asking whether it is wanted and for writing it."""

from dataclasses import dataclass
from uuid import UUID

from sessions_app.mail_facts import for_mail
from sessions_app.models import Invitation, Session
from sessions_app.posting import guardian_id_of
from sessions_app.reach import ToReach, guardians_to_reach
from whippersnappers.outbox.memory import shared
from whippersnappers.outbox.models import OutgoingMail

_KEPT = "_rows_it_is_about"


@dataclass(frozen=True)
class FamilyRows:
    """A mail's session and invitation as they are now, and the guardian if the session still reaches them."""

    session: Session
    invitation: Invitation
    reach: ToReach | None
    # The keys of everybody who has an invitation to the session.
    invited: frozenset[UUID]


def read(mail: OutgoingMail) -> FamilyRows | None:
    """Read them from the database, and keep them with this object; None when the session was deleted.

    The outbox asks a kind whether a mail is wanted and at once has it written, both about one object. A
    later attempt claims the mail anew or asks anew, and reads anew. The mails of one session in one round of
    delivery read together, at most a second before they go.
    """
    session_id = mail.context["session"]
    session = shared(("session for mail", session_id), lambda: _session(session_id))
    invitations = shared(("its invitations", session_id), lambda: _invitations(session_id))
    invitation = invitations.get(mail.context["invitation"])
    if invitation is None or session is None:
        return None
    reach = shared(("whom it reaches", session_id), lambda: _reached(session)).get(guardian_id_of(mail))
    mail.__dict__[_KEPT] = rows = FamilyRows(
        session, invitation, reach, frozenset(row.guardian_id for row in invitations.values())
    )
    return rows


def _session(session_id: str) -> Session | None:
    return for_mail(Session.objects.filter(pk=session_id)).first()


def _invitations(session_id: str) -> dict[str, Invitation]:
    return {str(row.pk): row for row in Invitation.objects.filter(session=UUID(session_id)).select_related("guardian")}


def _reached(session: Session) -> dict[str, ToReach]:
    return {str(reach.guardian.pk): reach for reach in guardians_to_reach(session)}


def kept(mail: OutgoingMail) -> FamilyRows:
    """What `read` found just now; read now if nobody asked before. Raises LookupError for a deleted session."""
    rows = mail.__dict__.pop(_KEPT, None) or read(mail)
    if rows is None:
        raise LookupError("the session was deleted")
    return rows
