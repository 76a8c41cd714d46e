"""Changing who delivers many sessions: one person for another, or one put on or taken off (W5)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sessions_app import staffing
from sessions_app.bulk.asking import Asked, Verdict, closed
from sessions_app.models import Session, StaffAssignment, StaffProfile
from sessions_app.planning import clash_sentence
from sessions_app.readiness import STAFF_NEEDED
from whippersnappers import dates

REASON = "Changed for several sessions at once"


@dataclass(frozen=True)
class Change:
    """What is to change at one session: who goes, who comes, and as what."""

    off: StaffAssignment | None
    on: StaffProfile | None
    role: str


class ChangeStaffOfMany:
    """The new person is put on before the old one is taken off, so the gate does not open in between."""

    def judge(self, sessions: Sequence[Session], asked: Asked, now: datetime) -> Mapping[Any, Verdict]:
        wanted = [pk for pk in (asked.off, asked.on) if pk]
        people = {str(p.pk): p for p in StaffProfile.objects.filter(pk__in=wanted).select_related("user")}
        off, on = people.get(asked.off), people.get(asked.on)
        elsewhere = _elsewhere(sessions, on)
        found = {}
        for session in sessions:
            verdict = found[session.pk] = Verdict(session)
            _judge(verdict, off, on, asked, now)
            if verdict.can and verdict.work.on is not None:
                _refuse_clash(verdict, elsewhere, now)
                if verdict.can:
                    elsewhere.append(StaffAssignment(session=session, staff=on))
        return found

    def take(self, verdict: Verdict, asked: Asked, *, by: Any, now: datetime) -> str:
        change: Change = verdict.work
        said = []
        if change.on is not None:
            staffing.assign(verdict.session.pk, change.on, change.role, by=by, now=now)
            said.append(f"{change.on} is on it")
        if change.off is not None:
            staffing.drop_out(change.off.pk, reason=REASON, by=by, now=now)
            said.append(f"{change.off.staff} is off it")
        return f"{', '.join(said)}."


def _elsewhere(sessions: Sequence[Session], on: StaffProfile | None) -> list[StaffAssignment]:
    """Where the new person is while the sessions go on; one query."""
    if on is None or not sessions:
        return []
    period = (min(s.starts_at for s in sessions), max(s.ends_at for s in sessions))
    held = StaffAssignment.objects.filter(staff=on, holds=True, period__overlap=period)
    return list(held.select_related("staff__user", "session").order_by("period"))


def _judge(verdict: Verdict, off: StaffProfile | None, on: StaffProfile | None, asked: Asked, now: datetime) -> None:
    session = verdict.session
    if why := closed(session, now):
        verdict.hinder(why)
        return
    present = {a.staff_id: a for a in session.assignments.all() if a.withdrawn_at is None}
    leaving = present.get(off.pk) if off else None
    if asked.off and leaving is None:
        verdict.hinder(f"{off or 'This person'} is not on it.")
        return
    there = present.get(on.pk) if on else None
    role = asked.role or _role(leaving, there)
    coming = on if there is None or there.role != role else None
    if coming is None and leaving is None:
        verdict.hinder(f"{on or 'This person'} is on it already.")
        return
    verdict.work = Change(leaving, coming, role)
    _warn(verdict, present, on)
    if session.state == Session.State.CONFIRMED:
        verdict.staff_told = {str(person) for person in (leaving and leaving.staff, coming) if person}


def _role(leaving: StaffAssignment | None, there: StaffAssignment | None) -> str:
    """Whoever comes for the one who leads, leads; nobody who leads already is set back."""
    leads = any(a is not None and a.role == StaffAssignment.Role.LEAD for a in (leaving, there))
    return StaffAssignment.Role.LEAD if leads else StaffAssignment.Role.SUPPORT


def _warn(verdict: Verdict, present: Mapping[Any, StaffAssignment], on: StaffProfile | None) -> None:
    """Say what the gate will say once the change is made."""
    change: Change = verdict.work
    day = dates.local(verdict.session.starts_at).date()
    stay = [a.staff for a in present.values() if a is not change.off and a.staff_id != (on.pk if on else None)]
    after = [*stay, *([on] if on else [])]
    if on and (gaps := on.clearance_gaps(day)):
        verdict.warnings.append(f"{on} cannot deliver it: {', '.join(gaps)}.")
    if sum(not person.clearance_gaps(day) for person in after) < STAFF_NEEDED:
        again = " It will need staff again." if verdict.session.state == Session.State.CONFIRMED else ""
        verdict.warnings.append(f"Fewer than two cleared members of staff are left.{again}")


def _refuse_clash(verdict: Verdict, elsewhere: list[StaffAssignment], now: datetime) -> None:
    session = verdict.session
    for other in elsewhere:
        apart = other.session.ends_at <= session.starts_at or session.ends_at <= other.session.starts_at
        if other.session.pk != session.pk and not apart:
            verdict.hinder(clash_sentence(other, now))
            return
