"""Linking two concerns with a reason, and parting them again. For whom one does not exist, there is no link."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet

from safeguarding.handling import locked
from safeguarding.models import Concern, ConcernLink
from safeguarding.models.concerns import ConcernQuerySet
from safeguarding.references import spelled
from whippersnappers.accounts.models import User
from whippersnappers.audit.trail import record

# Said of a reference that is nobody's and of one that is kept from this person, alike.
NO_SUCH = "There is no such concern. Check the reference."
# So many to choose from: those that name the same people are few, or the list helps nobody.
_OFFERED = 8


@transaction.atomic
def link(concern_id: Any, reference: str, *, reason: str, by: User, now: datetime) -> ConcernLink:
    """Say that two concerns belong together.

    Raises ValidationError without a reason, for a reference that this person knows of no concern by, and for a pair
    that is linked already.
    """
    other = Concern.objects.visible_to(by).filter(reference=spelled(reference)).exclude(pk=concern_id).first()
    if other is None:
        raise ValidationError({"reference": NO_SUCH})
    return _add(concern_id, other.pk, True, reason, by, now)


@transaction.atomic
def part(concern_id: Any, other_id: Any, *, reason: str, by: User, now: datetime) -> ConcernLink:
    """Say that two concerns do not belong together after all; that they were linked stays to be read.

    Raises ValidationError without a reason, and for a pair that is not linked.
    """
    return _add(concern_id, other_id, False, reason, by, now)


def links(concern: Concern, user: User) -> list[ConcernLink]:
    """All that was said of links of this concern, as far as this person may know of both; the oldest first."""
    rows = _of(concern.pk).select_related("author", "first", "second")
    seen = Concern.objects.visible_to(user).values("pk")
    return list(rows.filter(first__in=seen, second__in=seen).order_by("at", "number"))


def linked_now(rows: list[ConcernLink]) -> list[ConcernLink]:
    """Of each pair the last row, where that says that they are linked."""
    last = {(row.first_id, row.second_id): row for row in rows}
    return [row for row in last.values() if row.is_linked]


def likely(concern: Concern, user: User) -> ConcernQuerySet:
    """Concerns that name the same children or people and are not linked with it yet, the newest first."""
    people = concern.people.all()
    children, users = ({getattr(p, name) for p in people} - {None} for name in ("child_id", "user_id"))
    named = Q(people__child__in=children) | Q(people__user__in=users)
    linked = {row.other_than(concern.pk) for row in linked_now(links(concern, user))}
    seen = Concern.objects.visible_to(user).filter(pk__in=Concern.objects.filter(named).values("pk"))
    return seen.exclude(pk__in={concern.pk, *linked})[:_OFFERED]


def _of(pk: Any) -> QuerySet[ConcernLink]:
    return ConcernLink.objects.filter(Q(first=pk) | Q(second=pk))


def _add(concern_id: Any, other_id: Any, is_linked: bool, reason: str, by: User, now: datetime) -> ConcernLink:
    if not reason.strip():
        raise ValidationError({"reason": "Say why: this step is a judgement."})
    # Always in the same order, so that two people who link the same pair wait for each other.
    first, second = (locked(pk, by) for pk in sorted((concern_id, other_id)))
    rows = list(ConcernLink.objects.filter(first=first, second=second))
    if is_linked == bool(rows and rows[-1].is_linked):
        raise ValidationError("They are linked already." if is_linked else "They are not linked.")
    row = ConcernLink(first=first, second=second, number=len(rows) + 1, is_linked=is_linked, author=by, at=now)
    row.reason = reason.strip()
    row.save(force_insert=True)
    event = "concern.linked" if is_linked else "concern.parted"
    this, other = (first, second) if first.pk == concern_id else (second, first)
    record(event, by=by, target=this, now=now, other=other.pk, link=row.pk)
    return row
