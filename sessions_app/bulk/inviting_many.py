"""Inviting a group to many sessions: who is new, for whom there is no place, who is elsewhere at that time."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from families.models import Child
from sessions_app import booking
from sessions_app.bulk.asking import Asked, Verdict, closed, counted
from sessions_app.capacity import places_of
from sessions_app.models import Booking, Session
from sessions_app.reach import reach_of_children


@dataclass(frozen=True)
class Place:
    """A child's place in another session: where somebody is at that time."""

    session_id: Any
    title: str
    starts_at: datetime
    ends_at: datetime

    def overlaps(self, session: Session) -> bool:
        other = self.session_id != session.pk
        return other and self.starts_at < session.ends_at and session.starts_at < self.ends_at


Places = dict[Any, list[Place]]


class InviteToMany:
    """Everybody in the group who has no place yet gets one."""

    def judge(self, sessions: Sequence[Session], asked: Asked, now: datetime) -> Mapping[Any, Verdict]:
        members = Child.objects.filter(groups__pk=asked.group, archived_at=None)
        children = {child.pk: child for child in members.order_by("known_as", "last_name")}
        places = _places(sessions, children)
        found = {}
        for session in sessions:
            verdict = found[session.pk] = _verdict(session, children, places, asked, now)
            for child in verdict.work if verdict.can else []:
                # The next session of this run must see what this one will take.
                places[child.pk].append(Place(session.pk, session.title, session.starts_at, session.ends_at))
        told = {
            pk: {child.pk for child in v.work}
            for pk, v in found.items()
            if v.can and v.session.state == Session.State.CONFIRMED
        }
        reached = reach_of_children(told)
        for pk in told:
            found[pk].reached = reached[pk]
        return found

    def take(self, verdict: Verdict, asked: Asked, *, by: Any, now: datetime) -> str:
        result = booking.invite_children(verdict.session.pk, verdict.work, by=by, now=now)
        return f"{counted(len(result.added), 'child has', 'children have')} a place now."


def _places(sessions: Sequence[Session], children: Mapping[Any, Child]) -> Places:
    """Where these children are while the sessions go on; one query."""
    found: Places = defaultdict(list)
    if not sessions or not children:
        return found
    held = Booking.objects.holding_a_place().filter(
        child__in=list(children),
        session__in=Session.objects.planned(),
        session__starts_at__lt=max(session.ends_at for session in sessions),
        session__ends_at__gt=min(session.starts_at for session in sessions),
    )
    for place in held.select_related("session"):
        other = place.session
        found[place.child_id].append(Place(other.pk, other.title, other.starts_at, other.ends_at))
    return found


def _verdict(session: Session, children: Mapping[Any, Child], places: Places, asked: Asked, now: datetime) -> Verdict:
    verdict = Verdict(session, work=[])
    if why := closed(session, now):
        return verdict.hinder(why)
    if session.state == Session.State.LIVE:
        return verdict.hinder("It is going on: nobody can be invited any more.")
    holding = {b.child_id for b in session.bookings.all() if b.state in Booking.HOLDING}
    new = [child for pk, child in children.items() if pk not in holding]
    if not new:
        return verdict.hinder("Everybody in the group has a place already.")
    elsewhere = {child.pk: place for child in new for place in places[child.pk] if place.overlaps(session)}
    for child in (child for child in new if child.pk in elsewhere):
        left_out = ", so left out" if asked.leave_out_busy else ""
        verdict.warnings.append(f"{child} is at “{elsewhere[child.pk].title}” at that time{left_out}.")
    verdict.work = [child for child in new if not (asked.leave_out_busy and child.pk in elsewhere)]
    return _with_room(verdict, len(holding), len(children) - len(new))


def _with_room(verdict: Verdict, holding: int, had_one: int) -> Verdict:
    session, new = verdict.session, len(verdict.work)
    if not new:
        return verdict.hinder("Nobody is left who could come.")
    if session.kind == Session.Kind.ONE_TO_ONE and holding + new > 1:
        return verdict.hinder("A 1:1 session is for one child.", "bookings")
    free = places_of(session).free
    if new > free:
        left = "No place is free" if not free else f"Only {counted(free, 'place is', 'places are')} free"
        return verdict.hinder(f"{left}, but {counted(new, 'child', 'children')} would be added.", "bookings")
    already = f", {had_one} had one already" if had_one else ""
    verdict.notes.insert(0, f"{counted(new, 'child gets', 'children get')} a place{already}.")
    return verdict
