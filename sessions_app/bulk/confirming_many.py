"""Confirming many drafts: which can be, whom that reaches, and that hosts do for all of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sessions_app import confirming
from sessions_app.bulk.asking import Asked, Verdict, closed, counted
from sessions_app.models import Booking, Meeting, Session, ZoomHost
from sessions_app.reach import reach_by_session
from sessions_app.readiness import blockers
from whippersnappers.policy import Clause

NO_HOST_LEFT = "The other sessions take every Zoom host at this time: choose another time, or free a host."
Busy = dict[Any, list[tuple[datetime, datetime]]]


class ConfirmMany:
    """Drafts without blockers are confirmed; the others say what is missing."""

    def judge(self, sessions: Sequence[Session], asked: Asked, now: datetime) -> Mapping[Any, Verdict]:
        found = {session.pk: _verdict(session, now) for session in sessions}
        _share_hosts([verdict for verdict in found.values() if verdict.can])
        able = [pk for pk, verdict in found.items() if verdict.can]
        reached = reach_by_session(able)
        for pk in able:
            verdict, session = found[pk], found[pk].session
            verdict.reached = reached[pk]
            verdict.staff_told = {str(a.staff) for a in session.assignments.all() if a.withdrawn_at is None}
            if alone := _children_alone(verdict):
                verdict.warnings.append(f"Nobody can be reached for {counted(alone, 'child', 'children')}.")
        return found

    def take(self, verdict: Verdict, asked: Asked, *, by: Any, now: datetime) -> str:
        confirming.confirm(verdict.session.pk, by=by, now=now)
        people = counted(len(verdict.reached), "parent or carer", "parents and carers")
        return f"Confirmed; {people} invited."


def _children_alone(verdict: Verdict) -> int:
    """How many of the children have no parent or carer who may be invited."""
    covered = {child.pk for reach in verdict.reached for child in reach.children}
    held = [b for b in verdict.session.bookings.all() if b.state in (Booking.State.INVITED, Booking.State.COMING)]
    return sum(booking.child_id not in covered for booking in held)


def _verdict(session: Session, now: datetime) -> Verdict:
    verdict = Verdict(session)
    if session.state == Session.State.CONFIRMED:
        return verdict.hinder("It is confirmed already.")
    if session.state != Session.State.DRAFT:
        return verdict.hinder(closed(session, now) or f"It is {session.get_state_display().lower()}.")
    for blocker in blockers(session, now):
        verdict.hinder(blocker.message, blocker.where, blocker.clause)
    return verdict


def _share_hosts(verdicts: list[Verdict]) -> None:
    """Give each remote session a host in turn, as confirming them one by one will; say so when none is left."""
    remote = [verdict for verdict in verdicts if verdict.session.is_remote]
    if not remote:
        return
    busy = _busy(min(v.session.starts_at for v in remote), max(v.session.ends_at for v in remote))
    for verdict in remote:
        start, end = verdict.session.starts_at, verdict.session.ends_at
        free = [pk for pk, taken in busy.items() if all(end <= a or b <= start for a, b in taken)]
        if free:
            busy[free[0]].append((start, end))
        else:
            verdict.hinder(NO_HOST_LEFT, "host", Clause.W1)


def _busy(start: datetime, end: datetime) -> Busy:
    busy: Busy = {pk: [] for pk in ZoomHost.objects.filter(is_active=True).values_list("pk", flat=True)}
    held = Meeting.objects.filter(is_wanted=True, period__overlap=(start, end))
    for host, first, last in held.values_list("host", "session__starts_at", "session__ends_at"):
        if host in busy:
            busy[host].append((first, last))
    return busy
