"""What people type when they sign in."""

from typing import Any

from allauth.account.forms import LoginForm, RequestLoginCodeForm, ResetPasswordForm
from allauth.account.internal.flows.login import perform_password_login
from django import forms
from django.http import HttpRequest, HttpResponseBase

from whippersnappers.accounts.models import User
from whippersnappers.accounts.roles import Role


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


class ForgottenPasswordForm(ResetPasswordForm):
    """A member of staff's e-mail address."""

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        self.users = list(User.objects.staff().filter(is_active=True, email=email.lower()))
        return email
