"""Carrying series over into another term: the same weekday, time, texts, staff and children, as drafts."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from sessions_app.models import Series, StaffProfile, Term
from sessions_app.series import rules
from sessions_app.series.days import days_off
from sessions_app.series.plans import Outcome, Plan, plan_of
from sessions_app.series.starting import start


def to_carry(term: Term) -> QuerySet[Series]:
    """The series of a term that can be carried into another: of one that was split, only the last part."""
    in_it = Q(term=term) | Q(term=None, first_day__lte=term.last_day, last_day__gte=term.first_day)
    goes_on = Series.objects.filter(follows=OuterRef("pk"), first_day__lte=term.last_day)
    return Series.objects.filter(in_it).exclude(Exists(goes_on)).order_by("starts", "title")


def carried_into(term: Term) -> set[Any]:
    """The keys of the series that were carried into the term already."""
    return set(Series.objects.filter(term=term, follows__isnull=False).values_list("follows", flat=True))


def carry_over(series: Iterable[Series], term: Term, *, by: Any, now: datetime) -> list[Outcome]:
    """Plan each series again in `term`, all or none; one that was carried there before is left alone.

    Days off are skipped. Children and staff who have left since are not carried along. Nobody is told:
    the new sessions are drafts. Raises ValidationError that names the series at fault.
    """
    with transaction.atomic():
        # Two presses at once carry over once.
        Term.objects.select_for_update().get(pk=term.pk)
        carried = carried_into(term)
        return [_carry(one, term, by=by, now=now) for one in series if one.pk not in carried]


def _carry(series: Series, term: Term, *, by: Any, now: datetime) -> Outcome:
    try:
        return start(plan_in(series, term), by=by, now=now)
    except ValidationError as error:
        raise ValidationError([f"“{series.title}”: {message}" for message in error.messages]) from error


def plan_in(series: Series, term: Term) -> Plan:
    """The series as it would be in that term. Raises ValidationError where its rule gives no day there."""
    was = plan_of(series)
    copy = Series.objects.get(pk=series.pk)
    copy.pk = Series._meta.pk.get_default()
    copy._state.adding = True
    copy.first_day, copy.last_day = term.first_day, term.last_day
    copy.state, copy.term, copy.follows = Series.State.RUNNING, term, series
    days = rules.days_until(series.rule, term.first_day, term.last_day)
    copy.first_day = days[0]
    off = days_off(days)
    here = set(StaffProfile.objects.filter(pk__in=was.staff, user__is_active=True).values_list("pk", flat=True))
    return replace(
        was,
        series=copy,
        staff={pk: role for pk, role in was.staff.items() if pk in here},
        children=tuple(child for child in was.children if child.archived_at is None),
        days=tuple(day for day in days if day not in off),
        skipped=off,
    )
