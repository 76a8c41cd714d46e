"""Template tags that say times in the words of `whippersnappers.dates`.

`now` may be given; pages that show several times give it once, so that they agree.
"""

from datetime import date, datetime

from django import template
from django.utils import timezone

from whippersnappers import dates

register = template.Library()
register.filter("clock", dates.clock)
register.filter("full_day", dates.full_day)
register.filter("full_moment", dates.full_moment)
register.filter("column_day", dates.column_day)
register.simple_tag(dates.length, name="length")


@register.simple_tag
def when(starts_at: datetime, ends_at: datetime, now: datetime | None = None) -> str:
    """`Tuesday 24 November, 4:00pm to 4:45pm`."""
    return dates.when(starts_at, ends_at, now=now or timezone.now())


@register.simple_tag
def times(starts_at: datetime, ends_at: datetime, now: datetime | None = None) -> str:
    """`4:00pm to 4:45pm`."""
    return dates.times(starts_at, ends_at, now=now or timezone.now())


@register.simple_tag
def days(starts_at: datetime, ends_at: datetime, now: datetime | None = None) -> str:
    """`Monday 4 May to Friday 8 May`, or with times when they are not whole days."""
    return dates.days(starts_at, ends_at, now=now or timezone.now())


@register.simple_tag
def day(at: datetime, now: datetime | None = None) -> str:
    """`Tuesday 24 November`."""
    return dates.day(at, now=now or timezone.now())


@register.simple_tag
def near_day(at: datetime, now: datetime | None = None) -> str:
    """`Today`, `Tomorrow` or `Tuesday 24 November`."""
    return dates.near_day(at, now=now or timezone.now())


@register.simple_tag
def near_moment(at: datetime, now: datetime | None = None) -> str:
    """`Today, 4:05pm`, `Yesterday, 4:05pm` or `Tuesday 24 November, 4:05pm`."""
    return dates.near_moment(at, now=now or timezone.now())


@register.simple_tag
def until(at: datetime, now: datetime | None = None) -> str:
    """`in 15 minutes`."""
    return dates.until(at, now=now or timezone.now())


@register.simple_tag
def calendar_day(on: date, now: datetime | None = None) -> str:
    """`Tuesday 24 November`, of a day without a time."""
    return dates.calendar_day(on, now=now or timezone.now())


@register.filter
def london_day(at: datetime) -> date:
    """The calendar day on London's clock, for comparing."""
    return dates.local(at).date()
