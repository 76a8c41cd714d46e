"""What people type when they sign in."""

import unicodedata
from typing import Any

from allauth.account.forms import ConfirmLoginCodeForm, LoginForm, RequestLoginCodeForm, ResetPasswordForm
from allauth.account.internal.flows.login import perform_password_login
from django import forms
from django.http import HttpRequest, HttpResponseBase

from whippersnappers.accounts.models import User
from whippersnappers.accounts.roles import Role

# Room for what else was copied from the mail with it.
_LONGEST_CODE = 200


class StaffSignInForm(LoginForm):
    """E-mail and password. How long the session lasts is decided in `session_length.py`."""

    def _login_with_password(
        self, request: HttpRequest, redirect_url: str | None, credentials: dict[str, Any]
    ) -> HttpResponseBase:
        self._login.redirect_url = redirect_url
        return perform_password_login(request, credentials, self._login)


class AskForCodeForm(RequestLoginCodeForm):
    """A guardian's e-mail address. Anybody else's is treated as one that nobody has."""

    remember = forms.BooleanField(label="Stay signed in on this device for 30 days", required=False)

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        guardians = User.objects.filter(is_active=True, roles=[Role.GUARDIAN.value])
        self._user = guardians.filter(email=email.lower()).first()
        return email


class EnterCodeForm(ConfirmLoginCodeForm):
    """The code, however it was typed or pasted: only its digits count, of whatever script."""

    def clean_code(self) -> str:
        typed = self.cleaned_data["code"][:_LONGEST_CODE]
        digits = (unicodedata.decimal(letter, None) for letter in typed)
        self.cleaned_data["code"] = "".join(str(digit) for digit in digits if digit is not None)
        code: str = super().clean_code()
        return code


class ForgottenPasswordForm(ResetPasswordForm):
    """A member of staff's e-mail address."""

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        self.users = list(User.objects.staff().filter(is_active=True, email=email.lower()))
        return email
