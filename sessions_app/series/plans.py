"""What a coordinator wants of a series, and what came of it, session by session."""

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import prefetch_related_objects

from families.models import Child
from sessions_app.london_times import london_time
from sessions_app.models import Series, SeriesItem, SeriesStep, Session, Skill
from sessions_app.picture_library import refuse_unknown
from sessions_app.readiness import time_blockers
from sessions_app.series import rules
from whippersnappers import dates
from whippersnappers.secret_requests import refuse_secret_requests

# What a session takes from its series as it is. Times, lines, staff and children have ways of their own.
PLAIN_FIELDS = (
    "title",
    "kind",
    "delivery",
    "capacity",
    "place_id",
    "summary",
    "nothing_needed",
    "pre_session_hours",
)


@dataclass(frozen=True)
class Plan:
    """A series as it is wanted: its facts, lines, skills, staff and children, and its days from some day on.

    `days` are those on which it takes place, `skipped` those of its rule on which it does not, with the reason.
    """

    series: Series
    steps: tuple[tuple[str, str, str], ...] = ()
    items: tuple[tuple[str, bool, str], ...] = ()
    skills: frozenset[UUID] = frozenset()
    staff: dict[UUID, str] = field(default_factory=dict)
    children: tuple[Child, ...] = ()
    days: tuple[date, ...] = ()
    skipped: dict[date, str] = field(default_factory=dict)

    def line_texts(self) -> Iterator[str]:
        """What families read of the steps and the props."""
        for title, detail, _picture in self.steps:
            yield from (title, detail)
        for name, _needed, note in self.items:
            yield from (name, note)

    def times_on(self, day: date) -> tuple[datetime, datetime]:
        """When it is on that day, on London's clock. Raises ValidationError on a night when the clocks change."""
        return london_time(day, self.series.starts), london_time(day, self.series.ends)


def lines_of(thing: Any) -> tuple[tuple[tuple[str, str, str], ...], tuple[tuple[str, bool, str], ...]]:
    """The steps and the props of a session, a series or an activity, without their numbers."""
    steps = tuple((step.title, step.detail, step.picture) for step in thing.steps.all())
    return steps, tuple((item.name, item.needed, item.note) for item in thing.items.all())


def skills_of(thing: Session | Series) -> frozenset[UUID]:
    """The keys of the skills that help there."""
    return frozenset(skill.pk for skill in thing.wanted_skills.all())


def plan_of(series: Series) -> Plan:
    """The series as it is stored, all its days among it."""
    prefetch_related_objects([series], "children__child")
    steps, items = lines_of(series)
    skipped = {skip.day: skip.reason for skip in series.skipped_days.all()}
    days = rules.days_until(series.rule, series.first_day, series.last_day)
    return Plan(
        series=series,
        steps=steps,
        items=items,
        skills=skills_of(series),
        staff={place.staff_id: place.role for place in series.staff.all()},
        children=tuple(place.child for place in series.children.all()),
        days=tuple(day for day in days if day not in skipped),
        skipped=skipped,
    )


def check(plan: Plan, now: datetime) -> None:
    """Raise ValidationError, keyed by field, for what would be wrong with every session of the plan."""
    plan.series.clean_fields(exclude=["term", "follows"])
    for text in plan.line_texts():
        refuse_secret_requests(text)
    for _title, _detail, picture in plan.steps:
        if picture:
            refuse_unknown(picture)
    plan.series.validate_constraints()
    check_sense(plan, now)


def check_sense(plan: Plan, now: datetime) -> None:
    """Raise ValidationError where children, kind and days do not go together, for a series that is well-formed."""
    series = plan.series
    if len(plan.children) > series.capacity:
        raise ValidationError({"capacity": f"{len(plan.children)} children are to have a place: give as many places."})
    if series.kind == Session.Kind.ONE_TO_ONE and len(plan.children) > 1:
        raise ValidationError({"kind": "A 1:1 session is for one child: choose another kind, or one child."})
    if not plan.days:
        raise ValidationError({"last_day": "It takes place on no day: choose a later last day, or tick a day."})
    for day in plan.days:
        _check_times(plan, day, now)


def _check_times(plan: Plan, day: date, now: datetime) -> None:
    try:
        start, end = plan.times_on(day)
    except ValidationError as error:
        raise ValidationError({"starts": f"{dates.calendar_day(day, now=now)}: {error.message}"}) from error
    outside = [b.message for b in time_blockers(Session(starts_at=start, ends_at=end), now) if b.code != "in_the_past"]
    if outside:
        raise ValidationError({"starts": outside})


@dataclass(frozen=True)
class Line:
    """What happens to one session: `what` is a code, `said` tells it in words, `trouble` what does not go."""

    PLANNED, CHANGED, KEPT, REMOVED, CALLED_OFF, STUCK = "planned", "changed", "kept", "removed", "called_off", "stuck"

    day: date
    what: str
    said: Sequence[str] = ()
    trouble: Sequence[str] = ()
    session: Session | None = None


@dataclass(frozen=True)
class Outcome:
    """What became of a series and its sessions, in the order of their days."""

    series: Series
    lines: tuple[Line, ...]

    def count(self, *what: str) -> int:
        return sum(line.what in what for line in self.lines)

    @property
    def sessions(self) -> list[UUID]:
        """The sessions that were touched and are still there."""
        return [line.session.pk for line in self.lines if line.session is not None and line.session.pk]


def own_copy(plan: Plan) -> Plan:
    """The plan with a series object of its own, for whoever is going to store it."""
    series = copy.copy(plan.series)
    # Nothing of what was read with the other one: what is stored would not be in it.
    vars(series).pop("_prefetched_objects_cache", None)
    return replace(plan, series=series)


def store(plan: Plan) -> None:
    """Write the series with its lines, skills, staff, children and skipped days, in the caller's transaction."""
    series, is_new = plan.series, plan.series._state.adding
    series.save()
    if not is_new:
        for old in (series.steps, series.items, series.staff, series.children, series.skipped_days):
            old.all().delete()
    SeriesStep.objects.bulk_create(
        SeriesStep(series=series, position=number, title=title, detail=detail, picture=picture)
        for number, (title, detail, picture) in enumerate(plan.steps, start=1)
    )
    SeriesItem.objects.bulk_create(
        SeriesItem(series=series, position=number, name=name, needed=needed, note=note)
        for number, (name, needed, note) in enumerate(plan.items, start=1)
    )
    series.wanted_skills.set(Skill.objects.filter(pk__in=plan.skills))
    series.staff.bulk_create([series.staff.model(series=series, staff_id=pk, role=r) for pk, r in plan.staff.items()])
    series.children.bulk_create([series.children.model(series=series, child=child) for child in plan.children])
    series.skipped_days.bulk_create(
        [series.skipped_days.model(series=series, day=day, reason=why[:80]) for day, why in plan.skipped.items()]
    )
