"""Who may come into a remote session as far as the undertakings go: signed, let in by staff, or neither (F1-F6).

The undertakings are about what others see and hear by video, so an in-person session keeps nobody out; its
door list says all the same who has not signed (docs/adr/0140).
"""

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.db.models import Exists, Q
from django.urls import reverse

from families import agreeing
from sessions_app.models import Invitation, LetIn, Session
from whippersnappers.organisation import organisation
from whippersnappers.outbox.memory import shared


class Agreed(models.TextChoices):
    """How one guardian stands to the undertakings in one session."""

    SIGNED = "signed", "Signed"
    LET_IN = "let_in", "Let in once"
    UNSIGNED = "unsigned", "Not signed"


def agreed_in(session_id: Any, guardian_id: Any) -> Agreed:
    """How this guardian stands in this session now; one query, or two when they have not signed."""
    if agreeing.has_signed(guardian_id):
        return Agreed.SIGNED
    let_in = LetIn.objects.filter(session=session_id, guardian=guardian_id).exists()
    return Agreed.LET_IN if let_in else Agreed.UNSIGNED


def agreed_by_pair(pairs: Iterable[tuple[Any, Any]]) -> dict[tuple[Any, Any], Agreed]:
    """The same for many pairs of session and guardian (keys); three queries however many."""
    asked = set(pairs)
    signed = agreeing.signed_ids({guardian for _session, guardian in asked})
    let_in = set(
        LetIn.objects.filter(session__in={session for session, _guardian in asked}).values_list("session", "guardian")
    )
    return {
        (session, guardian): Agreed.SIGNED
        if guardian in signed
        else (Agreed.LET_IN if (session, guardian) in let_in else Agreed.UNSIGNED)
        for session, guardian in asked
    }


def may_enter(guardian: Any, session: Any) -> Q:
    """For annotating rows: whether the guardian signed, or was let into the session. Both may be an OuterRef."""
    return agreeing.signed_by(guardian) | Q(Exists(LetIn.objects.filter(session=session, guardian=guardian)))


def must_sign(invitation: Invitation) -> bool:
    """Whether the guardian has to sign before this way in leads anywhere.

    No query for one that was read with `may_enter`.
    """
    known = getattr(invitation, "may_enter", None)
    if known is not None:
        return invitation.session.is_remote and not known
    return must_sign_now(invitation.session, invitation.guardian_id)


def must_sign_now(session: Session, guardian_id: Any) -> bool:
    """The same, asked anew."""
    return session.is_remote and agreed_in(session.pk, guardian_id) == Agreed.UNSIGNED


def must_sign_in_mail(session: Session, guardian_id: Any, invited: Iterable[Any]) -> bool:
    """`must_sign_now` for a mail that is being written; `invited` are the keys of all guardians of the session.

    Mails of one round share who has signed. Who had not is asked about anew: a signature that came in the
    second between must not leave them with a mail that says they have to sign.
    """
    if not session.is_remote:
        return False
    signed = shared(("who signed, of", session.pk), lambda: agreeing.signed_ids(invited))
    return guardian_id not in signed and must_sign_now(session, guardian_id)


def sign_path(invitation_id: Any) -> str:
    """The page where a guardian signs, from which it goes back to this way in."""
    return f"{reverse('portal_agreement')}?back={invitation_id}"


def sign_url(invitation_id: Any) -> str:
    """The whole address of that page, for mails and calendar entries. It is no key: they sign in there."""
    return f"{organisation().site_url}{sign_path(invitation_id)}"


def portal_url(invitation_id: Any) -> str:
    """The session's page in the portal, which needs signing in too: what is no way in stands there."""
    return f"{organisation().site_url}{reverse('portal_session', args=[invitation_id])}"
