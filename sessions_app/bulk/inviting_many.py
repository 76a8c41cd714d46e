"""Inviting a group to many sessions: who gets a place, who waits for one, who is elsewhere at that time."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from families.models import Child
from sessions_app import booking, waiting
from sessions_app.bulk.asking import Asked, Verdict, closed, counted
from sessions_app.capacity import places_of
from sessions_app.fair_shares import Share, shares_in, stretches_of
from sessions_app.models import Booking, Session
from sessions_app.reach import reach_of_children
from whippersnappers import dates


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


@dataclass(frozen=True)
class Group:
    """The group's children by key, where they are, and their fair shares by the session that is counted for."""

    children: Mapping[Any, Child]
    places: Places
    shares: Mapping[Any, dict[Any, Share]]

    def now_has(self, session: Session, work: "Work") -> None:
        """The next session of this run must see what this one will take."""
        shares = self.shares[session.pk]
        for child in work.placed:
            self.places[child.pk].append(Place(session.pk, session.title, session.starts_at, session.ends_at))
            shares[child.pk] = shares[child.pk].and_one_more(placed=True)
        for child in work.waits:
            shares[child.pk] = shares[child.pk].and_one_more(placed=False)


@dataclass
class Work:
    """Who gets a place in a session, and who waits for one, in this order."""

    placed: list[Child] = field(default_factory=list)
    waits: list[Child] = field(default_factory=list)


class InviteToMany:
    """Everybody in the group who has no place yet gets one, or waits for one."""

    def judge(self, sessions: Sequence[Session], asked: Asked, now: datetime) -> Mapping[Any, Verdict]:
        group = _group(sessions, asked)
        found = {}
        for session in sessions:
            verdict = found[session.pk] = _verdict(session, group, asked, now)
            if verdict.can:
                group.now_has(session, verdict.work)
        told = {
            pk: {child.pk for child in v.work.placed}
            for pk, v in found.items()
            if v.can and v.session.state == Session.State.CONFIRMED
        }
        reached = reach_of_children(told)
        for pk in told:
            found[pk].reached = reached[pk]
        return found

    def take(self, verdict: Verdict, asked: Asked, *, by: Any, now: datetime) -> str:
        session, work = verdict.session.pk, verdict.work
        added = booking.invite_children(session, work.placed, by=by, now=now).added
        joined = waiting.join_waiting_list(session, work.waits, by=by, now=now)
        placed = counted(len(added), "child has a place now", "children have a place now")
        return f"{placed}, {_wait(len(joined))}." if joined else f"{placed}."


def _group(sessions: Sequence[Session], asked: Asked) -> Group:
    """All that is to be known of the group's children; the same few queries for one session and for many."""
    members = Child.objects.filter(groups__pk=asked.group, archived_at=None)
    children = {child.pk: child for child in members.order_by("known_as", "last_name")}
    days = {session.pk: dates.local(session.starts_at).date() for session in sessions}
    stretches = stretches_of(set(days.values()))
    shares = shares_in(list(children), set(stretches.values()))
    return Group(children, _places(sessions, children), {pk: shares[stretches[day]] for pk, day in days.items()})


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


def _verdict(session: Session, group: Group, asked: Asked, now: datetime) -> Verdict:
    verdict = Verdict(session, work=Work())
    if why := closed(session, now):
        return verdict.hinder(why)
    if session.state == Session.State.LIVE:
        return verdict.hinder("It is going on: nobody can be invited any more.")
    holding = {b.child_id for b in session.bookings.all() if b.state in Booking.HOLDING}
    new = [child for pk, child in group.children.items() if pk not in holding]
    if not new:
        return verdict.hinder("Everybody in the group has a place already.")
    elsewhere = {child.pk: place for child in new for place in group.places[child.pk] if place.overlaps(session)}
    for child in (child for child in new if child.pk in elsewhere):
        left_out = ", so left out" if asked.leave_out_busy else ""
        verdict.warnings.append(f"{child} is at “{elsewhere[child.pk].title}” at that time{left_out}.")
    coming = [child for child in new if not (asked.leave_out_busy and child.pk in elsewhere)]
    if not coming:
        return verdict.hinder("Nobody is left who could come.")
    if session.kind == Session.Kind.ONE_TO_ONE and len(holding) + len(coming) > 1:
        return verdict.hinder("A 1:1 session is for one child.", "bookings")
    had_one = len(group.children) - len(new)
    return _with_room(verdict, coming, had_one, group.shares[session.pk], asked)


def _with_room(
    verdict: Verdict, coming: list[Child], had_one: int, shares: Mapping[Any, Share], asked: Asked
) -> Verdict:
    free = places_of(verdict.session).free
    queue = {b.child_id for b in verdict.session.bookings.all() if b.state == Booking.State.WAITING}
    if free and (passed_over := queue - {child.pk for child in coming}):
        wait = counted(
            len(passed_over), "child who is not in the group waits", "children who are not in the group wait"
        )
        verdict.warnings.append(f"{wait} already: give them the places first, on the session’s page.")
    already = f", {had_one} had one already" if had_one else ""
    if len(coming) <= free:
        verdict.work.placed = coming
        verdict.notes.insert(0, f"{_placed(len(coming))}{already}.")
        return verdict
    if not asked.let_wait:
        left = "No place is free" if not free else f"Only {counted(free, 'place is', 'places are')} free"
        return verdict.hinder(f"{left}, but {counted(len(coming), 'child', 'children')} would be added.", "bookings")
    in_turn = sorted(coming, key=lambda child: (*shares[child.pk].turn, str(child)))
    # Who waits already keeps the place in the queue.
    work = Work(in_turn[:free], [child for child in in_turn[free:] if child.pk not in queue])
    return _share_out(verdict, work, already)


def _share_out(verdict: Verdict, work: Work, already: str) -> Verdict:
    """Say who gets a place and who waits, in the order in which they will."""
    placed, waits = work.placed, work.waits
    if not placed and not waits:
        return verdict.hinder("No place is free, and everybody waits already.", "bookings")
    verdict.work = work
    verdict.notes.insert(0, f"{_placed(len(placed))}{already}: {_names(placed)}." if placed else "No place is free.")
    if waits:
        verdict.notes.insert(1, f"{_wait(len(waits))}, in this order: {_names(waits)}.")
    return verdict


def _placed(number: int) -> str:
    return counted(number, "child gets a place", "children get a place")


def _wait(number: int) -> str:
    return counted(number, "child waits", "children wait")


def _names(children: Iterable[Child]) -> str:
    return ", ".join(str(child) for child in children)
