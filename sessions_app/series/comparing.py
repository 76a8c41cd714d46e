"""What of a session follows a change of its series, and what stays because it is the session's own. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any
from uuid import UUID

from sessions_app.series.plans import PLAIN_FIELDS, Plan

# What staff call each fact.
NAMES = {
    "title": "title",
    "kind": "kind",
    "delivery": "Zoom or in person",
    "capacity": "number of places",
    "place_id": "place",
    "summary": "description",
    "nothing_needed": "what to bring",
    "pre_session_hours": "time of the pre-session mail",
    "steps": "what will happen",
    "items": "what to bring",
    "skills": "skills that help",
    "times": "time",
}


@dataclass(frozen=True)
class Facts:
    """A session's facts that a series can give: plain ones, lines, keys of skills, and the times of day in London.

    `times` is None for a session that was moved to another day by hand.
    """

    plain: Mapping[str, Any]
    steps: tuple[tuple[str, str, str], ...]
    items: tuple[tuple[str, bool, str], ...]
    skills: frozenset[UUID]
    times: tuple[time, time] | None

    def named(self) -> dict[str, Any]:
        lines = {"steps": self.steps, "items": self.items}
        return {**self.plain, **lines, "skills": self.skills, "times": self.times}


def facts_of(plan: Plan) -> Facts:
    """The facts that a session of the plan has if nothing was changed there."""
    series = plan.series
    plain = {name: getattr(series, name) for name in PLAIN_FIELDS}
    return Facts(plain, plan.steps, plan.items, plan.skills, (series.starts, series.ends))


@dataclass(frozen=True)
class Follow:
    """What of a session changes with its series (new values by name), and what keeps its own."""

    changes: Mapping[str, Any]
    keeps: Sequence[str]


def follow(session: Facts, before: Facts, after: Facts) -> Follow:
    """Compare a session with what its series gave before and gives after.

    What the session had from the series changes with it; what differs from it was changed there, and stays.
    """
    had, was, will = session.named(), before.named(), after.named()
    changed = [name for name in will if was[name] != will[name]]
    follows = {name: will[name] for name in changed if had[name] == was[name]}
    keeps = [NAMES[name] for name in changed if had[name] != was[name] and had[name] != will[name]]
    return Follow(follows, list(dict.fromkeys(keeps)))


@dataclass(frozen=True)
class Days:
    """Old days with the new ones, days that need a new session, and days that have one too many."""

    moves: Mapping[date, date]
    new: Sequence[date]
    surplus: Sequence[date]


def pair(held: Iterable[date], wanted: Iterable[date]) -> Days:
    """Bring the days that sessions stand for together with the days that are wanted.

    The same day stays. The rest moves in order where as many days come as go (Tuesdays become Wednesdays),
    else within its week; what finds no partner is new, or one too many.
    """
    held, wanted = sorted(held), sorted(wanted)
    moves = {day: day for day in held if day in set(wanted)}
    left, free = [d for d in held if d not in moves], [d for d in wanted if d not in moves]
    if len(left) == len(free):
        return Days(moves | dict(zip(left, free, strict=True)), [], [])
    by_week = {day.isocalendar()[:2]: day for day in reversed(free)}
    for day in left:
        partner = by_week.pop(day.isocalendar()[:2], None)
        if partner is not None:
            moves[day] = partner
            free.remove(partner)
    return Days(moves, free, [day for day in left if day not in moves])
