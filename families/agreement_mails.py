"""The mail that asks parents and carers to sign: once for each version, when staff publish it."""

from datetime import datetime

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from families import agreeing
from families.models import Agreement, Guardian, Guardianship
from whippersnappers.organisation import organisation
from whippersnappers.outbox.catalogue import MailKind, NotWanted, Rendered, Verdict, Wanted, register
from whippersnappers.outbox.models import OutgoingMail
from whippersnappers.outbox.queue import enqueue

TO_SIGN = "agreement_to_sign"


def ask_everybody(agreement: Agreement, *, now: datetime) -> int:
    """Ask every parent or carer who is invited to sessions and whom mail reaches; returns how many mails are new.

    In the transaction that publishes the version.
    """
    invited = Guardianship.objects.inviting().values("guardian")
    guardians = Guardian.objects.filter(pk__in=invited, email_problem="").exclude(email="").order_by("pk")
    return sum(
        enqueue(
            TO_SIGN,
            key=f"{TO_SIGN}:{agreement.version}:{guardian.pk}",
            to=guardian.email,
            to_name=guardian.full_name,
            person=f"guardian:{guardian.pk}",
            context={"version": agreement.version},
            now=now,
        )
        for guardian in guardians
    )


def _guardian_of(mail: OutgoingMail) -> Guardian | None:
    return Guardian.objects.filter(pk=mail.person.removeprefix("guardian:")).first()


def _wanted(mail: OutgoingMail, now: datetime) -> Verdict:
    """As long as that version is in force, and they are with us, invited for some child, and have not signed it."""
    guardian, current = _guardian_of(mail), agreeing.current_agreement()
    if guardian is None or not guardian.can_be_mailed:
        return NotWanted("this person is not with us any more, or mail cannot reach them")
    if current is None or current.version != mail.context["version"]:
        return NotWanted("there is a newer version")
    if not Guardianship.objects.inviting().filter(guardian=guardian).exists():
        return NotWanted("this person is not invited for any child any more")
    if agreeing.has_signed(guardian.pk):
        return NotWanted("they have signed")
    return Wanted(to=guardian.email)


def _render(mail: OutgoingMail, now: datetime) -> Rendered:
    guardian = Guardian.objects.get(pk=mail.person.removeprefix("guardian:"))
    subject = "Please sign our agreement"
    context = {
        "subject": subject,
        "name": guardian.first_name,
        "is_changed": guardian.signatures.exists(),
        "url": settings.SITE_URL + reverse("portal_agreement"),
        "organisation": organisation(),
    }
    text = render_to_string("emails/families/agreement_to_sign.txt", context)
    return Rendered(subject, text, render_to_string("emails/families/agreement_to_sign.html", context))


register(MailKind(TO_SIGN, "Agreement to sign", _render, check=_wanted))
