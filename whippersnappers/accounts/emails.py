"""What the portal says by mail about signing in. One function for each thing it says."""

import uuid
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse

from whippersnappers.accounts.models import User
from whippersnappers.accounts.roles import Role
from whippersnappers.accounts.tokens import SetPasswordTokens
from whippersnappers.organisation import organisation
from whippersnappers.outbox.catalogue import MailKind, NotWanted, Rendered, Verdict, Wanted, register
from whippersnappers.outbox.models import OutgoingMail
from whippersnappers.outbox.queue import cancel, enqueue
from whippersnappers.outbox.wake import wake_after_commit

NOTICES = {
    "password_changed": "Your password was changed",
    "totp_added": "An authenticator app was added to your account",
    "totp_removed": "The authenticator app was removed from your account",
    "webauthn_added": "A passkey was added to your account",
    "webauthn_removed": "A passkey was removed from your account",
    "recovery_codes_made": "New recovery codes were made for your account",
    "email_changed": "The e-mail address of your account was changed",
    "email_is_this": "You sign in with this e-mail address from now on",
    "email_asked_for": "We were asked to change the e-mail address of your account",
    "phone_changed": "The phone number that we have for you was changed",
}
# allauth's own notices, as far as nothing of ours tells the person already.
NOTICE_OF_TEMPLATE = {
    "account/email/password_changed": "password_changed",
    "account/email/password_reset": "password_changed",
    "mfa/email/recovery_codes_generated": "recovery_codes_made",
}


def send_sign_in_code(guardian: User, code: str, *, now: datetime) -> None:
    """Mail a parent or carer the code they asked for; an earlier one that still waits is not sent."""
    waiting = OutgoingMail.objects.filter(kind=SIGN_IN_CODE.name, person=_person(guardian))
    cancel(waiting, "A newer code was asked for.")
    _enqueue_now(SIGN_IN_CODE, guardian, now, secret=code, expires_at=now + settings.SIGN_IN_CODE_LENGTH)


def send_password_reset(staff: User, *, now: datetime) -> None:
    """Mail a member of staff the link to choose a new password. Its hour begins when the mail goes."""
    waiting = OutgoingMail.objects.filter(kind=PASSWORD_RESET.name, person=_person(staff))
    cancel(waiting, "Asked for again.")
    _enqueue_now(PASSWORD_RESET, staff, now, expires_at=now + settings.PASSWORD_FORGOTTEN_TIMEOUT)


def send_welcome(staff: User, *, now: datetime) -> None:
    """Tell a new member of staff about the account, with the link to choose a password (a week)."""
    _enqueue_now(ACCOUNT_WELCOME, staff, now)


def send_security_notice(user: User, what: str, *, now: datetime, to: str = "") -> None:
    """Tell a person that something about their sign-in changed. `what` is a key of `NOTICES`."""
    context = {"what": what, "at": now.isoformat()}
    _enqueue_now(SECURITY_NOTICE, user, now, to=to, context=context)


def pretend_to_send(*, now: datetime) -> None:
    """Do the work of mailing a code, and undo it: an unknown address must not be answered faster."""
    nobody = User(id=uuid.uuid4(), email="nobody@invalid.example")
    with transaction.atomic():
        send_sign_in_code(nobody, "000000", now=now)
        transaction.set_rollback(True)
    wake_after_commit()


def set_password_url(staff: User) -> str:
    """A link with which this member of staff chooses a password; see `SetPasswordTokens` for its life."""
    key = {"uidb36": staff.pk.hex, "key": SetPasswordTokens().make_token(staff)}
    return settings.SITE_URL + reverse("account_reset_password_from_key", kwargs=key)


def _person(user: User) -> str:
    return f"user:{user.pk}"


def _enqueue_now(kind: MailKind, user: User, now: datetime, *, to: str = "", **fields: Any) -> None:
    enqueue(
        kind.name,
        key=f"{kind.name}:{user.pk}:{uuid.uuid4()}",
        to=to or user.email,
        to_name=user.name,
        person=_person(user),
        now=now,
        priority=OutgoingMail.Priority.NOW,
        **fields,
    )


def _user_of(mail: OutgoingMail) -> User | None:
    return User.objects.filter(pk=mail.person.removeprefix("user:")).first()


def _guardian_waits(mail: OutgoingMail, now: datetime) -> Verdict:
    user = _user_of(mail)
    if user is None or not user.has_role(Role.GUARDIAN) or user.email != mail.to:
        return NotWanted("This person does not sign in with a code any more.")
    return Wanted() if mail.secret else NotWanted("The code is gone.")


def _staff_waits(mail: OutgoingMail, now: datetime) -> Verdict:
    user = _user_of(mail)
    if user is None or not user.is_staff:
        return NotWanted("This person does not sign in with a password any more.")
    return Wanted(to=user.email)


def _new_staff_waits(mail: OutgoingMail, now: datetime) -> Verdict:
    user = _user_of(mail)
    if user is not None and user.has_usable_password():
        return NotWanted("A password has been chosen already.")
    return _staff_waits(mail, now)


def _render(template: str, subject: str, mail: OutgoingMail, **context: Any) -> Rendered:
    everything = {
        "subject": subject,
        "name": mail.to_name,
        "organisation": organisation(),
        "site_url": settings.SITE_URL,
        **context,
    }
    return Rendered(
        subject=subject,
        text=render_to_string(f"emails/accounts/{template}.txt", everything),
        html=render_to_string(f"emails/accounts/{template}.html", everything),
    )


def _render_code(mail: OutgoingMail, now: datetime) -> Rendered:
    minutes = int(settings.SIGN_IN_CODE_LENGTH.total_seconds() // 60)
    subject = f"Your code to sign in to {organisation().name}"
    return _render("sign_in_code", subject, mail, code=mail.secret, minutes=minutes)


def _render_reset(mail: OutgoingMail, now: datetime) -> Rendered:
    url = set_password_url(User.objects.get(pk=mail.person.removeprefix("user:")))
    return _render("password_reset", "Choose a new password", mail, url=url)


def _render_welcome(mail: OutgoingMail, now: datetime) -> Rendered:
    user = User.objects.get(pk=mail.person.removeprefix("user:"))
    roles = [Role(role).label for role in user.roles]
    subject = f"Your {organisation().name} account"
    return _render(
        "account_welcome",
        subject,
        mail,
        url=set_password_url(user),
        roles=roles,
        needs_second_factor=settings.MFA_REQUIRED,
    )


def _render_notice(mail: OutgoingMail, now: datetime) -> Rendered:
    sentence = NOTICES[mail.context["what"]]
    at = datetime.fromisoformat(mail.context["at"])
    return _render("security_notice", sentence, mail, sentence=sentence, at=at, now=now)


SIGN_IN_CODE = register(
    MailKind("sign_in_code", "Sign-in code", _render_code, check=_guardian_waits, opens_account=True)
)
PASSWORD_RESET = register(
    MailKind("password_reset", "New password", _render_reset, check=_staff_waits, opens_account=True)
)
ACCOUNT_WELCOME = register(
    MailKind("account_welcome", "Account welcome", _render_welcome, check=_new_staff_waits, opens_account=True)
)
SECURITY_NOTICE = register(MailKind("security_notice", "Security notice", _render_notice))
