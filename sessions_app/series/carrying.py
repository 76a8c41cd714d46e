"""Carrying series over into another term: the same weekday, time, texts, staff and children, as drafts."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from sessions_app.models import Series, Term
from sessions_app.series import rules
from sessions_app.series.days import days_off
from sessions_app.series.drafting import Held, clashes_in, held_by
from sessions_app.series.plans import Outcome, Plan, check_sense, plan_of
from sessions_app.series.starting import check_to_come, start
from whippersnappers.dates import LONDON

DaysOff = Mapping[date, str]


def to_carry(term: Term) -> QuerySet[Series]:
    """The series of a term that can be carried into another: of one that was split, only the last part."""
    in_it = _in_term(term.pk, term.first_day, term.last_day)
    goes_on = Series.objects.filter(follows=OuterRef("pk"), first_day__lte=term.last_day)
    found = Series.objects.filter(in_it).exclude(Exists(goes_on)).order_by("starts", "title")
    return found.prefetch_related(
        "steps", "items", "skipped_days", "wanted_skills", "children__child", "staff__staff__user"
    )


def _in_term(key: Any, first_day: Any, last_day: Any) -> Q:
    """The series of a term: those that name it, and those that name none and run in it."""
    return Q(term=key) | Q(term=None, first_day__lte=last_day, last_day__gte=first_day)


def last_with_series(before: Term) -> Term | None:
    """The term from which to plan another: the last one before it that has any series."""
    any_series = Series.objects.filter(_in_term(OuterRef("pk"), OuterRef("first_day"), OuterRef("last_day")))
    earlier = Term.objects.filter(Exists(any_series), first_day__lt=before.first_day)
    return earlier.order_by("-first_day").first()


def carried_into(term: Term) -> set[Any]:
    """The keys of the series that were carried into the term already."""
    return set(Series.objects.filter(term=term, follows__isnull=False).values_list("follows", flat=True))


def carry_over(
    series: Iterable[Series],
    term: Term,
    *,
    by: Any,
    now: datetime,
    on_the_way: Callable[[int, int], None] = lambda done, of: None,
) -> list[Outcome]:
    """Plan each series again in `term`, all or none; one that was carried there before is left alone.

    Days off are skipped. Children and staff who have left since are not carried along. Nobody is told:
    the new sessions are drafts. `on_the_way` hears how many of how many series are done.
    Raises ValidationError that names the series at fault.
    """
    with transaction.atomic():
        # Two presses at once carry over once.
        Term.objects.select_for_update().get(pk=term.pk)
        carried = carried_into(term)
        coming = [one for one in series if one.pk not in carried]
        off = _days_off(coming, term)
        outcomes = []
        for one in coming:
            outcomes.append(_carry(one, term, off, by=by, now=now))
            on_the_way(len(outcomes), len(coming))
    return outcomes


def _carry(series: Series, term: Term, off: DaysOff, *, by: Any, now: datetime) -> Outcome:
    try:
        return start(_plan_in(series, term, off), by=by, now=now)
    except ValidationError as error:
        raise ValidationError([f"“{series.title}”: {message}" for message in error.messages]) from error


@dataclass(frozen=True)
class Prospect:
    """What a series would become in another term; without a plan it is there already, or cannot come."""

    series: Series
    plan: Plan | None = None
    trouble: tuple[str, ...] = ()


def prospects(source: Term, term: Term, now: datetime) -> list[Prospect]:
    """What the series of one term would become in another; the same few queries however many they are."""
    there = carried_into(term)
    found = list(to_carry(source))
    off = _days_off(found, term)
    first, last = (datetime.combine(day, time.min, LONDON) for day in (term.first_day, term.last_day))
    staff = {place.staff_id for series in found for place in series.staff.all()}
    held = held_by(staff, first, last + timedelta(days=1))
    return [Prospect(one) if one.pk in there else _prospect(one, term, off, held, now) for one in found]


def _prospect(series: Series, term: Term, off: DaysOff, held: Held, now: datetime) -> Prospect:
    try:
        plan = _plan_in(series, term, off)
        check_sense(plan, now)
        check_to_come(plan, now)
    except ValidationError as error:
        return Prospect(series, trouble=tuple(error.messages))
    return Prospect(series, plan, tuple(clashes_in(plan, held, now)))


def _days_off(series: Iterable[Series], term: Term) -> DaysOff:
    """The days off among all days of these series in the term; a rule that gives none is said when it is planned."""
    days: set[date] = set()
    for one in series:
        with suppress(ValidationError):
            days |= set(rules.days_until(one.rule, term.first_day, term.last_day))
    return days_off(days)


def _plan_in(series: Series, term: Term, off: DaysOff) -> Plan:
    """The series as it would be in that term. Raises ValidationError where its rule gives no day there."""
    was = plan_of(series)
    copy = Series(**{field.attname: getattr(series, field.attname) for field in Series._meta.concrete_fields})
    copy.pk = Series._meta.pk.get_default()
    days = rules.days_until(series.rule, term.first_day, term.last_day)
    copy.first_day, copy.last_day = days[0], term.last_day
    copy.state, copy.term, copy.follows = Series.State.RUNNING, term, series
    here = {place.staff_id for place in series.staff.all() if place.staff.user.is_active}
    skipped = {day: off[day] for day in days if day in off}
    return replace(
        was,
        series=copy,
        staff={pk: role for pk, role in was.staff.items() if pk in here},
        children=tuple(child for child in was.children if child.archived_at is None),
        days=tuple(day for day in days if day not in skipped),
        skipped=skipped,
    )
