"""Families who leave are archived: out of sight and out of the mails, their history kept."""

from datetime import datetime
from typing import Any

from django.db import transaction

from families.models import Child, Family, Guardian
from families.sign_in import keep_sign_in
from families.writing import write


@transaction.atomic
def archive_family(family: Family, *, by: Any, now: datetime) -> None:
    """Archive a household with everybody in it; its guardians can no longer sign in."""
    for guardian in family.guardians.filter(archived_at=None):
        archive_guardian(guardian, by=by, now=now)
    for child in family.children.filter(archived_at=None):
        archive_child(child, by=by, now=now)
    family.archived_at = now
    write(family, noun="family", by=by, now=now, archived=True)


@transaction.atomic
def bring_back_family(family: Family, *, by: Any, now: datetime) -> None:
    """Undo `archive_family` for everybody who was archived together with the household."""
    when, family.archived_at = family.archived_at, None
    write(family, noun="family", by=by, now=now, archived=False)
    for guardian in family.guardians.filter(archived_at=when):
        guardian.archived_at = None
        keep_sign_in(guardian, by=by, now=now)
        write(guardian, noun="guardian", by=by, now=now, archived=False)
    for child in family.children.filter(archived_at=when):
        child.archived_at = None
        write(child, noun="child", by=by, now=now, archived=False)


@transaction.atomic
def archive_guardian(guardian: Guardian, *, by: Any, now: datetime) -> None:
    """Nothing is sent to this guardian any more, and the sign-in is switched off."""
    guardian.archived_at = now
    keep_sign_in(guardian, by=by, now=now)
    write(guardian, noun="guardian", by=by, now=now, archived=True)


@transaction.atomic
def archive_child(child: Child, *, by: Any, now: datetime) -> None:
    """The child is no longer invited to anything."""
    child.archived_at = now
    write(child, noun="child", by=by, now=now, archived=True)
