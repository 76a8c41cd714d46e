"""Sessions as families meet them: confirmed, with a meeting, an invitation and a place."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from sessions_app.models import Invitation, Meeting, Session
from tests.factories import (
    BookingFactory,
    InvitationFactory,
    ZoomHostFactory,
    ready_session,
)

ZOOM_ID = 84512345678
PASSCODE = "drum42"


def meeting_of(session: Session, *, join_url: str = "https://us05web.zoom.us/j/84512345678?pwd=secret") -> Meeting:
    """The session's Zoom meeting, made and ready."""
    return Meeting.objects.create(
        session=session,
        host=ZoomHostFactory(),
        state=Meeting.State.READY,
        applied_version=1,
        zoom_id=str(ZOOM_ID + Meeting.objects.count()),
        passcode=PASSCODE,
        join_url=join_url,
        ready_at=timezone.now(),
    )


def confirmed(session: Session) -> Session:
    """The session in the state that confirming leaves it in; the planning rules have tests of their own."""
    session.state = Session.State.CONFIRMED
    session.confirmed_at = timezone.now()
    session.save()
    return session


def invited(
    guardian: Any,
    *,
    starts_in: timedelta = timedelta(minutes=10),
    lasts: timedelta = timedelta(minutes=45),
    with_meeting: bool = True,
    join_url: str = "https://us05web.zoom.us/j/84512345678?pwd=secret",
    **fields: Any,
) -> Invitation:
    """The guardian's way into a confirmed session that starts in `starts_in`, with every own child booked."""
    starts_at = timezone.now() + starts_in
    session = confirmed(ready_session(children=[], starts_at=starts_at, ends_at=starts_at + lasts, **fields))
    for guardianship in guardian.guardianships.all():
        BookingFactory(session=session, child=guardianship.child)
    if with_meeting:
        meeting_of(session, join_url=join_url)
    return InvitationFactory(session=session, guardian=guardian)
