"""What allauth asks us: who may come in through which door, and how its mails are sent."""

import base64
import time
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.stagekit import clear_login
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from whippersnappers.accounts import devices, emails
from whippersnappers.accounts.addresses import client_address
from whippersnappers.accounts.models import User
from whippersnappers.accounts.session_length import start_session
from whippersnappers.audit.trail import record
from whippersnappers.crypto import decrypt, encrypt
from whippersnappers.organisation import organisation

SYSTEM = "system:sign-in"
WRONG_DOOR = "We could not sign you in here. Parents and carers use a code, staff use their password."
# What a sign-in must have been, for either kind of person.
_DOORS = {True: "password", False: "code"}
_STAFF_PAGES = ("/admin/", "/safeguarding/")


class AccountAdapter(DefaultAccountAdapter):
    """No sign-up, two doors, mails through the outbox, everything audited."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": "The e-mail address and the password do not match.",
        "incorrect_code": "That is not the code. Please look at the newest mail from us and try again.",
        "incorrect_password": "That is not your password.",
        "invalid_password_reset": "This link no longer works.",
        "too_many_login_attempts": "That was the wrong code too many times. Please ask for a new code.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request)

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse | None:
        """Stop whoever is not active, and whoever came through the other kind's door."""
        records = get_authentication_records(request, user)
        method = records[-1]["method"] if records else ""
        if user.is_active and method == _DOORS[user.is_staff]:
            return None
        with transaction.atomic():
            record("sign_in.refused", by=SYSTEM, target=user, method=method)
        clear_login(request)
        messages.error(request, WRONG_DOOR)
        return HttpResponseRedirect(reverse("home"))

    def login(self, request: HttpRequest, user: User) -> None:
        """Begin the session, in one transaction with the audit event."""
        methods = [entry["method"] for entry in get_authentication_records(request, user)]
        with transaction.atomic():
            super().login(request, user)
            start_session(request, user)
            devices.note_sign_in(request, user, timezone.now())
            record("sign_in.done", by=user, target=user, methods=methods)

    def logout(self, request: HttpRequest) -> None:
        user = request.user
        with transaction.atomic():
            devices.forget(request)
            super().logout(request)
            if isinstance(user, User):
                record("sign_out.done", by=user, target=user)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Audit a wrong password. What was typed is not kept; an account that exists is named by its id."""
        user = User.objects.filter(email=credentials.get("email", "").strip().lower()).first()
        with transaction.atomic():
            record("sign_in.failed", by=SYSTEM, target=user, method="password")

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Staff start in the admin, families in the portal."""
        return "/admin/" if request.user.is_staff else "/portal/"

    def post_login(self, request: HttpRequest, user: User, *, redirect_url: str | None, **kwargs: Any) -> HttpResponse:
        """Where to go; a guardian who was on the way to a staff page goes to the portal."""
        if redirect_url and not user.is_staff and urlsplit(redirect_url).path.startswith(_STAFF_PAGES):
            redirect_url = self.get_login_redirect_url(request)
        return super().post_login(request, user, redirect_url=redirect_url, **kwargs)

    def set_password(self, user: User, password: str) -> None:
        """Only staff have passwords; setting one is audited with it."""
        if not user.is_staff:
            raise PermissionDenied
        with transaction.atomic():
            super().set_password(user, password)
            record("password.set", by=user, target=user)

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Who typed the password within the last five minutes need not type it again."""
        records = get_authentication_records(self.request, self.request.user)
        fresh = [r for r in records if time.time() - r["at"] < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT]
        return not fresh and super().is_reauthentication_required(app=app, **kwargs)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Put one of allauth's mails into the outbox. Raises LookupError for one that we never send."""
        now = timezone.now()
        if template_prefix == "account/email/login_code":
            guardian = User.objects.get(email=email.lower())
            emails.send_sign_in_code(guardian, context["code"], now=now)
        elif template_prefix == "account/email/password_reset_key":
            emails.send_password_reset(context["user"], now=now)
        else:
            raise LookupError(f"no mail for {template_prefix}")

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Tell somebody that the sign-in changed. Second factors are told by `second_factors.py`."""
        what = emails.NOTICE_OF_TEMPLATE.get(template_prefix)
        if what:
            emails.send_security_notice(user, what, now=timezone.now())


class SecondFactorAdapter(DefaultMFAAdapter):
    """Second factors: secrets encrypted, named after the organisation and bound to the site's address."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": "That is not the code. Please wait for the next one and try again.",
    }
    # allauth gives the text without its row, so the place is the column alone.
    _PLACE = "mfa_authenticator:data"

    def encrypt(self, text: str) -> str:
        return base64.b64encode(encrypt(text, self._PLACE)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return decrypt(base64.b64decode(encrypted_text), self._PLACE)

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Passkeys belong to the site's address, whatever Host a request names."""
        return {"id": urlsplit(settings.SITE_URL).hostname or "", "name": organisation().name}
