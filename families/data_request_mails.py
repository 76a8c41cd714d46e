"""The mails about requests for data: that it came in, that it takes longer, that it is answered. Never what it says."""

from datetime import datetime

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from families.models import DataRequest
from whippersnappers import dates
from whippersnappers.organisation import organisation
from whippersnappers.outbox.catalogue import MailKind, NotWanted, Rendered, Verdict, Wanted, register
from whippersnappers.outbox.models import OutgoingMail
from whippersnappers.outbox.queue import enqueue

RECEIVED, EXTENDED, ANSWERED = "data_request_received", "data_request_extended", "data_request_answered"
SUBJECTS = {
    RECEIVED: "We have your request",
    EXTENDED: "We need more time for your request",
    ANSWERED: "We have answered your request",
}


def tell(request: DataRequest, kind: str, *, now: datetime) -> None:
    """Put the mail into the outbox, once for each request and kind; nobody is told who has no address."""
    guardian = request.guardian
    if guardian.email:
        enqueue(
            kind,
            key=f"{kind}:{request.pk}",
            to=guardian.email,
            to_name=guardian.full_name,
            person=f"guardian:{guardian.pk}",
            context={"request": str(request.pk)},
            now=now,
        )


def _wanted(mail: OutgoingMail, now: datetime) -> Verdict:
    """As long as the guardian is with us, at the address of now."""
    request = DataRequest.objects.select_related("guardian").filter(pk=mail.context["request"]).first()
    if request is None or request.guardian.archived_at is not None or not request.guardian.email:
        return NotWanted("this person does not sign in any more")
    if mail.kind == EXTENDED and request.answered_at is not None:
        return NotWanted("the request is answered already")
    return Wanted(to=request.guardian.email)


def _render(mail: OutgoingMail, now: datetime) -> Rendered:
    request = DataRequest.objects.select_related("guardian").get(pk=mail.context["request"])
    subject = SUBJECTS[mail.kind]
    context = {
        "subject": subject,
        "name": request.guardian.first_name,
        "due": dates.calendar_day(request.due_on, now=now),
        "url": settings.SITE_URL + reverse("portal_my_data"),
        "organisation": organisation(),
        "site_url": settings.SITE_URL,
    }
    text = render_to_string(f"emails/families/{mail.kind}.txt", context)
    return Rendered(subject, text, render_to_string(f"emails/families/{mail.kind}.html", context))


register(MailKind(RECEIVED, "Request about data: it came in", _render, check=_wanted))
register(MailKind(EXTENDED, "Request about data: more time", _render, check=_wanted))
register(MailKind(ANSWERED, "Request about data: answered", _render, check=_wanted))
