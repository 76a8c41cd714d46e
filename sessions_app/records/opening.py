"""A record is opened when a session is over, for each child with a place; for a small group when staff want one."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from sessions_app.models import Booking, Session, SessionRecord, StaffAssignment
from sessions_app.records.standing import NOT_OF_THE_SESSION
from whippersnappers.accounts.models import User
from whippersnappers.audit.trail import Entry, record_many

_BY = "system:records"
# Sessions from before the portal kept records have theirs on paper.
LOOK_BACK = timedelta(days=7)
HAPPENED = (Session.State.CONFIRMED, Session.State.LIVE, Session.State.DELIVERED)
WITH_RECORDS = (Session.Kind.ONE_TO_ONE, Session.Kind.SMALL_GROUP)
NOT_BEGUN = "The session has not begun yet: its record can be written once it has."
NO_RECORD = "No record is kept of such a session."
NO_PLACE = "This child has no place in the session."


@transaction.atomic
def open_due(now: datetime) -> int:
    """Open what is missing of the 1:1 sessions that ended lately, by the clock or by staff; returns how many (W6).

    May run as often as anybody likes.
    """
    ended = Q(ends_at__lte=now, state__in=HAPPENED) | Q(state=Session.State.DELIVERED)
    over = Session.objects.filter(ended, kind=Session.Kind.ONE_TO_ONE, ends_at__gt=now - LOOK_BACK)
    opened = SessionRecord.objects.filter(session=OuterRef("session"), child=OuterRef("child"))
    missing = Booking.objects.filter(~Exists(opened), session__in=over, state__in=Booking.HOLDING)
    return len(_open(missing.select_related("session"), by=_BY, now=now))


@transaction.atomic
def begin(session_id: Any, child_id: Any, *, by: User, now: datetime) -> SessionRecord:
    """The record of one child in one session, opened by somebody who delivers it; the same twice is the same record.

    Raises ValidationError when no such record is kept, or not yet.
    """
    session = Session.objects.get(pk=session_id)
    if not session.assignments.filter(staff__user=by, withdrawn_at=None).exists():
        raise ValidationError(NOT_OF_THE_SESSION)
    if session.kind not in WITH_RECORDS or session.state not in HAPPENED:
        raise ValidationError(NO_RECORD)
    if session.starts_at > now:
        raise ValidationError(NOT_BEGUN)
    opened = SessionRecord.objects.filter(session=session_id, child=child_id)
    if not opened.exists():
        place = session.bookings.filter(child=child_id, state__in=Booking.HOLDING).select_related("session")
        if not place.exists():
            raise ValidationError(NO_PLACE)
        _open(place, by=by, now=now)
    return opened.get()


def _open(places: Any, *, by: User | str, now: datetime) -> list[SessionRecord]:
    rows = list(places)
    leads = _who_leads({row.session_id for row in rows})
    wanted = [
        SessionRecord(
            session=row.session,
            child_id=row.child_id,
            author_id=leads.get(row.session_id),
            opened_at=now,
            scheduled_start=row.session.starts_at,
            scheduled_end=row.session.ends_at,
        )
        for row in rows
    ]
    SessionRecord.objects.bulk_create(wanted, ignore_conflicts=True)
    new = list(SessionRecord.objects.filter(pk__in=[one.pk for one in wanted]))
    if new:
        record_many([Entry("record.opened", one, {"session": str(one.session_id)}) for one in new], by=by, now=now)
    return new


def _who_leads(sessions: set[UUID]) -> dict[UUID, UUID]:
    """Who writes the records of each session: who leads it, or else whoever is there."""
    places = StaffAssignment.objects.filter(session__in=sessions, withdrawn_at=None)
    # `lead` comes before `support`, so it is set last.
    return dict(places.order_by("-role", "-put_on_at", "pk").values_list("session_id", "staff_id"))
