"""Starting the meeting, going into it, ending it for everybody: what the console asks of Zoom while somebody waits.

Never in a transaction. The host's link is handed to who pressed and to nobody else: it is neither kept nor logged.
"""

from datetime import datetime
from typing import Any, Final

import structlog
from django.core.exceptions import ValidationError
from django.db import models, transaction

from sessions_app.invitations import current_meeting
from sessions_app.live.beginning import EARLIEST
from sessions_app.live.checklist import latest, left_open
from sessions_app.live.deliverers import own_place
from sessions_app.models import HostStart, Meeting, Session
from sessions_app.zoom.errors import MeetingNotFound, ZoomError, ZoomRefused
from sessions_app.zoom.gateway import ZoomGateway
from whippersnappers import dates
from whippersnappers.accounts.models import User
from whippersnappers.audit.trail import record

log = structlog.get_logger(__name__)
_GOING_ON: Final = (Session.State.CONFIRMED, Session.State.LIVE)


class WhyEnded(models.TextChoices):
    """Why staff end a meeting from the console. No free text: the audit trail keeps it."""

    OVER = "over", "The session is over"
    TOO_FEW = "too_few_staff", "Fewer than two of us are there"
    STRANGER = "stranger", "Somebody is there who was not invited"
    CONCERN = "concern", "Something worries us"
    TROUBLE = "trouble", "It does not work: sound, pictures, connection"


def start(session_id: Any, *, by: User, now: datetime) -> str:
    """The host's link, fetched from Zoom at this moment; notes that this person started (W4, W5).

    Raises ValidationError with one sentence: not on the session's staff, the own checklist not complete, more than an
    hour too early, over, no meeting, or Zoom does not answer.
    """
    session = Session.objects.get(pk=session_id)
    place = own_place(session, by)
    meeting = _meeting_to_enter(session, now)
    missing = left_open(latest(session.checks.filter(staff=place.staff)).get(place.staff_id))
    if missing:
        raise ValidationError(f"Complete your checklist first. Still to see to: {', '.join(missing)}.")
    link = _asked(lambda: str(ZoomGateway.for_page().get_meeting(int(meeting.zoom_id))["start_url"]), "start")
    with transaction.atomic():
        HostStart.objects.create(session=session, staff=place.staff, at=now)
        record("session.start_pressed", by=by, target=session, now=now, staff=str(place.staff_id))
    return link


def enter(session_id: Any, *, by: User, now: datetime) -> str:
    """The address by which the others of the staff go into the meeting, with their own Zoom sign-in.

    Raises ValidationError as `start` does, but asks nothing of Zoom and not for the checklist: whoever is missing in
    the meeting is the greater trouble.
    """
    session = Session.objects.get(pk=session_id)
    own_place(session, by)
    return str(_meeting_to_enter(session, now).join_url)


def end(session_id: Any, *, why: str, by: User, now: datetime) -> None:
    """End the meeting for everybody who is in it (W5). Ending what is over already is as good.

    Raises ValidationError: not on the session's staff, no such reason, no meeting, or Zoom does not answer.
    """
    session = Session.objects.get(pk=session_id)
    own_place(session, by)
    if why not in WhyEnded.values:
        raise ValidationError({"why": "Say why you end it."})
    meeting = _meeting_of(session)
    _asked(lambda: ZoomGateway.for_page().end_meeting(int(meeting.zoom_id)), "end")
    with transaction.atomic():
        record("session.meeting_ended", by=by, target=session, now=now, why=why)


def _meeting_to_enter(session: Session, now: datetime) -> Meeting:
    if session.state not in _GOING_ON:
        raise ValidationError(f"This session is {session.get_state_display().lower()}: its meeting is not started.")
    opens = session.starts_at - EARLIEST
    if now < opens:
        raise ValidationError(f"You can start it from {dates.clock(opens)}, an hour before the session.")
    return _meeting_of(session)


def _meeting_of(session: Session) -> Meeting:
    meeting = current_meeting(session) if session.is_remote else None
    if meeting is None:
        raise ValidationError("There is no Zoom meeting that is ready. Please ring the office.")
    return meeting


def _asked(ask: Any, what: str) -> Any:
    """Zoom's answer, or one plain sentence. What went wrong is logged by its kind: answers can hold the host's link."""
    try:
        return ask()
    except MeetingNotFound as error:
        if what == "end":
            return None
        raise ValidationError("Zoom does not know this meeting any more. Please ring the office.") from error
    except ZoomRefused as error:
        log.warning("console_zoom_refused", asked=what, kind=type(error).__name__, code=error.code)
        raise ValidationError("Zoom would not do that: perhaps the meeting is over already. Look into Zoom.") from error
    except (ZoomError, KeyError) as error:
        log.warning("console_zoom_trouble", asked=what, kind=type(error).__name__, status=getattr(error, "status", 0))
        raise ValidationError("Zoom does not answer just now. Please try again in a moment.") from error
