"""Plans the sessions that are still ahead, through the same services that staff use."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from demo.sample.history import make_past_session
from demo.sample.making import fixed_id
from demo.sample.timetable import Planned, soon, timetable, tomorrows_draft
from families import consenting
from families.models import Child, Consent, Group
from sessions_app import booking, confirming, planning, staffing
from sessions_app.models import Place, Session, SessionItem, SessionStep, StaffAssignment, StaffProfile
from sessions_app.posting import about
from sessions_app.readiness import free_hosts
from sessions_app.series.days import days_off
from whippersnappers import dates
from whippersnappers.accounts.models import User
from whippersnappers.organisation import organisation
from whippersnappers.outbox.models import OutgoingMail

CONFIRMED_AHEAD = timedelta(days=9)
# Of the drafts further off, each lacks something else; the first kind lacks nothing.
LACKS = ("nothing", "staff", "props", "children")


def make_sessions(staff: dict[str, StaffProfile], children: dict[str, Child], now: datetime) -> None:
    """Twelve weeks of sessions, tomorrow's draft, and one that is about to begin."""
    planner = User.objects.get(email="cora@whippersnappers.org")
    all_planned = timetable(now)
    for planned in all_planned:
        if planned.ends_at <= now:
            make_past_session(planned, staff, invited(planned, children))
    ahead = [planned for planned in all_planned if planned.starts_at > now]
    confirmed = [planned for planned in ahead if planned.starts_at <= now + CONFIRMED_AHEAD]
    earlier = now - timedelta(hours=1)
    for planned in confirmed:
        _confirm_quietly(draft(planned, staff, invited(planned, children), by=planner, now=earlier), planner, earlier)
    for number, planned in enumerate(_outside_holidays(ahead[len(confirmed) :])):
        kids = invited(planned, children, asked=False)
        _unfinished_draft(planned, LACKS[number % len(LACKS)], staff, kids, planner, now)
    _somebody_drops_out(planner, now)
    _about_to_begin(staff, children, planner, now)
    make_tomorrows_draft(now)


def _outside_holidays(planned: list[Planned]) -> list[Planned]:
    off = days_off(dates.local(one.starts_at).date() for one in planned)
    return [one for one in planned if dates.local(one.starts_at).date() not in off]


def invited(planned: Planned, children: dict[str, Child], *, asked: bool = True) -> list[Child]:
    """The children of the offer's group; for a 1:1, one child by turns.

    To what is recorded only those whose family says yes to that, unless nobody `asked` yet (X1).
    """
    if planned.offer.group:
        members = Group.objects.get(name=planned.offer.group).children.order_by("reference")
        if asked and planned.is_remote and planned.offer.kind == Session.Kind.GROUP_ENTERTAINMENT:
            yes = consenting.consented(Consent.Purpose.RECORDED_GROUP)
            members = members.filter(pk__in=yes.values("child"))
        return list(members[: planned.offer.places])
    names = sorted(children)
    step = fixed_id("turn", planned.offer.key).int % len(names)
    return [children[names[(step + planned.turn) % len(names)]]]


def draft(
    planned: Planned,
    staff: dict[str, StaffProfile],
    children: Iterable[Child],
    *,
    by: User,
    now: datetime,
    lacks: str = "nothing",
    name: str = "",
) -> Session:
    """A draft as the coordinator would write it down, perhaps with something still missing."""
    offer = planned.offer
    session = Session(
        id=fixed_id("session", name or planned.name),
        title=planned.title,
        kind=offer.kind,
        delivery=Session.Delivery.REMOTE if planned.is_remote else Session.Delivery.IN_PERSON,
        starts_at=planned.starts_at,
        ends_at=planned.ends_at,
        capacity=offer.places,
        place=Place.objects.get(name=offer.place) if offer.place else None,
        summary=offer.summary,
        nothing_needed=not offer.items and lacks != "props",
    )
    planning.save_session(session, by=by, now=now)
    write_content(session, planned, with_items=lacks != "props")
    people = offer.staff[:1] if lacks == "staff" else offer.staff
    for position, first_name in enumerate(people):
        role = StaffAssignment.Role.SUPPORT if position else StaffAssignment.Role.LEAD
        staffing.assign(session.pk, staff[first_name], role, by=by, now=now)
    if lacks != "children":
        booking.invite_children(session.pk, children, by=by, now=now)
    return session


