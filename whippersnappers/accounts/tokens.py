"""The links with which staff choose a password."""

from typing import Any

from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.utils.http import base36_to_int

from whippersnappers.accounts.models import User


class SetPasswordTokens(PasswordResetTokenGenerator):
    """One use, for staff only: a week for a first password, an hour for a forgotten one."""

    def check_token(self, user: Any, token: str | None) -> bool:
        """Whether the link still works for this person."""
        if not isinstance(user, User) or not user.is_staff or not super().check_token(user, token):
            return False
        if not user.has_usable_password():
            return True
        made = base36_to_int((token or "").split("-")[0])
        age = self._num_seconds(self._now()) - made
        return bool(age <= settings.PASSWORD_FORGOTTEN_TIMEOUT.total_seconds())
