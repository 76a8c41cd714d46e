"""How a password becomes a person. What the person may do is the table in `roles.py`."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from whippersnappers.accounts.models import User


class RoleBackend(ModelBackend):
    """Staff by e-mail and password; permissions come from roles, not from groups.

    Guardians have no password and never come in here, nor does anybody who may not sign in. Every answer
    costs one password hash, so that the time does not tell who has an account.
    """

    def authenticate(  # type: ignore[override]  # we know people by e-mail address, not by a user name
        self, request: HttpRequest | None, email: str | None = None, password: str | None = None, **other: Any
    ) -> User | None:
        """The member of staff with this address and password, or None."""
        if email is None or password is None:
            return None
        user = User.objects.filter(email=email.strip().lower()).first()
        if user is None or not user.is_staff:
            User().set_password(password)
            return None
        return user if user.check_password(password) else None

    def get_user_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        return set()

    def get_group_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        return set()

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        return bool(user_obj.has_perm(perm, obj))

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        return bool(user_obj.has_module_perms(app_label))
