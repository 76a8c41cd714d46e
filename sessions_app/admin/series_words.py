"""What becomes of a series, as its page says it, before and after."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sessions_app.models import Series, Session
from sessions_app.series import rules
from sessions_app.series.plans import Line, Outcome
from sessions_app.series.rehearsing import Rehearsal
from whippersnappers import dates

_SAID = {
    Line.PLANNED: ("is planned", "are planned"),
    Line.CHANGED: ("changes", "change"),
    Line.KEPT: ("stays as it is", "stay as they are"),
    Line.REMOVED: ("is taken away", "are taken away"),
    Line.CALLED_OFF: ("is called off", "are called off"),
    Line.STUCK: ("cannot follow and stays as it was", "cannot follow and stay as they were"),
}
_DAY = {
    Line.PLANNED: "New",
    Line.CHANGED: "Changes",
    Line.KEPT: "Stays as it is",
    Line.REMOVED: "Taken away: nobody knows of it yet",
    Line.CALLED_OFF: "Called off, and families are told",
    Line.STUCK: "Cannot follow, so it stays as it was",
}


def outcome_said(outcome: Outcome) -> str:
    """`10 sessions change, 1 session is called off, 1 session cannot follow and stays as it was.`"""
    parts = []
    for what, (one, many) in _SAID.items():
        count = outcome.count(what)
        if count:
            parts.append(f"1 session {one}" if count == 1 else f"{count} sessions {many}")
    return f"{', '.join(parts)}." if parts else "Nothing changes."


@dataclass(frozen=True)
class DayShown:
    """One day of a series: whether it takes place, why not, and what happens to its session."""

    day: date
    said: str
    ticked: bool
    why: str
    happens: str
    trouble: tuple[str, ...]


def what_would_happen(rehearsal: Rehearsal, form: Any, now: datetime) -> dict[str, Any]:
    """What stands below the form: every day with its session's fate, who is told, and the button that does it."""
    lines = {line.day: line for line in rehearsal.outcome.lines}
    since = date.min if form.is_new else form.from_day or dates.local(now).date()
    days = sorted(day for day in {*form.days, *form.skipped, *lines} if day >= since)
    planned = rehearsal.outcome.count(Line.PLANNED)
    new = f"Plan {planned} sessions" if planned != 1 else "Plan 1 session"
    return {
        "rehearsal": rehearsal,
        "said": outcome_said(rehearsal.outcome),
        "days": [_shown(day, day in form.days, form.skipped.get(day, ""), lines.get(day), now) for day in days],
        "who": _who(form),
        "do_said": new if form.is_new else "Change the series",
        "is_new": form.is_new,
    }


def _who(form: Any) -> str:
    """`Every Tuesday, 4:00pm to 4:45pm, for 12 children.`"""
    children = len(form.children)
    return f"{rhythm_said(form.instance)}, for {'1 child' if children == 1 else f'{children} children'}."


def rhythm_said(series: Series) -> str:
    """`Every Tuesday, 4:00pm to 4:45pm`."""
    return f"{rules.said(series.rule, series.first_day)}, {hours_said(series)}"


def hours_said(series: Series) -> str:
    """`4:00pm to 4:45pm`."""
    return f"{dates.wall_clock(series.starts)} to {dates.wall_clock(series.ends)}"


def days_that_change(rehearsal: Rehearsal, now: datetime) -> list[DayShown]:
    """Only the days to whose session something happens."""
    lines = [line for line in rehearsal.outcome.lines if line.what != Line.KEPT]
    return [_shown(line.day, True, "", line, now) for line in lines]


def _shown(day: date, ticked: bool, why: str, line: Line | None, now: datetime) -> DayShown:
    happens = "" if line is None else "; ".join([_DAY[line.what], *line.said])
    trouble = () if line is None else tuple(line.trouble)
    return DayShown(day, dates.calendar_day(day, now=now), ticked, why, happens, trouble)


def untouched_said(sessions: Iterable[Session], now: datetime) -> str:
    """What no change of the series reaches: `6 sessions have begun or are over: they stay as they are.`"""
    begun = sum(one.starts_at <= now and one.state != Session.State.CANCELLED for one in sessions)
    if begun == 0:
        return ""
    if begun == 1:
        return "1 session has begun or is over: it stays as it is, whatever you change here."
    return f"{begun} sessions have begun or are over: they stay as they are, whatever you change here."


def skipped_said(skipped: Mapping[date, str], now: datetime) -> list[str]:
    """The days left out, with the reason: `Tuesday 16 February (Half term)`."""
    return [
        dates.calendar_day(day, now=now) + (f" ({reason})" if reason else "") for day, reason in sorted(skipped.items())
    ]
