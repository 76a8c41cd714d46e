"""People come, change and go. Every change writes its audit event in the same transaction."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q

from whippersnappers.accounts import devices, emails, leaving
from whippersnappers.accounts.models import User
from whippersnappers.accounts.roles import STAFF_ROLES, Role
from whippersnappers.audit.trail import record


@transaction.atomic
def create_staff(email: str, name: str, roles: Iterable[str], by: Any, now: datetime) -> User:
    """Add a member of staff and mail them the link to choose a password.

    Raises ValidationError for a bad or taken address, and for roles that staff cannot hold.
    """
    wanted = _staff_roles(roles)
    user = User.objects.create_user(_free_address(email), name=_tidy(name), roles=wanted)
    _keep_address(user)
    record("person.added", by=by, target=user, now=now, roles=wanted)
    emails.send_welcome(user, now=now)
    return user


@transaction.atomic
def ensure_guardian_user(email: str, name: str, by: Any, now: datetime) -> User:
    """The person with whom a parent or carer signs in; made if there is none. Nothing is mailed.

    Raises ValidationError when the address belongs to staff, or is none.
    """
    address = _valid_address(email)
    user = User.objects.filter(email=address).first()
    if user is not None and user.roles != [Role.GUARDIAN.value]:
        raise ValidationError(
            {"email": "This address belongs to a member of staff, who cannot be a parent or carer with it too."}
        )
    if user is None:
        user = User.objects.create_user(address, name=_tidy(name), roles=[Role.GUARDIAN.value])
        _keep_address(user)
        record("person.added", by=by, target=user, now=now, roles=user.roles)
    elif not user.is_active:
        user.is_active = True
        user.save(update_fields=["is_active"])
        record("person.reactivated", by=by, target=user, now=now)
    return user


@transaction.atomic
def change_name(user: User, name: str, by: Any, now: datetime) -> User:
    """Give a person another name."""
    person = _locked(user)
    if person.name != _tidy(name):
        person.name = _tidy(name)
        person.save(update_fields=["name"])
        record("person.renamed", by=by, target=person, now=now)
    return person


@transaction.atomic
def change_email(user: User, email: str, by: Any, now: datetime) -> User:
    """Give a person another address; the old one is told, and open sessions end.

    Raises ValidationError for a bad or taken address.
    """
    person = _locked(user)
    address, old = _valid_address(email), person.email
    if address == old:
        return person
    person.email = _free_address(email)
    _end_sessions(person)
    person.save(update_fields=["email", "password"])
    _keep_address(person)
    record("person.email_changed", by=by, target=person, now=now)
    emails.send_security_notice(person, "email_changed", now=now, to=old)
    if person.is_staff:
        emails.send_welcome(person, now=now)
    return person


@transaction.atomic
def change_roles(user: User, roles: Iterable[str], by: Any, now: datetime) -> User:
    """Give a member of staff other roles. Open sessions go on, with the new rights only.

    Raises ValidationError when the last administrator would go, for taking away one's own administrator
    role, and for making a guardian staff or the reverse.
    """
    person = _locked_with_administrators(user)
    wanted = _staff_roles(roles)
    if person.roles == [Role.GUARDIAN.value]:
        raise ValidationError({"roles": "A parent or carer cannot hold a staff role with the same e-mail."})
    if wanted == sorted(person.roles):
        return person
    if Role.ADMINISTRATOR in person.roles and Role.ADMINISTRATOR not in wanted:
        _refuse_losing_administrator(person, by, "roles")
    before = sorted(person.roles)
    person.roles = wanted
    person.save(update_fields=["roles"])
    record("person.roles_changed", by=by, target=person, now=now, before=before, after=wanted)
    return person


@transaction.atomic
def deactivate(user: User, by: Any, now: datetime) -> User:
    """Let a person sign in no more; open sessions and the password end at once.

    `left_undone` of the person returned says what others have to see to.
    Raises ValidationError for oneself and for the last administrator.
    """
    person = _locked_with_administrators(user)
    if not person.is_active:
        return person
    if getattr(by, "pk", None) == person.pk:
        raise ValidationError({"is_active": "You cannot close your own account. Ask another administrator."})
    if Role.ADMINISTRATOR in person.roles:
        _refuse_losing_administrator(person, by, "is_active")
    person.is_active = False
    _end_sessions(person)
    person.save(update_fields=["is_active", "password"])
    record("person.deactivated", by=by, target=person, now=now)
    person.left_undone = leaving.put_right(person, by=by, now=now)
    return person


@transaction.atomic
def reactivate(user: User, by: Any, now: datetime) -> User:
    """Let a person sign in again; staff get a new link to choose a password."""
    person = _locked(user)
    if person.is_active:
        return person
    person.is_active = True
    person.save(update_fields=["is_active"])
    record("person.reactivated", by=by, target=person, now=now)
    if person.is_staff:
        emails.send_welcome(person, now=now)
    return person


@transaction.atomic
def start_over(user: User, by: Any, now: datetime) -> User:
    """For lost phones and forgotten passwords: no password, no second factor, no open session; a new link.

    Raises ValidationError for guardians, who have none of these, and for people who may not sign in.
    """
    person = _locked(user)
    if not person.is_staff:
        raise ValidationError("Only staff who may sign in have a password and a second step.")
    _end_sessions(person)
    person.save(update_fields=["password"])
    for authenticator in Authenticator.objects.filter(user=person):
        authenticator.delete()
    record("person.sign_in_started_over", by=by, target=person, now=now)
    emails.send_welcome(person, now=now)
    return person


def _refuse_losing_administrator(person: User, by: Any, field: str) -> None:
    if getattr(by, "pk", None) == person.pk:
        raise ValidationError({field: "You cannot take away your own administrator role."})
    if not User.objects.with_role(Role.ADMINISTRATOR).exclude(pk=person.pk).exists():
        raise ValidationError({field: "This is the last administrator. Make somebody else one first."})


def _locked(user: User) -> User:
    return User.objects.select_for_update().get(pk=user.pk)


def _locked_with_administrators(user: User) -> User:
    """The person, with all administrators locked in one order: two who remove each other must take turns."""
    rows = User.objects.filter(Q(pk=user.pk) | Q(roles__contains=[Role.ADMINISTRATOR.value]))
    people = {row.pk: row for row in rows.order_by("pk").select_for_update()}
    return people[user.pk]


def _end_sessions(user: User) -> None:
    """A new unusable password changes the hash that every open session carries."""
    user.set_unusable_password()
    devices.end_all(user)


def _keep_address(user: User) -> None:
    """allauth's own table of addresses: one row for each person, the same as theirs."""
    EmailAddress.objects.filter(user=user).exclude(email=user.email).delete()
    EmailAddress.objects.update_or_create(user=user, email=user.email, defaults={"primary": True, "verified": True})


def _tidy(name: str) -> str:
    return " ".join(name.split())


def _staff_roles(roles: Iterable[str]) -> list[str]:
    wanted = sorted({str(role) for role in roles})
    if not wanted:
        raise ValidationError({"roles": "Choose at least one role."})
    if not set(wanted) <= {str(role) for role in STAFF_ROLES}:
        raise ValidationError({"roles": "Parents and carers are added with their family, not here."})
    return wanted


def _valid_address(email: str) -> str:
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError as error:
        raise ValidationError({"email": "This is not an e-mail address."}) from error
    return address


def _free_address(email: str) -> str:
    address = _valid_address(email)
    if User.objects.filter(email=address).exists():
        raise ValidationError({"email": "Somebody else signs in with this address."})
    return address
