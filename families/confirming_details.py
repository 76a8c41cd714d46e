"""“Nothing changed this term”: a guardian's word that what we hold about a child is still right, with its day.

Terms are kept further up the line, so whoever keeps them says here on which day the present one began.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from families.models import Child, DetailsConfirmed, Guardian
from families.proposing import may_propose
from whippersnappers.audit.trail import record

# About a term, where nobody keeps terms.
WITHOUT_TERMS = timedelta(weeks=13)

FirstDay = Callable[[date], date]
_first_day: list[FirstDay] = []


def terms_are_kept_by(first_day: FirstDay) -> None:
    """Ask `first_day` from now on when the term that a day is in began."""
    _first_day[:] = [first_day]


def term_began(today: date) -> date:
    """The first day of the present term."""
    return _first_day[0](today) if _first_day else today - WITHOUT_TERMS


@transaction.atomic
def confirm_details(child: Child, guardian: Guardian, *, by: Any, now: datetime) -> bool:
    """Note that nothing has changed. False when this guardian said so today already.

    Raises PermissionDenied unless the guardian may see the child's details.
    """
    if not may_propose(guardian, child):
        raise PermissionDenied
    said, is_new = DetailsConfirmed.objects.get_or_create(child=child, guardian=guardian, on=timezone.localdate(now))
    if is_new:
        record("child.details_confirmed", by=by, target=child, now=now, guardian=guardian.pk, on=said.on)
    return is_new


def confirmed_since(children: QuerySet[Child], day: date) -> QuerySet[Child]:
    """The children about whom somebody has said since that day that nothing has changed."""
    return children.filter(pk__in=DetailsConfirmed.objects.filter(on__gte=day).values("child"))


def confirmed_by(guardian: Guardian, child: Child) -> date | None:
    """When this guardian last said so."""
    last = DetailsConfirmed.objects.filter(guardian=guardian, child=child).first()
    return last.on if last else None


def last_confirmed(child: Child) -> DetailsConfirmed | None:
    """Who last said so, and when."""
    return child.details_confirmed.select_related("guardian").first()
