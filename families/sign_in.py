"""A guardian's way to sign in follows the guardian's e-mail address."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError

from families.models import Guardian
from whippersnappers.accounts import people
from whippersnappers.accounts.emails import send_security_notice
from whippersnappers.accounts.models import User
from whippersnappers.accounts.roles import Role

STAFF_ADDRESS = (
    "This address belongs to a member of staff. A parent or carer needs an address of their own, "
    "or leave it empty and we phone them."
)
SOMEBODY_ELSES_ADDRESS = (
    "This address already belongs to another parent or carer. Each needs their own, because it is how "
    "they sign in; leave it empty and we phone them."
)


def check_address(guardian: Guardian) -> None:
    """Raise ValidationError when the guardian's address belongs to staff or to another guardian."""
    if not guardian.email:
        return
    others = Guardian.objects.filter(email__iexact=guardian.email).exclude(pk=guardian.pk)
    if others.exists():
        raise ValidationError({"email": SOMEBODY_ELSES_ADDRESS})
    holder = User.objects.filter(email__iexact=guardian.email).first()
    if holder is None or holder.pk == guardian.user_id:
        return
    if holder.roles != [Role.GUARDIAN]:
        raise ValidationError({"email": STAFF_ADDRESS})
    if Guardian.objects.filter(user=holder).exclude(pk=guardian.pk).exists():
        raise ValidationError({"email": SOMEBODY_ELSES_ADDRESS})


def keep_sign_in(guardian: Guardian, *, by: Any, now: datetime) -> None:
    """Give the guardian the account that fits: made, renamed, re-addressed or switched off.

    Call it inside the transaction of the change, before the guardian is written, for it sets `user`. An
    account that an administrator has closed stays closed until the guardian leaves and comes back.
    """
    if guardian.user is None:
        if _signs_in(guardian):
            guardian.user = people.ensure_guardian_user(guardian.email, guardian.full_name, by=by, now=now)
        return
    stored = Guardian.objects.filter(pk=guardian.pk).first()
    user = people.change_email(guardian.user, guardian.email or _no_address(guardian.user), by=by, now=now)
    if stored is not None and stored.email and guardian.email and user.email != guardian.user.email:
        send_security_notice(user, "email_is_this", now=now)
    user = people.change_name(user, guardian.full_name, by=by, now=now)
    if not _signs_in(guardian):
        user = people.deactivate(user, by=by, now=now)
    elif stored is not None and not _signs_in(stored):
        user = people.reactivate(user, by=by, now=now)
    guardian.user = user


def _signs_in(guardian: Guardian) -> bool:
    return bool(guardian.email) and guardian.archived_at is None


def _no_address(user: User) -> str:
    """What stands for the address of a person without one, so that somebody else can have the old one and
    the trail still tells the two apart."""
    return f"{user.pk.hex}@no-address.invalid"
