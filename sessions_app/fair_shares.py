"""Fair shares: how often each child waited for a place in a term, and how often that ended with one.

Counted from the bookings themselves, so there is nothing to keep up to date. Cancelled sessions count for nobody.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, Max, Q, QuerySet
from django.db.models.functions import TruncDate

from families.models import Child
from sessions_app.models import Booking, Session, Term
from whippersnappers import dates

_LONDON_DAY = TruncDate("session__starts_at", tzinfo=dates.LONDON)
# Counted before and after a day for which the charity has entered no term.
WITHOUT_TERM = timedelta(weeks=6)


@dataclass(frozen=True)
class Share:
    """One child in one stretch of time: waited so often, got a place so often after waiting, had so many places."""

    waited: int = 0
    got: int = 0
    places: int = 0

    def __add__(self, other: "Share") -> "Share":
        return Share(self.waited + other.waited, self.got + other.got, self.places + other.places)

    @property
    def turn(self) -> tuple[int, int]:
        """Sorts first who waited in vain most often, then who had the fewest places."""
        return self.got - self.waited, self.places

    def and_one_more(self, *, placed: bool) -> "Share":
        """The share once the child has one more place, or waits once more."""
        return replace(self, places=self.places + 1) if placed else replace(self, waited=self.waited + 1)


@dataclass(frozen=True)
class Stretch:
    """The days that are counted, both included, and what to call them."""

    name: str
    first_day: date
    last_day: date


def stretch_of(day: date) -> Stretch:
    """The term that the day is in; without one, the twelve weeks around it."""
    return stretches_of([day])[day]


def stretches_of(days: Collection[date]) -> dict[date, Stretch]:
    """The same for many days; one query."""
    terms = list(Term.objects.meeting(min(days), max(days))) if days else []
    return {day: _stretch_of(day, terms) for day in days}


def _stretch_of(day: date, terms: Iterable[Term]) -> Stretch:
    term = next((term for term in terms if term.first_day <= day <= term.last_day), None)
    if term is not None:
        return of_term(term)
    return Stretch(f"the 12 weeks around {day.day} {day:%B}", day - WITHOUT_TERM, day + WITHOUT_TERM)


def of_term(term: Term) -> Stretch:
    """The term's days."""
    return Stretch(term.name, term.first_day, term.last_day)


def shares_of(children: Iterable[Any], stretch: Stretch) -> Mapping[Any, Share]:
    """The share of each of these children (ids); one query, and none for nobody."""
    ids = list(children)
    if not ids:
        return {}
    rows: Any = _within(stretch).filter(child__in=ids).order_by().values("child").annotate(**_counts(""))
    return {row["child"]: Share(row["waited"], row["got"], row["places"]) for row in rows}


def shares_in(children: Collection[Any], stretches: Collection[Stretch]) -> dict[Stretch, dict[Any, Share]]:
    """The shares of these children (ids) in each of the stretches, nobody left out; one query."""
    found = {stretch: dict.fromkeys(children, Share()) for stretch in stretches}
    if not children or not stretches:
        return found
    whole = Stretch("", min(s.first_day for s in stretches), max(s.last_day for s in stretches))
    on_days: Any = _within(whole).filter(child__in=children).annotate(day=_LONDON_DAY).order_by()
    for row in on_days.values("child", "day").annotate(**_counts("")):
        for stretch, shares in found.items():
            if stretch.first_day <= row["day"] <= stretch.last_day:
                shares[row["child"]] += Share(row["waited"], row["got"], row["places"])
    return found


def children_who_waited(stretch: Stretch) -> QuerySet[Child]:
    """The children who waited at least once, each with `waited`, `got`, `places` and `last_waited`; one query."""
    within = Q(bookings__in=_within(stretch).order_by().values("pk"))
    counts: dict[str, Any] = _counts("bookings__", within)
    counts["last_waited"] = Max("bookings__waiting_since", filter=within)
    counted: Any = Child.objects.annotate(**counts)
    return counted.filter(waited__gt=0)


def _within(stretch: Stretch) -> QuerySet[Booking]:
    start, end = _midnight(stretch.first_day), _midnight(stretch.last_day + timedelta(days=1))
    counted = Booking.objects.filter(session__starts_at__gte=start, session__starts_at__lt=end)
    return counted.exclude(session__state=Session.State.CANCELLED)


def _counts(prefix: str, within: Q | None = None) -> dict[str, Count]:
    within = within or Q()
    waited = within & Q(**{f"{prefix}waiting_since__isnull": False})
    placed = Q(**{f"{prefix}state__in": Booking.HOLDING})
    key = f"{prefix}pk"
    return {
        "waited": Count(key, filter=waited),
        "got": Count(key, filter=waited & placed),
        "places": Count(key, filter=within & placed),
    }


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=dates.LONDON)
