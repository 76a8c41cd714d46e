"""The mail that tells the support contact of a family that needs help with Zoom (F1)."""

from datetime import datetime

from django.template.loader import render_to_string
from django.urls import reverse

from families.helping import HELP_ASKED
from families.models import HelpRequest
from whippersnappers.organisation import organisation
from whippersnappers.outbox.catalogue import MailKind, NotWanted, Rendered, Verdict, Wanted, register
from whippersnappers.outbox.models import OutgoingMail

HELP_SUBJECT = "A family needs help with Zoom"


def _render_help(mail: OutgoingMail, now: datetime) -> Rendered:
    """Who needs help, with what and on which device. What they wrote stays on the page: it may be about a child."""
    asked = HelpRequest.objects.select_related("guardian__family").get(pk=mail.context["help"])
    url = f"{organisation().site_url}{reverse('admin:families_helprequest_change', args=[asked.pk])}"
    context = {"subject": HELP_SUBJECT, "asked": asked, "url": url, "organisation": organisation()}
    return Rendered(
        HELP_SUBJECT,
        render_to_string("emails/families/help_asked.txt", context),
        render_to_string("emails/families/help_asked.html", context),
        reply_to=asked.guardian.email if asked.guardian.can_be_mailed else "",
    )


def _still_waits(mail: OutgoingMail, now: datetime) -> Verdict:
    if not HelpRequest.objects.waiting().filter(pk=mail.context["help"]).exists():
        return NotWanted("Somebody has helped already.")
    return Wanted(to=organisation().support_email)


HELP = register(MailKind(HELP_ASKED, "A family needs help", _render_help, check=_still_waits))
