"""Bringing one session in line with a change of its series, whole or not at all.

Everything goes through the services of single sessions, so families and staff are told exactly as if the
session had been changed by hand.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction

from families.models import Child
from sessions_app import booking, planning, staffing
from sessions_app.models import Booking, Session, SessionItem, SessionStep, StaffProfile
from sessions_app.readiness import time_blockers
from sessions_app.series.comparing import NAMES, Facts, Follow, facts_of, follow
from sessions_app.series.plans import PLAIN_FIELDS, Line, Plan, lines_of, skills_of
from whippersnappers import dates


@dataclass(frozen=True)
class Change:
    """A series before and after, who changed it and when."""

    before: Plan
    after: Plan
    by: Any
    now: datetime

    @property
    def staff_on(self) -> dict[UUID, str]:
        """Who is new, or has another part."""
        return {pk: role for pk, role in self.after.staff.items() if self.before.staff.get(pk) != role}

    @property
    def staff_off(self) -> set[UUID]:
        return set(self.before.staff) - set(self.after.staff)

    @property
    def children_in(self) -> list[Child]:
        known = {child.pk for child in self.before.children}
        return [child for child in self.after.children if child.pk not in known]

    @property
    def children_out(self) -> set[UUID]:
        return {child.pk for child in self.before.children} - {child.pk for child in self.after.children}


def follow_series(change: Change, session: Session, day: date) -> Line:
    """Give the session what its series has now, on `day`; where that does not go, it stays as it was."""
    found = follow(_facts(session), facts_of(change.before), facts_of(change.after))
    keeps = [f"keeps its own {name}" for name in found.keeps]
    try:
        with transaction.atomic():
            said = _apply(change, session, found, day)
    except ValidationError as error:
        return Line(day, Line.STUCK, keeps, error.messages, session)
    return Line(day, Line.CHANGED if said else Line.KEPT, [*said, *keeps], session=session)


def _facts(session: Session) -> Facts:
    start, end = dates.local(session.starts_at), dates.local(session.ends_at)
    moved = start.date() != session.series_day
    steps, items = lines_of(session)
    plain = {name: getattr(session, name) for name in PLAIN_FIELDS}
    return Facts(plain, steps, items, skills_of(session), None if moved else (start.time(), end.time()))


def _apply(change: Change, session: Session, found: Follow, day: date) -> list[str]:
    said = _take_time(change, session, found, day) + _take_texts(session, found)
    if said or day != session.series_day:
        session.series_day = day
        planning.save_session(session, by=change.by, now=change.now)
        _write_lists(session, found.changes)
    said += _take_staff(change, session) + _take_children(change, session)
    if said:
        planning.settle(session.pk, by=change.by, now=change.now)
    return said


def _take_time(change: Change, session: Session, found: Follow, day: date) -> list[str]:
    """The series' time on the new day, unless the session has a time of its own."""
    if day == session.series_day and "times" not in found.changes:
        return []
    before = change.before.series
    if _facts(session).times != (before.starts, before.ends):
        return []
    session.starts_at, session.ends_at = change.after.times_on(day)
    if session.starts_at <= change.now:
        raise ValidationError("Its new time has passed already.")
    if outside := time_blockers(session, change.now):
        raise ValidationError([blocker.message for blocker in outside])
    return [f"moves to {dates.when(session.starts_at, session.ends_at, now=change.now)}"]


def _take_texts(session: Session, found: Follow) -> list[str]:
    for name in set(found.changes) & set(PLAIN_FIELDS):
        setattr(session, name, found.changes[name])
    names = dict.fromkeys(NAMES[name] for name in found.changes if name != "times")
    return [f"new: {', '.join(names)}"] if names else []


def _write_lists(session: Session, changes: Mapping[str, Any]) -> None:
    if "steps" in changes:
        session.steps.all().delete()
        SessionStep.objects.bulk_create(
            SessionStep(session=session, position=number, title=title, detail=detail, picture=picture)
            for number, (title, detail, picture) in enumerate(changes["steps"], start=1)
        )
    if "items" in changes:
        session.items.all().delete()
        SessionItem.objects.bulk_create(
            SessionItem(session=session, position=number, name=name, needed=needed, note=note)
            for number, (name, needed, note) in enumerate(changes["items"], start=1)
        )
    if "skills" in changes:
        session.wanted_skills.set(changes["skills"])


def _take_staff(change: Change, session: Session) -> list[str]:
    """The new come before the old go, so that no gate opens in between."""
    said = []
    for staff in StaffProfile.objects.filter(pk__in=change.staff_on).select_related("user"):
        staffing.assign(session.pk, staff, change.staff_on[staff.pk], by=change.by, now=change.now)
        said.append(f"{staff} is on it")
    leaving = session.assignments.filter(staff__in=change.staff_off, withdrawn_at=None)
    for assignment in leaving.select_related("staff__user"):
        staffing.drop_out(assignment.pk, reason="off the series", by=change.by, now=change.now)
        said.append(f"{assignment.staff} is off it")
    return said


def _take_children(change: Change, session: Session) -> list[str]:
    said = []
    leaving = session.bookings.filter(child__in=change.children_out).exclude(state=Booking.State.WITHDRAWN)
    for place in leaving.select_related("child"):
        booking.withdraw(place.pk, by=change.by, now=change.now)
        said.append(f"{place.child} is out of it")
    if change.children_in:
        added = booking.invite_children(session.pk, change.children_in, by=change.by, now=change.now).added
        said += [f"{child} gets a place" for child in added]
    return said
