"""What people type when they sign in."""

import unicodedata
from typing import Any

from allauth.account.forms import ConfirmLoginCodeForm, LoginForm, RequestLoginCodeForm, ResetPasswordForm
from allauth.account.internal.flows.login import perform_password_login
from django import forms
from django.core.validators import MaxLengthValidator, ProhibitNullCharactersValidator
from django.http import HttpRequest, HttpResponseBase

from whippersnappers.accounts.models import User
from whippersnappers.accounts.roles import Role

_STRANGE = "There is a sign in here that we cannot read. Please type it again."
_NO_ADDRESS = "This does not look like an e-mail address. Please look at it again."
_PLAINLY = {
    "email": {"required": "Please type your e-mail address.", "invalid": _NO_ADDRESS},
    "login": {"required": "Please type your e-mail address.", "invalid": _NO_ADDRESS},
    "password": {"required": "Please type your password."},
    "code": {"required": "Please type the six numbers from our mail."},
}
# Room for what else was copied from the mail with it.
_LONGEST_CODE = 200


class SpeaksPlainly:
    """For the forms at the doors: a mistake gets one plain sentence that says what to do."""

    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.error_messages |= _PLAINLY.get(name, {})
            for check in field.validators:
                if isinstance(check, ProhibitNullCharactersValidator):
                    check.message = _STRANGE
                elif isinstance(check, MaxLengthValidator):
                    check.message = "This is too long. Please type it again."


class StaffSignInForm(SpeaksPlainly, LoginForm):
    """E-mail and password. How long the session lasts is decided in `session_length.py`."""

    def _login_with_password(
        self, request: HttpRequest, redirect_url: str | None, credentials: dict[str, Any]
    ) -> HttpResponseBase:
        self._login.redirect_url = redirect_url
        return perform_password_login(request, credentials, self._login)


class AskForCodeForm(SpeaksPlainly, RequestLoginCodeForm):
    """A guardian's e-mail address. Anybody else's is treated as one that nobody has."""

    remember = forms.BooleanField(label="Stay signed in on this device for 30 days", required=False)

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        guardians = User.objects.filter(is_active=True, roles=[Role.GUARDIAN.value])
        self._user = guardians.filter(email=email.lower()).first()
        return email


class EnterCodeForm(SpeaksPlainly, ConfirmLoginCodeForm):
    """The code, however it was typed or pasted: only its digits count, of whatever script."""

    def clean_code(self) -> str:
        typed = self.cleaned_data["code"][:_LONGEST_CODE]
        digits = (unicodedata.decimal(letter, None) for letter in typed)
        self.cleaned_data["code"] = "".join(str(digit) for digit in digits if digit is not None)
        code: str = super().clean_code()
        return code


class ForgottenPasswordForm(SpeaksPlainly, ResetPasswordForm):
    """A member of staff's e-mail address."""

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        self.users = list(User.objects.staff().filter(is_active=True, email=email.lower()))
        return email
