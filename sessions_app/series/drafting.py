"""Making the sessions of a series: all of its days at once, as drafts that nobody is told of yet."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from sessions_app.models import Booking, Session, SessionItem, SessionStep, StaffAssignment
from sessions_app.planning import STAFF_CLASH, clash_sentence
from sessions_app.series.plans import PLAIN_FIELDS, Line, Plan
from whippersnappers.audit.trail import Entry, record_many

# Where people are: by the id of the member of staff.
Held = dict[UUID, list[StaffAssignment]]


def draft_sessions(plan: Plan, days: Iterable[date], *, by: Any, now: datetime) -> list[Line]:
    """A draft for each of the days, with the series' texts, skills, staff and children; in the caller's transaction.

    Somebody who is elsewhere at that time is left out, and the session's line says so: the readiness gate
    will ask for another person. The number of queries does not grow with the days.
    """
    drafts = [_draft(plan, day) for day in sorted(days)]
    Session.objects.bulk_create(drafts)
    SessionStep.objects.bulk_create(
        SessionStep(session=draft, position=number, title=title, detail=detail, picture=picture)
        for draft in drafts
        for number, (title, detail, picture) in enumerate(plan.steps, start=1)
    )
    SessionItem.objects.bulk_create(
        SessionItem(session=draft, position=number, name=name, needed=needed, note=note)
        for draft in drafts
        for number, (name, needed, note) in enumerate(plan.items, start=1)
    )
    helps = Session.wanted_skills.through
    helps.objects.bulk_create(helps(session=draft, skill_id=skill) for draft in drafts for skill in plan.skills)
    Booking.objects.bulk_create(
        Booking(session=draft, child=child, changed_at=now) for draft in drafts for child in plan.children
    )
    clashes = _staff(plan, drafts, now)
    told = {"series": str(plan.series.pk)}
    record_many([Entry("session.planned", draft, told) for draft in drafts], by=by, now=now)
    return [
        Line(draft.series_day, Line.PLANNED, trouble=clashes[draft.pk], session=draft)
        for draft in drafts
        if draft.series_day is not None
    ]


def _draft(plan: Plan, day: date) -> Session:
    start, end = plan.times_on(day)
    facts = {name: getattr(plan.series, name) for name in PLAIN_FIELDS}
    return Session(series=plan.series, series_day=day, starts_at=start, ends_at=end, **facts)


def _staff(plan: Plan, drafts: list[Session], now: datetime) -> dict[UUID, list[str]]:
    """Put the staff on, except where they are elsewhere; the sentences that say so, by session."""
    if not drafts or not plan.staff:
        return defaultdict(list)
    held = held_by(plan.staff, drafts[0].starts_at, max(draft.ends_at for draft in drafts))
    rows, clashes = _assignments(plan, drafts, held, now)
    _put_on(rows)
    return clashes


def held_by(staff: Iterable[UUID], start: datetime, end: datetime) -> Held:
    """Where each of these people is between the two times; one query."""
    elsewhere = StaffAssignment.objects.filter(staff__in=list(staff), holds=True, period__overlap=(start, end))
    held: Held = defaultdict(list)
    for assignment in elsewhere.select_related("staff__user", "session").order_by("period"):
        held[assignment.staff_id].append(assignment)
    return held


def clashes_in(plan: Plan, held: Held, now: datetime) -> list[str]:
    """Who could not be put on because of being elsewhere, in sentences; nothing is stored, nothing asked."""
    _, clashes = _assignments(plan, [_draft(plan, day) for day in plan.days], held, now)
    return list(dict.fromkeys(said for sentences in clashes.values() for said in sentences))


def _assignments(
    plan: Plan, drafts: list[Session], held: Held, now: datetime
) -> tuple[list[StaffAssignment], dict[UUID, list[str]]]:
    rows, clashes = [], defaultdict(list)
    for draft in drafts:
        for staff_id, role in plan.staff.items():
            clash = next((a for a in held[staff_id] if _overlap(a.session, draft)), None)
            if clash is None:
                rows.append(StaffAssignment(session=draft, staff_id=staff_id, role=role))
            else:
                clashes[draft.pk].append(clash_sentence(clash, now))
    return rows, clashes


def _overlap(one: Session, other: Session) -> bool:
    return one.starts_at < other.ends_at and other.starts_at < one.ends_at


def _put_on(rows: list[StaffAssignment]) -> None:
    try:
        with transaction.atomic():
            StaffAssignment.objects.bulk_create(rows)
    except IntegrityError as error:
        if STAFF_CLASH not in str(error):
            raise
        said = "Somebody was just put on another session at one of these times: press once more."
        raise ValidationError(said) from error
