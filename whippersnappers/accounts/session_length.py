"""How long somebody stays signed in."""

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from whippersnappers.accounts.models import User

_REMEMBER = "stay_signed_in"


def note_wish(request: HttpRequest, remember: bool) -> None:
    """Keep, until the code has been entered, whether this device shall be remembered."""
    request.session[_REMEMBER] = remember


def start_session(request: HttpRequest, user: User) -> None:
    """Set the end of a session that has just begun.

    Staff: a fixed time after signing in. Guardians: 30 days if they asked for it, otherwise when the
    browser closes, or half a day after they last looked at a page.
    """
    remember = request.session.pop(_REMEMBER, False)
    if user.is_staff:
        request.session.set_expiry(timezone.now() + settings.STAFF_SESSION_LENGTH)
    elif remember:
        request.session.set_expiry(timezone.now() + settings.GUARDIAN_SESSION_LENGTH)
    else:
        request.session.set_expiry(0)
