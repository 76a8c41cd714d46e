"""What the charity says by mail about concerns: the same words every time, and a link."""

from datetime import datetime

from django.template.loader import render_to_string

from safeguarding.models import Concern
from safeguarding.telling import NEW_CONCERN
from whippersnappers.accounts.models import User
from whippersnappers.organisation import organisation
from whippersnappers.outbox.catalogue import MailKind, NotWanted, Rendered, Verdict, Wanted, register
from whippersnappers.outbox.models import OutgoingMail

SUBJECT = "Something new on the safeguarding pages"
# No role holds it, so that no mail log shows these mails.
NOT_IN_THE_MAIL_LOG = "safeguarding.view_concern"


def _render_new(mail: OutgoingMail, now: datetime) -> Rendered:
    url = f"{organisation().site_url}/safeguarding/"
    context = {"subject": SUBJECT, "name": mail.to_name, "url": url, "organisation": organisation()}
    return Rendered(
        SUBJECT,
        render_to_string("emails/safeguarding/concern_raised.txt", context),
        render_to_string("emails/safeguarding/concern_raised.html", context),
    )


def _still_theirs(mail: OutgoingMail, now: datetime) -> Verdict:
    """Not for somebody who has since been found to be in it, or who has nothing to do with it any more."""
    if not mail.person:
        return Wanted()
    user = User.objects.filter(pk=mail.person.removeprefix("user:")).first()
    if user is None or not Concern.objects.visible_to(user).filter(pk=mail.context["concern"]).exists():
        return NotWanted("This person does not look after it.")
    return Wanted(to=user.email)


CONCERN_RAISED = register(
    MailKind(
        NEW_CONCERN, "Something new on the safeguarding pages", _render_new, check=_still_theirs,
        seen_with=NOT_IN_THE_MAIL_LOG,
    )
)  # fmt: skip
