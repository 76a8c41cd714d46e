"""Keeping the charity's year: its terms, and the days on which nothing takes place."""

from datetime import date, datetime
from typing import Any

from django.db import models, transaction

from families.confirming_details import WITHOUT_TERMS, terms_are_kept_by
from sessions_app.models import Holiday, Term
from whippersnappers.audit.trail import record


def save_term(term: Term, *, by: Any, now: datetime) -> Term:
    """Store a term. Raises ValidationError keyed by field, for one that overlaps another among it."""
    _store(term, "term", by=by, now=now)
    return term


def save_holiday(holiday: Holiday, *, by: Any, now: datetime) -> Holiday:
    """Store days off. Sessions that are planned on them already stay: their coordinator decides."""
    _store(holiday, "holiday", by=by, now=now)
    return holiday


def remove_holiday(holiday: Holiday, *, by: Any, now: datetime) -> None:
    """Take days off away again."""
    with transaction.atomic():
        record("holiday.removed", by=by, target=holiday, now=now)
        holiday.delete()


def to_plan(today: date) -> Term | None:
    """The term that is planned at this time of the year: the next one, or the present one if it is the last."""
    return (
        Term.objects.filter(first_day__gt=today).order_by("first_day").first()
        or Term.objects.all().meeting(today, today).first()
    )


def first_day_of_term(today: date) -> date:
    """When the term began that `today` is in; between terms, the one that ended last; without any, a quarter ago."""
    begun = Term.objects.filter(first_day__lte=today).order_by("-first_day").first()
    return begun.first_day if begun else today - WITHOUT_TERMS


def _store(thing: models.Model, name: str, *, by: Any, now: datetime) -> None:
    is_new = thing._state.adding
    thing.full_clean()
    with transaction.atomic():
        thing.save()
        record(f"{name}.added" if is_new else f"{name}.edited", by=by, target=thing, now=now)


# Families speak of "this term" too, and stand below.
terms_are_kept_by(first_day_of_term)
