"""What the outbox itself says by mail: that mails could not be sent."""

from datetime import datetime, timedelta

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from whippersnappers.accounts.models import User
from whippersnappers.accounts.roles import Role
from whippersnappers.organisation import organisation
from whippersnappers.outbox.catalogue import MailKind, NotWanted, Rendered, Verdict, Wanted, register
from whippersnappers.outbox.models import OutgoingMail
from whippersnappers.outbox.queue import enqueue

# Long enough for a row of mails that fail together to make one alert.
_GATHERING = timedelta(minutes=2)
_OF_USE_FOR = timedelta(days=1)


def alert_of_dead_mail(mail: OutgoingMail, now: datetime) -> None:
    """Tell every coordinator that a mail was given up: one alert an hour at most.

    An alert that cannot be sent itself raises no other one.
    """
    if mail.kind == DEAD_MAILS.name:
        return
    for user in User.objects.with_role(Role.COORDINATOR):
        enqueue(
            DEAD_MAILS.name,
            key=f"dead_mails:{user.pk}:{now:%Y-%m-%dT%H}",
            to=user.email,
            to_name=user.name,
            person=f"user:{user.pk}",
            now=now,
            not_before=now + _GATHERING,
            expires_at=now + _OF_USE_FOR,
        )


def _given_up() -> int:
    dead = OutgoingMail.objects.filter(state=OutgoingMail.State.DEAD)
    return dead.exclude(kind=DEAD_MAILS.name).count()


def _still_matters(mail: OutgoingMail, now: datetime) -> Verdict:
    reader = User.objects.with_role(Role.COORDINATOR).filter(pk=mail.person.removeprefix("user:")).first()
    if reader is None:
        return NotWanted("This person is not a coordinator any more.")
    return Wanted(to=reader.email) if _given_up() else NotWanted("The mails have been sent after all.")


def _render_dead_mails(mail: OutgoingMail, now: datetime) -> Rendered:
    count = _given_up()
    subject = "One mail could not be sent" if count == 1 else f"{count} mails could not be sent"
    url = f"{settings.SITE_URL}{reverse('admin:outbox_outgoingmail_changelist')}?state__exact=dead"
    context = {"subject": subject, "count": count, "url": url, "organisation": organisation()}
    return Rendered(
        subject,
        render_to_string("emails/outbox/dead_mails.txt", context),
        render_to_string("emails/outbox/dead_mails.html", context),
    )


DEAD_MAILS = register(MailKind("dead_mails", "Mails that could not be sent", _render_dead_mails, check=_still_matters))
