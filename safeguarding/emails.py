"""What the charity says by mail about concerns: the same words every time, and a link."""

from datetime import date, datetime

from django.template.loader import render_to_string

from safeguarding.heads import AUDIT_HEAD, note_left
from safeguarding.models import Concern, StaffAlert
from safeguarding.telling import CONCERN_WAITS, NEW_CONCERN, STAFF_ALERT
from whippersnappers import dates
from whippersnappers.accounts.models import User
from whippersnappers.organisation import organisation
from whippersnappers.outbox.catalogue import MailKind, NotWanted, Rendered, Verdict, Wanted, register
from whippersnappers.outbox.models import OutgoingMail

SUBJECT = "Something new on the safeguarding pages"
SUBJECT_WAITS = "Something waits on the safeguarding pages"
SUBJECT_HEAD = "Keep this: the head of the audit trail"
SUBJECT_TO_READ = "There is something for you to read before a session"
# No role holds it, so that no mail log shows these mails.
NOT_IN_THE_MAIL_LOG = "safeguarding.view_concern"


def _render_new(mail: OutgoingMail, now: datetime) -> Rendered:
    return _rendered("concern_raised", SUBJECT, mail)


def _render_waits(mail: OutgoingMail, now: datetime) -> Rendered:
    return _rendered("concern_waits", SUBJECT_WAITS, mail)


def _render_head(mail: OutgoingMail, now: datetime) -> Rendered:
    head = "{sequence}:{hash}".format(**mail.context)
    day = dates.calendar_day(date.fromisoformat(mail.context["day"]), now=now)
    return _rendered("audit_head", f"{SUBJECT_HEAD}, {day}", mail, head=head)


def _render_to_read(mail: OutgoingMail, now: datetime) -> Rendered:
    return _rendered("staff_alert", SUBJECT_TO_READ, mail, page="/admin/")


def _rendered(
    template: str, subject: str, mail: OutgoingMail, *, page: str = "/safeguarding/", **more: str
) -> Rendered:
    url = f"{organisation().site_url}{page}"
    context = {"subject": subject, "name": mail.to_name, "url": url, "organisation": organisation(), **more}
    return Rendered(
        subject,
        render_to_string(f"emails/safeguarding/{template}.txt", context),
        render_to_string(f"emails/safeguarding/{template}.html", context),
    )


def _still_theirs(mail: OutgoingMail, now: datetime) -> Verdict:
    """Not for somebody who has since been found to be in it, or who has nothing to do with it any more."""
    if not mail.person:
        return Wanted()
    user = User.objects.filter(pk=mail.person.removeprefix("user:")).first()
    if user is None or not Concern.objects.visible_to(user).filter(pk=mail.context["concern"]).exists():
        return NotWanted("This person does not look after it.")
    return Wanted(to=user.email)


def _still_to_read(mail: OutgoingMail, now: datetime) -> Verdict:
    """Not what was withdrawn, is over, was read, or is not for them any more."""
    user = User.objects.filter(pk=mail.person.removeprefix("user:")).first()
    waiting = StaffAlert.objects.for_staff(user, now).filter(pk=mail.context["alert"]) if user else None
    if user is None or waiting is None or not waiting.exists():
        return NotWanted("There is nothing to read any more.")
    if waiting.filter(people__user=user, people__read_at__isnull=False).exists():
        return NotWanted("It was read already.")
    return Wanted(to=user.email)


CONCERN_RAISED = register(
    MailKind(
        NEW_CONCERN, "Something new on the safeguarding pages", _render_new, check=_still_theirs,
        seen_with=NOT_IN_THE_MAIL_LOG,
    )
)  # fmt: skip
CONCERN_WAITING = register(
    MailKind(CONCERN_WAITS, SUBJECT_WAITS, _render_waits, check=_still_theirs, seen_with=NOT_IN_THE_MAIL_LOG)
)
AUDIT_HEAD_MAIL = register(MailKind(AUDIT_HEAD, SUBJECT_HEAD, _render_head, on_sent=note_left))
STAFF_ALERTED = register(
    MailKind(STAFF_ALERT, SUBJECT_TO_READ, _render_to_read, check=_still_to_read, seen_with=NOT_IN_THE_MAIL_LOG)
)
