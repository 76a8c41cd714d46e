"""Changing a series, from some day on: what its sessions took from it follows, what was changed there stays.

Sessions that have begun are never touched. Extending, pausing and ending a series are changes of its days.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max

from sessions_app import confirming, digests
from sessions_app.models import Series, Session
from sessions_app.series.comparing import pair
from sessions_app.series.drafting import draft_sessions
from sessions_app.series.following import Change, follow_series
from sessions_app.series.plans import Line, Outcome, Plan, check, own_copy, plan_of, store
from whippersnappers import dates
from whippersnappers.audit.trail import record
from whippersnappers.secret_requests import refuse_reason

_AHEAD = (Session.State.DRAFT, Session.State.CONFIRMED)


def change(
    wanted: Plan,
    *,
    from_day: date | None,
    reason: str,
    by: Any,
    now: datetime,
    on_the_way: Callable[[int, int], None] | None = None,
) -> Outcome:
    """Make the series, or all of it from `from_day` on, what `wanted` says; then tell each person once.

    From a later day than its first, the series is split: what comes before stays as it was, and the rest
    goes on as a series of its own that follows it. `reason` is what families read where a confirmed session
    is called off. A session that cannot follow (a clash) stays as it was, and its line says why. The plan
    itself stays as it is, so it can be rehearsed first. `on_the_way` hears how many of how many sessions are done.
    Raises ValidationError, keyed by field, for what is wrong with all of them.
    """
    wanted = own_copy(wanted)
    check(wanted, now)
    refuse_reason(reason)
    with transaction.atomic():
        stored = Series.objects.select_for_update().get(pk=wanted.series.pk)
        _refuse_to_end_before_what_took_place(stored, wanted.series.last_day, now)
        before = plan_of(stored)
        ahead = _sessions_ahead(stored, from_day, now)
        if from_day is not None and stored.first_day < from_day:
            wanted = _split(stored, wanted, from_day)
        store(wanted)
        _hand_over(ahead, wanted.series)
        record("series.changed", by=by, target=wanted.series, now=now, sessions=len(ahead))
        lines = _bring_in_line(Change(before, wanted, by, now), ahead, reason, on_the_way or _to_nobody)
        outcome = Outcome(wanted.series, tuple(sorted(lines, key=lambda line: line.day)))
        digests.bundle(outcome.sessions)
    return outcome


def _sessions_ahead(series: Series, from_day: date | None, now: datetime) -> list[Session]:
    """The sessions that the change may touch, locked, in the order of their days."""
    ahead = series.sessions.select_for_update(of=("self",)).filter(starts_at__gt=now, state__in=_AHEAD)
    if from_day is not None:
        ahead = ahead.filter(series_day__gte=from_day)
    return list(
        ahead.select_related("place").prefetch_related("steps", "items", "wanted_skills").order_by("series_day")
    )


def _refuse_to_end_before_what_took_place(series: Series, last_day: date, now: datetime) -> None:
    begun = series.sessions.filter(starts_at__lte=now).exclude(state=Session.State.CANCELLED)
    last = begun.aggregate(last=Max("series_day"))["last"]
    if last is not None and last_day < last:
        day = dates.calendar_day(last, now=now)
        raise ValidationError({"last_day": f"It took place on {day}: choose that day or a later one."})


def _hand_over(sessions: Sequence[Session], series: Series) -> None:
    for session in sessions:
        session.series = series
    Session.objects.filter(pk__in=[session.pk for session in sessions]).update(series=series)


def _split(stored: Series, wanted: Plan, from_day: date) -> Plan:
    """End the stored series on the day before, and let what is wanted go on as one that follows it."""
    stored.last_day = from_day - timedelta(days=1)
    stored.save(update_fields=["last_day"])
    stored.skipped_days.filter(day__gte=from_day).delete()
    following = wanted.series
    following.pk = Series._meta.pk.get_default()
    following._state.adding = True
    following.first_day, following.follows = from_day, stored
    return replace(
        wanted,
        days=tuple(day for day in wanted.days if day >= from_day),
        skipped={day: why for day, why in wanted.skipped.items() if day >= from_day},
    )


def _to_nobody(done: int, of: int) -> None:
    """Nobody waits to hear how far it is."""


def _bring_in_line(
    change: Change, ahead: Sequence[Session], reason: str, on_the_way: Callable[[int, int], None]
) -> list[Line]:
    held = {session.series_day: session for session in ahead if session.series_day is not None}
    days = pair(held, _days_to_hold(change, ahead))
    called_off = [held[day] for day in days.surplus if held[day].state == Session.State.CONFIRMED]
    if called_off and not reason.strip():
        raise ValidationError({"reason": "Families know these sessions: say why they are called off."})
    lines: list[Line] = []
    for day in days.surplus:
        lines.append(_remove(change, held[day], reason))
        on_the_way(len(lines), len(held))
    for old, new in days.moves.items():
        lines.append(follow_series(change, held[old], new))
        on_the_way(len(lines), len(held))
    return lines + draft_sessions(change.after, days.new, by=change.by, now=change.now)


def _days_to_hold(change: Change, ahead: Sequence[Session]) -> list[date]:
    """The days still to come that need a session.

    A day whose session was called off alone is not planned a second time, unless it was skipped and is wanted again.
    """
    others = change.after.series.sessions.exclude(pk__in=[session.pk for session in ahead])
    had_one = set(others.values_list("series_day", flat=True))
    wanted_again = set(change.before.skipped)
    return [
        day
        for day in change.after.days
        if change.after.times_on(day)[0] > change.now and day not in had_one - wanted_again
    ]


def _remove(change: Change, session: Session, reason: str) -> Line:
    """A day that is not wanted any more: an untold draft goes, a confirmed session is called off."""
    assert session.series_day is not None
    day = session.series_day
    if session.state == Session.State.CONFIRMED:
        confirming.cancel(session.pk, reason=reason, by=change.by, now=change.now)
        return Line(day, Line.CALLED_OFF, session=session)
    record("session.removed", by=change.by, target=session, now=change.now, series=str(change.after.series.pk))
    session.delete()
    return Line(day, Line.REMOVED)
