"""What families are told about themselves by mail, and who of them reads mails in easy read."""

import re
from datetime import datetime
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from families import agreement_mails, data_request_mails, help_mails
from families.models import Guardian
from whippersnappers.organisation import organisation
from whippersnappers.outbox.catalogue import MailKind, NotWanted, Rendered, Verdict, Wanted, register
from whippersnappers.outbox.easy_mails import asks_who_reads_easily
from whippersnappers.outbox.models import OutgoingMail

__all__ = ["WELCOME", "agreement_mails", "data_request_mails", "help_mails", "person", "reads_easily"]

_GUARDIAN = "guardian:"
_PERSON = re.compile(r"(?P<what>guardian|user):(?P<id>[0-9a-f-]{36})")


def person(guardian: Guardian) -> str:
    """The outbox's name for mails to a guardian."""
    return f"{_GUARDIAN}{guardian.pk}"


@asks_who_reads_easily
def reads_easily(mail: OutgoingMail) -> bool:
    """Whether the mail is for a parent or carer who reads in easy read; codes name the account, others the guardian."""
    named = _PERSON.fullmatch(mail.person)
    if named is None:
        return False
    by = "pk" if named["what"] == "guardian" else "user"
    return Guardian.objects.filter(**{by: named["id"]}, easy_read=True).exists()


def _guardian_of(mail: OutgoingMail) -> Guardian | None:
    return Guardian.objects.filter(pk=mail.person.removeprefix(_GUARDIAN)).first()


def _signs_in(mail: OutgoingMail, now: datetime) -> Verdict:
    guardian = _guardian_of(mail)
    if guardian is None or not guardian.can_be_mailed or guardian.user_id is None:
        return NotWanted("This person does not sign in any more.")
    return Wanted(to=guardian.email)


def _render_welcome(mail: OutgoingMail, now: datetime) -> Rendered:
    guardian = Guardian.objects.get(pk=mail.person.removeprefix(_GUARDIAN))
    us = organisation()
    subject = f"Welcome to {us.name}: how to see your sessions"
    context: dict[str, Any] = {
        "subject": subject,
        "name": guardian.first_name,
        "address": mail.to,
        "organisation": us,
        "url": settings.SITE_URL + reverse("account_request_login_code"),
    }
    return Rendered(
        subject=subject,
        text=render_to_string("emails/families/welcome.txt", context),
        html=render_to_string("emails/families/welcome.html", context),
    )


WELCOME = register(MailKind("family_welcome", "Welcome to a family", _render_welcome, check=_signs_in))