def write_content(session: Session, planned: Planned, *, with_items: bool = True) -> None:
    """What will happen, and what families need."""
    SessionStep.objects.bulk_create(
        SessionStep(session=session, position=position, title=title, detail=detail, picture=picture)
        for position, (title, detail, picture) in enumerate(planned.offer.pictured_steps, start=1)
    )
    SessionItem.objects.bulk_create(
        SessionItem(session=session, position=position, name=name, needed=needed, note=note)
        for position, (name, needed, note) in enumerate(planned.offer.items if with_items else (), start=1)
    )


def _confirm_quietly(session: Session, planner: User, now: datetime) -> None:
    """Confirmed before the demo began: its mails count as sent, so that the mailbox is not full of them."""
    confirming.confirm(session.pk, by=planner, now=now)
    mails = OutgoingMail.objects.filter(about=about(session.pk), state=OutgoingMail.State.WAITING)
    mails.update(state=OutgoingMail.State.SENT, sent_at=now, not_before=now, attempts=1, reason="")


def _unfinished_draft(
    planned: Planned, lacks: str, staff: dict[str, StaffProfile], children: list[Child], planner: User, now: datetime
) -> None:
    draft(planned, staff, children, by=planner, now=now, lacks=lacks)


def _somebody_drops_out(planner: User, now: datetime) -> None:
    """One confirmed session has lost its second person: its gate stands open, and the coordinator is told."""
    after = now + timedelta(days=3)
    sessions = Session.objects.filter(state=Session.State.CONFIRMED, starts_at__gt=after, kind=Session.Kind.SMALL_GROUP)
    session = sessions.order_by("starts_at").first()
    if session is None:
        return
    support = session.assignments.filter(role=StaffAssignment.Role.SUPPORT, withdrawn_at=None).first()
    if support is not None:
        staffing.drop_out(support.pk, reason="Has the flu", by=planner, now=now)


def _about_to_begin(staff: dict[str, StaffProfile], children: dict[str, Child], planner: User, now: datetime) -> None:
    us = organisation()
    planned = soon(now, us.opens_at, us.closes_at)
    if planned is None:
        return
    session = draft(planned, staff, [children["F0001 Leo"]], by=planner, now=now)
    confirming.confirm(session.pk, by=planner, now=now)


def make_tomorrows_draft(now: datetime) -> None:
    """The draft that the walk begins with: one person short, and nobody has said what to bring.

    Does nothing if it is there. When its usual hour is taken on that day, another one is found.
    """
    day = dates.local(now).date() + timedelta(days=1)
    name = f"tomorrow {day.isoformat()}"
    if Session.objects.filter(pk=fixed_id("session", name)).exists():
        return
    planner = User.objects.get(email="cora@whippersnappers.org")
    staff = {profile.first_name: profile for profile in StaffProfile.objects.filter(first_name__in=("Maya", "Tom"))}
    drummers = list(Group.objects.get(name="Drummers").children.order_by("reference"))
    for hour in (16, 14, 12, 11, 18, 9):
        planned = tomorrows_draft(now, hour)
        if _is_free(planned, list(staff.values())):
            draft(planned, staff, drummers, by=planner, now=now, lacks="props", name=name)
            return


def _is_free(planned: Planned, staff: list[StaffProfile]) -> bool:
    period = (planned.starts_at, planned.ends_at)
    busy = StaffAssignment.objects.filter(staff__in=staff, holds=True, period__overlap=period)
    return not busy.exists() and free_hosts(*period).exists()
