"""The devices on which a parent or carer is signed in, so that they can sign out a lost one themselves.

A device is a row beside its session in Postgres. Ending it deletes both, so the next request finds nobody.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest

from whippersnappers.accounts.device_names import device_name
from whippersnappers.accounts.models import Device, User
from whippersnappers.accounts.roles import Role
from whippersnappers.audit.trail import record

_IN_SESSION = "device_seen"
_NOTED_EVERY = timedelta(hours=1)


def note_sign_in(request: HttpRequest, user: User, now: datetime) -> None:
    """Remember the device on which a parent or carer has just signed in. Call it when the session has its key."""
    if not user.has_role(Role.GUARDIAN):
        return
    request.session[_IN_SESSION] = now.timestamp()
    if request.session.session_key is None:
        request.session.create()
    Device.objects.create(
        user=user,
        session_key=str(request.session.session_key),
        name=device_name(request.headers.get("User-Agent", "")),
        signed_in_at=now,
        used_at=now,
    )


def note_use(request: HttpRequest, now: datetime) -> None:
    """Note that the device is in use, unless that was noted within the hour: then nothing is asked or written."""
    seen = request.session.get(_IN_SESSION)
    if seen is None or now.timestamp() - seen < _NOTED_EVERY.total_seconds():
        return
    request.session[_IN_SESSION] = now.timestamp()
    Device.objects.filter(session_key=request.session.session_key).update(used_at=now)


@transaction.atomic
def sign_out(user: User, devices: Collection[UUID], *, by: User, now: datetime) -> int:
    """Sign these devices of the person out; others, and ones that are out already, are passed over.

    Answers how many were signed out.
    """
    found = list(Device.objects.visible_to(user).filter(pk__in=devices).select_for_update(of=("self",)))
    for device in found:
        record("device.signed_out", by=by, target=device, now=now)
    _end(found)
    return len(found)


def end_all(user: User) -> None:
    """End every session of the person's devices, as part of a change that is audited for itself."""
    _end(list(Device.objects.filter(user=user)))


def forget(request: HttpRequest) -> None:
    """The person signs out on this device; the session goes by itself."""
    if request.session.session_key:
        Device.objects.filter(session_key=request.session.session_key).delete()


def forget_ended() -> int:
    """Delete devices whose session is gone; answers how many."""
    return Device.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()[0]


def _end(devices: list[Device]) -> None:
    Session.objects.filter(session_key__in=[device.session_key for device in devices]).delete()
    Device.objects.filter(pk__in=[device.pk for device in devices]).delete()
