"""A series as tests need it."""

from datetime import date, datetime, time
from typing import Any

from sessions_app.models import Series, Session, StaffAssignment
from sessions_app.series import rules
from sessions_app.series.plans import Outcome, Plan
from sessions_app.series.starting import start
from tests.factories import StaffProfileFactory, ZoomHostFactory, household, london

NOW = london("2027-01-04 12:00")
FIRST = date(2027, 1, 12)
LAST = date(2027, 2, 16)
DAYS = ("2027-01-12", "2027-01-19", "2027-01-26", "2027-02-02", "2027-02-09", "2027-02-16")


def day(text: str) -> date:
    """A date from `2027-01-12`."""
    return date.fromisoformat(text)


def plan(*, last_day: date = LAST, skipped: dict[date, str] | None = None, **fields: Any) -> Plan:
    """Six Tuesdays from 12 January 2027, 4pm to 4:45pm, complete enough to be confirmed."""
    lines = {"steps": (("Hello song", "", "hello"), ("Drums", "We drum.", "")), "items": (("A pan", True, ""),)}
    people = {name: fields.pop(name) for name in ("staff", "children") if name in fields}
    facts = {
        "title": "Drums and songs",
        "kind": Session.Kind.SMALL_GROUP,
        "capacity": 10,
        "rule": rules.weekly([1]),
        "first_day": FIRST,
        "last_day": last_day,
        "starts": time(16),
        "ends": time(16, 45),
    }
    series = Series(**facts | fields)
    skipped = skipped or {}
    days = rules.days_until(series.rule, series.first_day, series.last_day)
    return Plan(series, days=tuple(d for d in days if d not in skipped), skipped=skipped, **lines, **people)


def started(by: Any, now: datetime = NOW, **fields: Any) -> Outcome:
    """The series, started with two members of staff, a Zoom host and two children of one family."""
    if "staff" not in fields:
        lead, support = StaffProfileFactory(), StaffProfileFactory()
        fields["staff"] = {lead.pk: StaffAssignment.Role.LEAD, support.pk: StaffAssignment.Role.SUPPORT}
    if "children" not in fields:
        fields["children"] = tuple(household(children=2)[1])
    ZoomHostFactory()
    return start(plan(**fields), by=by, now=now)


def days_of(series: Series) -> list[str]:
    """The days of the series' sessions that are not cancelled."""
    sessions = series.sessions.exclude(state=Session.State.CANCELLED).order_by("series_day")
    return [str(session.series_day) for session in sessions]
