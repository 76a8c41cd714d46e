"""The calendar's read side: which days a view shows, and the sessions in them."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import models
from django.db.models import QuerySet

from sessions_app.models import Booking, Session, StaffAssignment
from whippersnappers.accounts.models import User
from whippersnappers.dates import LONDON

# The agenda is read from a day on, for so many days.
AGENDA_DAYS = 28
# The longest stretch that may be asked for at once: six weeks of a month, and a day on either side.
MOST_DAYS = 44
# No session is longer (a constraint of the table), so none that began before this reaches into a day.
_LONGEST = timedelta(hours=12)


class View(models.TextChoices):
    """How much of the calendar is looked at, and how."""

    MONTH = "month", "Month"
    WEEK = "week", "Week"
    DAY = "day", "Day"
    AGENDA = "agenda", "Agenda"


@dataclass(frozen=True)
class Span:
    """The days that a view shows around a day: from `first` to the day before `end`."""

    view: View
    on: date
    first: date
    end: date

    @property
    def last(self) -> date:
        return self.end - timedelta(days=1)

    @property
    def previous(self) -> date:
        """The day to look at for the stretch before this one."""
        before = self.first - timedelta(days=1)
        return {View.MONTH: before.replace(day=1), View.DAY: before}.get(
            self.view, self.first - (self.end - self.first)
        )

    @property
    def title(self) -> str:
        """`November 2026`, `Tuesday 24 November 2026`, `23 to 29 November 2026`."""
        if self.view == View.MONTH:
            return f"{self.first:%B %Y}"
        last = f"{self.last.day} {self.last:%B %Y}"
        if self.view == View.DAY:
            return f"{self.last:%A} {last}"
        first = f"{self.first.day}"
        if (self.first.year, self.first.month) != (self.last.year, self.last.month):
            first += f" {self.first:%B}"
        if self.first.year != self.last.year:
            first += f" {self.first:%Y}"
        return f"{first} to {last}"


def span_of(view: View, on: date) -> Span:
    """The days of the view that holds `on`: its month, its week from Monday, the day, or four weeks from it."""
    if view == View.MONTH:
        first = on.replace(day=1)
        return Span(view, on, first, (first + timedelta(days=31)).replace(day=1))
    if view == View.WEEK:
        monday = on - timedelta(days=on.weekday())
        return Span(view, on, monday, monday + timedelta(days=7))
    return Span(view, on, on, on + timedelta(days=1 if view == View.DAY else AGENDA_DAYS))


def midnight(day: date) -> datetime:
    """The moment at which `day` begins in London."""
    return datetime.combine(day, time.min, tzinfo=LONDON)


@dataclass(frozen=True)
class Wanted:
    """Which sessions are looked for: by keys of staff, child and place, by kind and state; empty means all."""

    staff: Any = None
    child: Any = None
    place: Any = None
    kind: str = ""
    # Without a state, all but the cancelled ones.
    state: str = ""

    def among(self, sessions: "QuerySet[Session]") -> "QuerySet[Session]":
        """Those of the sessions that are wanted."""
        if self.staff:
            there = StaffAssignment.objects.filter(staff=self.staff, withdrawn_at=None)
            sessions = sessions.filter(pk__in=there.values("session"))
        if self.child:
            places = Booking.objects.holding_a_place().filter(child=self.child)
            sessions = sessions.filter(pk__in=places.values("session"))
        if self.place:
            sessions = sessions.filter(place=self.place)
        if self.kind:
            sessions = sessions.filter(kind=self.kind)
        states = [self.state] if self.state else [s for s in Session.State if s != Session.State.CANCELLED]
        return sessions.filter(state__in=states)


def sessions_between(user: User, first: date, end: date, wanted: Wanted) -> "QuerySet[Session]":
    """What the user may see of the days from `first` to the day before `end`, in London."""
    start, stop = midnight(first), midnight(end)
    within = Session.objects.visible_to(user).filter(
        starts_at__gte=start - _LONGEST, starts_at__lt=stop, ends_at__gt=start
    )
    return wanted.among(within)
