"""Who may open a families' page."""

from django.http import Http404, HttpRequest

from families.models import Guardian
from whippersnappers.accounts.models import User
from whippersnappers.accounts.roles import Role


def guardian_behind(user: object) -> Guardian | None:
    """The parent or carer who is signed in, or nobody. Asks the database once for each request at most."""
    if not isinstance(user, User) or not user.has_role(Role.GUARDIAN):
        return None
    guardian: Guardian | None = getattr(user, "guardian", None)
    return guardian


def signed_in_guardian(request: HttpRequest) -> Guardian:
    """The parent or carer who is signed in. For everybody else the page does not exist: raises Http404."""
    guardian = guardian_behind(request.user)
    if guardian is None:
        raise Http404
    return guardian
