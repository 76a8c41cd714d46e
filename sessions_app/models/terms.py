"""The charity's year: terms, and the days on which nothing takes place."""

import uuid
from datetime import date
from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value


def _days() -> Func:
    """Both days included, as Postgres understands a range."""
    return Func(F("first_day"), F("last_day"), Value("[]"), function="daterange")


class SpanQuerySet(models.QuerySet[Any]):
    def meeting(self, first_day: date, last_day: date) -> "SpanQuerySet":
        """The ones with a day in common with these two and the days between."""
        return self.filter(first_day__lte=last_day, last_day__gte=first_day)


class Span(models.Model):
    """A name for some days, first and last included."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=60)
    first_day = models.DateField()
    last_day = models.DateField()

    objects = SpanQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["first_day"]

    def __str__(self) -> str:
        return self.name


class Term(Span):
    """A term of the charity's year, such as "Spring 2027". Terms do not overlap."""

    name = models.CharField(max_length=60, unique=True)

    class Meta(Span.Meta):
        constraints = [
            models.CheckConstraint(
                name="term_in_order",
                condition=Q(last_day__gte=F("first_day")),
                violation_error_message="The term must end after it begins.",
            ),
            ExclusionConstraint(
                name="term_one_at_a_time",
                expressions=[(_days(), RangeOperators.OVERLAPS)],
                violation_error_message="Another term has some of these days: terms cannot overlap.",
            ),
        ]


class Holiday(Span):
    """Days on which the charity plans nothing: school holidays, entered once a year, and days that it is closed."""

    class Meta(Span.Meta):
        constraints = [
            models.CheckConstraint(
                name="holiday_in_order",
                condition=Q(last_day__gte=F("first_day")),
                violation_error_message="The holiday must end after it begins.",
            )
        ]
