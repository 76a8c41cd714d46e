"""Sessions that are over: they are written as they ended, because no service plans the past."""

import random
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from demo.sample.making import MAKER, fixed_id
from demo.sample.timetable import Planned
from families.models import Child
from sessions_app import planning, posting
from sessions_app.models import (
    Booking,
    Invitation,
    Meeting,
    PhoneTask,
    Place,
    Session,
    SessionItem,
    SessionStep,
    StaffAssignment,
    StaffProfile,
    ZoomHost,
)
from sessions_app.reach import ToReach, guardians_to_reach
from whippersnappers.audit.trail import record
from whippersnappers.outbox.models import OutgoingMail

CONFIRMED_BEFORE = timedelta(days=8)
PREPARED_BEFORE = timedelta(days=2)
# Every so many sessions one was called off.
CANCELLED_EACH = 12


def make_past_session(planned: Planned, staff: dict[str, StaffProfile], children: Iterable[Child]) -> None:
    """A session as it is remembered: who was there, who was told, and the meeting that it was held in."""
    session = _session(planned)
    _content(session, planned)
    StaffAssignment.objects.bulk_create(
        StaffAssignment(
            id=fixed_id("assignment", planned.name, name),
            session=session,
            staff=staff[name],
            role=StaffAssignment.Role.SUPPORT if position else StaffAssignment.Role.LEAD,
        )
        for position, name in enumerate(planned.offer.staff)
    )
    _bookings(session, planned, children)
    _meeting(session, planned)
    planning.note_revision(session, facts=planning.snapshot(session), now=planned.starts_at - CONFIRMED_BEFORE)
    _what_families_were_told(session, planned)
    record(f"session.{session.state}", by=MAKER, target=session, now=_ended_at(session))


def _is_cancelled(planned: Planned) -> bool:
    return fixed_id("fate", planned.name).int % CANCELLED_EACH == 0


def _ended_at(session: Session) -> datetime:
    return session.cancelled_at or session.ends_at


def _session(planned: Planned) -> Session:
    cancelled = _is_cancelled(planned)
    return Session.objects.create(
        id=fixed_id("session", planned.name),
        title=planned.title,
        kind=planned.offer.kind,
        delivery=Session.Delivery.REMOTE if planned.is_remote else Session.Delivery.IN_PERSON,
        state=Session.State.CANCELLED if cancelled else Session.State.DELIVERED,
        starts_at=planned.starts_at,
        ends_at=planned.ends_at,
        capacity=planned.offer.places,
        place=Place.objects.get(name=planned.offer.place) if planned.offer.place else None,
        summary=planned.offer.summary,
        nothing_needed=not planned.offer.items,
        confirmed_at=planned.starts_at - CONFIRMED_BEFORE,
        cancelled_at=planned.starts_at - timedelta(hours=20) if cancelled else None,
        cancel_reason="We are sorry: two of us are ill." if cancelled else "",
    )


def _content(session: Session, planned: Planned) -> None:
    SessionStep.objects.bulk_create(
        SessionStep(session=session, position=position, title=title, detail=detail, picture=picture)
        for position, (title, detail, picture) in enumerate(planned.offer.pictured_steps, start=1)
    )
    SessionItem.objects.bulk_create(
        SessionItem(session=session, position=position, name=name, needed=needed, note=note)
        for position, (name, needed, note) in enumerate(planned.offer.items, start=1)
    )


def _bookings(session: Session, planned: Planned, children: Iterable[Child]) -> None:
    dice = random.Random(planned.name)
    happened = session.state == Session.State.DELIVERED
    bookings = []
    for child in children:
        coming = dice.random() < 0.9
        attended = Booking.Attendance.ATTENDED if dice.random() < 0.92 else Booking.Attendance.ABSENT
        bookings.append(
            Booking(
                id=fixed_id("booking", planned.name, child.pk),
                session=session,
                child=child,
                state=Booking.State.COMING if coming else Booking.State.NOT_COMING,
                attendance=attended if happened and coming else "",
                changed_at=planned.starts_at - timedelta(days=3),
            )
        )
    Booking.objects.bulk_create(bookings)


def _meeting(session: Session, planned: Planned) -> None:
    if not planned.is_remote:
        return
    cancelled = session.state == Session.State.CANCELLED
    hosts = ZoomHost.objects.order_by("email")
    Meeting.objects.create(
        id=fixed_id("meeting", planned.name),
        session=session,
        host=hosts[planned.turn % len(hosts)],
        state=Meeting.State.DELETED if cancelled else Meeting.State.ENDED,
        is_wanted=not cancelled,
        applied_version=1,
        zoom_id=str(81_000_000_000 + fixed_id("zoom", planned.name).int % 10**9),
        ready_at=planned.starts_at - CONFIRMED_BEFORE,
    )


def _what_families_were_told(session: Session, planned: Planned) -> None:
    """The invitations, the mails of the log, and the calls that were made instead (W1, W2)."""
    told = [
        (posting.INVITATION, "1", planned.starts_at - CONFIRMED_BEFORE),
        (posting.PRESESSION, "1", planned.starts_at - PREPARED_BEFORE),
    ]
    if session.cancelled_at:
        told.append((posting.CANCELLED, "1", session.cancelled_at))
    caller = StaffAssignment.objects.filter(session=session).select_related("staff")[0].staff.user_id
    invitations, mails, calls = [], [], []
    for reach in guardians_to_reach(session):
        invitation = Invitation(
            id=fixed_id("invitation", planned.name, reach.guardian.pk), session=session, guardian=reach.guardian
        )
        invitations.append(invitation)
        if reach.by_mail:
            mails += [_sent(invitation, kind, tail, at) for kind, tail, at in told]
        if reach.why_phone:
            calls.append(_made_call(session, reach, caller, planned.starts_at - timedelta(days=5)))
    Invitation.objects.bulk_create(invitations)
    OutgoingMail.objects.bulk_create(mails)
    PhoneTask.objects.bulk_create(calls)


def _sent(invitation: Invitation, kind: str, tail: str, at: datetime) -> OutgoingMail:
    session, guardian = invitation.session, invitation.guardian
    return OutgoingMail(
        key=posting.key(kind, session.pk, guardian.pk, tail),
        kind=kind,
        to=guardian.email,
        to_name=guardian.full_name,
        about=posting.about(session.pk),
        person=posting.person(guardian.pk),
        context={
            "session": str(session.pk),
            "guardian": str(guardian.pk),
            "invitation": str(invitation.pk),
            "sequence": 0,
        },
        state=OutgoingMail.State.SENT,
        not_before=at,
        sent_at=at,
        attempts=1,
    )


def _made_call(session: Session, reach: ToReach, caller: Any, at: datetime) -> PhoneTask:
    return PhoneTask(
        key=posting.key(posting.INVITATION, session.pk, reach.guardian.pk, "1"),
        session=session,
        guardian=reach.guardian,
        purpose=PhoneTask.Purpose.INVITE,
        reason=reach.why_phone[:200],
        outcome=PhoneTask.Outcome.REACHED,
        attempts=1,
        done_at=at,
        done_by_id=caller,
    )
