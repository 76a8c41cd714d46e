"""The records of one session, child by child, as its own page shows them; before it, what was left for next time."""

from dataclasses import dataclass
from datetime import datetime

from families.models import Child
from sessions_app.models import Booking, Session, SessionRecord
from sessions_app.models.records import WRITE_OWN
from sessions_app.records.opening import HAPPENED, WITH_RECORDS
from whippersnappers.accounts.models import User


@dataclass(frozen=True)
class ChildsRecord:
    """A child's record of the session; without one, `may_begin` says whether this person can begin it."""

    child: Child
    record: SessionRecord | None
    may_begin: bool
    is_late: bool


@dataclass(frozen=True)
class LeftForNextTime:
    """What whoever was with the child last wrote for the next time."""

    child: Child
    words: str
    at: datetime


def left_for(session: Session, user: User, now: datetime) -> list[LeftForNextTime]:
    """For those who deliver a session to come: of each child’s last complete record only its “next time” (W8)."""
    if session.kind not in WITH_RECORDS or session.ends_at <= now or not _delivers(session, user):
        return []
    children = session.bookings.filter(state__in=Booking.HOLDING).values("child")
    before = SessionRecord.objects.filter(
        child__in=children, state=SessionRecord.State.COMPLETE, scheduled_start__lt=session.starts_at
    )
    last = before.order_by("child_id", "-scheduled_start").distinct("child_id").select_related("child")
    return [LeftForNextTime(one.child, one.next_time, one.scheduled_start) for one in last if one.next_time]


def _delivers(session: Session, user: User) -> bool:
    return user.has_perm(WRITE_OWN) and session.assignments.filter(staff__user=user, withdrawn_at=None).exists()


def records_of(session: Session, user: User, now: datetime) -> list[ChildsRecord]:
    """Empty before the session has begun, and where no record is kept; three queries at most."""
    if session.kind not in WITH_RECORDS or session.state not in HAPPENED or session.starts_at > now:
        return []
    visible = SessionRecord.objects.visible_to(user).filter(session=session)
    opened = {record.child_id: record for record in visible.select_related("session", "child")}
    delivers = _delivers(session, user)
    places = session.bookings.filter(state__in=Booking.HOLDING).select_related("child")
    children = {place.child_id: place.child for place in places.order_by("child__known_as")}
    children |= {record.child_id: record.child for record in opened.values()}
    lines = [_line(child, opened.get(pk), delivers, now) for pk, child in children.items()]
    return [line for line in lines if line.record or line.may_begin]


def _line(child: Child, record: SessionRecord | None, delivers: bool, now: datetime) -> ChildsRecord:
    is_late = record is not None and record.is_overdue(now)
    return ChildsRecord(child, record, may_begin=delivers and record is None, is_late=is_late)
