"""The mail to the other guardians of a child about an answer: whether it is still wanted, and what it says (W8, F7)."""

from datetime import datetime

from django.conf import settings
from django.urls import reverse

from families.models import Child, Guardian, Guardianship
from sessions_app import family_emails, posting
from sessions_app.family_emails import Recipient
from sessions_app.mail_checks import by_mail
from sessions_app.mail_facts import for_mail, session_facts
from sessions_app.models import FamilyAnswer, Session
from whippersnappers.outbox.catalogue import MailKind, NotWanted, Rendered, Verdict, register
from whippersnappers.outbox.models import OutgoingMail


def _wanted(mail: OutgoingMail, now: datetime) -> Verdict:
    """As long as that answer holds, the session is ahead, and the guardian may be told of the child."""
    answer = FamilyAnswer.objects.select_related("booking__session").filter(pk=mail.context["answer"]).first()
    guardian = Guardian.objects.filter(pk=posting.guardian_id_of(mail)).first()
    standing = Guardianship.objects.inviting().filter(guardian=guardian, child=mail.context["child"])
    if answer is None or guardian is None or not standing.exists():
        return NotWanted("this person is not invited for the child any more")
    session = answer.booking.session
    if session.state != Session.State.CONFIRMED or session.starts_at <= now:
        return NotWanted("the session has begun, or is cancelled")
    if answer.booking.answers.first() != answer:
        return NotWanted("somebody answered again")
    if session.invitations.filter(guardian=guardian, withdrawn_at=None).first() is None:
        return NotWanted("the way in was withdrawn")
    return by_mail(mail, guardian, session, now)


def _render(mail: OutgoingMail, now: datetime) -> Rendered:
    session = for_mail(Session.objects.all()).get(pk=mail.context["session"])
    guardian = Guardian.objects.get(pk=posting.guardian_id_of(mail))
    child = Child.objects.only("known_as").get(pk=mail.context["child"]).known_as
    to = Recipient(guardian.pk, guardian.first_name, guardian.full_name, mail.to, (child,))
    url = settings.SITE_URL + reverse("portal")
    return family_emails.answered(
        session_facts(session, now=now),
        to,
        child,
        coming=bool(mail.context["coming"]),
        waits=bool(mail.context.get("waits")),
        url=url,
    )


register(MailKind(posting.ANSWERED, "Another parent answered", _render, check=_wanted))
