"""Guards: who is asking."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from whippersnappers.accounts.models import User


def signed_in(request: HttpRequest) -> User:
    """The person who is signed in. Raises PermissionDenied for nobody, which the login middleware rules out."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user
