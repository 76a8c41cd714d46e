"""Second factors: who needs one, who has shown one in this session, and the trail of their changes."""

from datetime import datetime, timedelta
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.account.signals import authentication_step_completed
from allauth.core import context
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authentication_failed
from django.conf import settings
from django.db import transaction
from django.db.models.signals import post_delete, post_save
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from whippersnappers.accounts import emails
from whippersnappers.accounts.models import User
from whippersnappers.audit.trail import record

_SHOWN = "second_factor_shown"
REAL_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
# How long somebody who has shown once more that it is them need not show it again.
SHOWN_AGAIN_FOR = timedelta(minutes=5)


def has_second_factor(user: User) -> bool:
    """Whether the person has set up an authenticator app or a passkey."""
    return Authenticator.objects.filter(user_id=user.pk, type__in=REAL_FACTORS).exists()


def is_missing(request: HttpRequest) -> bool:
    """Whether this is a member of staff who has not shown the second factor that is required."""
    return settings.MFA_REQUIRED and bool(request.user.is_staff) and not request.session.get(_SHOWN, False)


def is_shown_again(request: HttpRequest, now: datetime) -> bool:
    """Whether somebody who is signed in has shown within minutes, once more, that it is them.

    By the second factor; by the password only where none is required and they have none.
    """
    user = request.user
    assert isinstance(user, User), "only somebody who is signed in can show it again"
    needs_factor = settings.MFA_REQUIRED or has_second_factor(user)
    by = "mfa" if needs_factor else "password"
    since = now.timestamp() - SHOWN_AGAIN_FOR.total_seconds()
    records = get_authentication_records(request, user)
    return any(r["method"] == by and r.get("reauthenticated") and r["at"] > since for r in records)


def where_to_show_again(user: User) -> str:
    """The address at which they show it; without a second factor where one is required, where to set one up."""
    if Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.TOTP).exists():
        return reverse("mfa_reauthenticate")
    if has_second_factor(user):
        return reverse("mfa_reauthenticate_webauthn")
    return reverse("mfa_index" if settings.MFA_REQUIRED else "account_reauthenticate")


def _acting() -> Any:
    """Who acts: the person of the present request, or the command that runs."""
    request = context.request
    user = getattr(request, "user", None)
    return user if user is not None and user.is_authenticated else "system:command"


def _added(sender: Any, instance: Authenticator, created: bool, raw: bool = False, **kwargs: Any) -> None:
    if not created or raw:
        return
    with transaction.atomic():
        record("second_factor.added", by=_acting(), target=instance.user, kind=str(instance.type))
        if instance.type not in REAL_FACTORS:
            return
        emails.send_security_notice(instance.user, f"{instance.type}_added", now=timezone.now())
        if _acting() == instance.user:
            context.request.session[_SHOWN] = True


def _removed(sender: Any, instance: Authenticator, **kwargs: Any) -> None:
    with transaction.atomic():
        record("second_factor.removed", by=_acting(), target=instance.user, kind=str(instance.type))
        if instance.type not in REAL_FACTORS:
            return
        emails.send_security_notice(instance.user, f"{instance.type}_removed", now=timezone.now())
        if _acting() == instance.user and not has_second_factor(instance.user):
            context.request.session.pop(_SHOWN, None)


def _failed(sender: Any, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    with transaction.atomic():
        record("second_factor.failed", by="system:sign-in", target=user, kind=str(authenticator.type))


def _step_done(sender: Any, request: HttpRequest, method: str, **kwargs: Any) -> None:
    if method == "mfa":
        request.session[_SHOWN] = True


def connect() -> None:
    """Listen to changes of second factors. The model's own signals run in the change's transaction."""
    post_save.connect(_added, sender=Authenticator, dispatch_uid="second_factor_added")
    post_delete.connect(_removed, sender=Authenticator, dispatch_uid="second_factor_removed")
    authentication_failed.connect(_failed, dispatch_uid="second_factor_failed")
    authentication_step_completed.connect(_step_done, dispatch_uid="second_factor_shown")


connect()
