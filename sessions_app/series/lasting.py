"""How long a series lasts: extended, ended, paused and taken up again. Each gives the plan to change the series to."""

from dataclasses import replace
from datetime import date, datetime

from django.core.exceptions import ValidationError

from sessions_app.models import Series
from sessions_app.series import rules
from sessions_app.series.days import days_off
from sessions_app.series.plans import Plan, plan_of

PAUSED = "Paused"


def extended(series: Series, last_day: date) -> Plan:
    """The series until a later day; new days that are days off are skipped.

    Raises ValidationError at `last_day` when it is not later, or too far.
    """
    if last_day <= series.last_day:
        raise ValidationError({"last_day": "Choose a day after the present last day."})
    plan = plan_of(series)
    every = rules.days_until(series.rule, series.first_day, last_day)
    new = [day for day in every if day > series.last_day]
    if not new:
        raise ValidationError({"last_day": "Until then there is no further day: choose a later one."})
    plan.series.last_day, plan.series.state = last_day, Series.State.RUNNING
    return _skipping(plan, every, plan.skipped | days_off(new))


def ended(series: Series, last_day: date) -> Plan:
    """The series without its days after `last_day`. Raises ValidationError when that is not earlier, or leaves none."""
    if not series.first_day <= last_day < series.last_day:
        raise ValidationError({"last_day": "Choose a day between the first and the present last day."})
    plan = plan_of(series)
    plan.series.last_day, plan.series.state = last_day, Series.State.ENDED
    every = rules.days_until(series.rule, series.first_day, last_day)
    return _skipping(plan, every, {day: why for day, why in plan.skipped.items() if day <= last_day})


def paused(series: Series, from_day: date, until: date | None, now: datetime) -> Plan:
    """The series without its days from one day to another, both included, or until it is taken up again.

    Days on which it has begun are not left out any more. Raises ValidationError when there is no day to leave out.
    """
    plan = plan_of(series)
    between = [day for day in plan.days if from_day <= day <= (until or series.last_day)]
    out = {day: PAUSED for day in between if plan.times_on(day)[0] > now}
    if between and not out:
        raise ValidationError({"from_day": "These days are over: choose days that are still to come."})
    if not out:
        raise ValidationError({"from_day": "It does not take place between these days: choose others."})
    if until is None:
        plan.series.state = Series.State.PAUSED
    return _skipping(plan, [*plan.days, *plan.skipped], plan.skipped | out)


def resumed(series: Series, from_day: date) -> Plan:
    """The series with the days from `from_day` on that a pause had left out."""
    plan = plan_of(series)
    again = [day for day, why in plan.skipped.items() if why == PAUSED and day >= from_day]
    if not again:
        raise ValidationError({"from_day": "No paused day is left from then on: extend the series instead."})
    plan.series.state = Series.State.RUNNING
    kept = {day: why for day, why in plan.skipped.items() if day not in again}
    return _skipping(plan, [*plan.days, *plan.skipped], kept)


def _skipping(plan: Plan, every: list[date], skipped: dict[date, str]) -> Plan:
    return replace(plan, days=tuple(sorted(day for day in every if day not in skipped)), skipped=skipped)
