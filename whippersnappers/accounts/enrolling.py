"""Accounts for many parents and carers at once, as an import of families needs them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.db import transaction

from whippersnappers.accounts.models import User
from whippersnappers.accounts.roles import Role
from whippersnappers.audit.trail import Entry, record_many


@transaction.atomic
def enrol_guardians(names: Mapping[str, str], *, by: Any, now: datetime) -> dict[str, User]:
    """The people with whom these parents and carers sign in, by address; made where there are none.

    `names` are full names by checked address in small letters. Like `people.ensure_guardian_user` for each,
    in a fixed number of queries. Nothing is mailed. Raises ValidationError when an address is a member of
    staff's.
    """
    users = {user.email: user for user in User.objects.select_for_update().filter(email__in=names)}
    if any(user.roles != [Role.GUARDIAN.value] for user in users.values()):
        raise ValidationError({"email": "This address belongs to a member of staff."})
    entries = []
    for user in users.values():
        if not user.is_active:
            user.is_active = True
            user.save(update_fields=["is_active"])
            entries.append(Entry("person.reactivated", user))
    new = [
        User(email=email, name=" ".join(name.split()), roles=[Role.GUARDIAN.value])
        for email, name in names.items()
        if email not in users
    ]
    for user in new:
        user.set_unusable_password()
    User.objects.bulk_create(new)
    EmailAddress.objects.bulk_create(
        EmailAddress(user=user, email=user.email, primary=True, verified=True) for user in new
    )
    entries.extend(Entry("person.added", user, {"roles": user.roles}) for user in new)
    if entries:
        record_many(entries, by=by, now=now)
    return users | {user.email: user for user in new}
