"""The pages of one child and of one member of staff: everything about them, over time."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest

from safeguarding.gathering import history
from safeguarding.gathering.chart import chart
from safeguarding.reading import Page, confidential
from whippersnappers.accounts.models import User


@confidential()
def child(request: HttpRequest, user: User, now: datetime, pk: UUID) -> Page:
    """One child: concerns, sessions, attendance and staff."""
    seen = _or_nothing(history.child_for, user, pk)
    return _page("concern.child_read", "child.html", seen, history.of_child(user, seen, now))


@confidential()
def person(request: HttpRequest, user: User, now: datetime, pk: UUID) -> Page:
    """One member of staff: whether low-level concerns make a pattern."""
    seen = _or_nothing(history.person_for, user, pk)
    return _page("concern.person_read", "person.html", seen, history.of_person(user, seen, now))


def _or_nothing(find: Any, user: User, pk: UUID) -> Any:
    try:
        return find(user, pk)
    except ObjectDoesNotExist as nothing:
        raise Http404 from nothing


def _page(event: str, template: str, seen: Any, told: history.History) -> Page:
    context = {"seen": seen, "history": told, "chart": chart(told.months)}
    about = {"concerns": sorted(str(line.concern.pk) for line in told.lines)}
    return Page(event, f"safeguarding/dashboard/{template}", context, target=seen, detail=about)
