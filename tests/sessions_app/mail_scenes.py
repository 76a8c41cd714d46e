"""Sessions that are confirmed by the real services at a chosen time, and their mails as a server gets them."""

from collections import Counter
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any

from icalendar import Calendar

from families.models import Child, Guardian
from sessions_app import confirming, notices, planning
from sessions_app.models import Meeting, Session
from tests.factories import household, london, ready_session
from tests.mail_sink import Sink
from whippersnappers.accounts.models import User
from whippersnappers.outbox import delivery
from whippersnappers.outbox.models import OutgoingMail

NOW = london("2026-11-16 10:00")
START = london("2026-11-24 16:00")
ZOOM_ID = "84512345678"
PASSCODE = "drum42"


def family(*, email: str = "ada@example.com", **guardian: Any) -> tuple[Guardian, Child]:
    """Ada O’Neill and her one child."""
    (adult,), (kid,) = household(email=email, first_name="Ada", last_name="O’Neill", **guardian)
    return adult, kid


def planned(
    coordinator: User, *, now: datetime = NOW, start: datetime = START, meeting: bool = True, **fields: Any
) -> Session:
    """A session confirmed at `now`, its meeting ready at once unless told otherwise."""
    fields = {"ends_at": start + timedelta(minutes=45), **fields}
    session = confirming.confirm(ready_session(starts_at=start, **fields).pk, by=coordinator, now=now)
    if meeting and session.is_remote:
        make_ready(session, now=now)
    return session


def make_ready(session: Session, *, now: datetime = NOW, zoom_id: str = "") -> Meeting:
    """What the Zoom worker does when the meeting is there."""
    zoom_id = zoom_id or str(int(ZOOM_ID) + Meeting.objects.exclude(zoom_id="").count())
    meeting = Meeting.objects.get(session=session, is_wanted=True)
    meeting.state, meeting.zoom_id, meeting.passcode, meeting.ready_at = Meeting.State.READY, zoom_id, PASSCODE, now
    meeting.save()
    notices.meeting_ready(meeting, now=now)
    return meeting


def edit(session: Session, *, now: datetime, by: User, **fields: Any) -> Session:
    """Change a session as the admin does."""
    session = Session.objects.get(pk=session.pk)
    for name, value in fields.items():
        setattr(session, name, value)
    planning.save_session(session, by=by, now=now)
    return planning.settle(session.pk, by=by, now=now)


def deliver(now: datetime) -> Counter[str]:
    """One round of the real delivery, at that time."""
    return delivery.deliver(clock=lambda: now, threads=1)


def from_clock(start: datetime, end: datetime) -> None:
    """Beat and delivery from `start` to `end`, at every moment about which something falls due."""
    nine, evening = START.replace(hour=9), START.replace(hour=18) - timedelta(days=1)
    moments = {start, end}
    for due in (START - timedelta(hours=48), evening, nine, START):
        moments |= {due - timedelta(minutes=1), due, due + timedelta(minutes=6)}
    for moment in sorted(moment for moment in moments if start <= moment <= end):
        notices.enqueue_due(moment)
        deliver(moment)


def mails(session: Session, *kinds: str, state: str = "") -> list[OutgoingMail]:
    """The mails about a session, oldest first."""
    found = OutgoingMail.objects.filter(about=f"session:{session.pk}").order_by("created_at", "key")
    found = found.filter(kind__in=kinds) if kinds else found
    return list(found.filter(state=state) if state else found)


def to(sink: Sink, address: str) -> list[EmailMessage]:
    """What the server took for one address, in order."""
    return [received.message for received in sink.mails if received.recipients == [address]]


def subjects(sink: Sink, address: str) -> list[str]:
    return [str(message["Subject"]) for message in to(sink, address)]


def part(message: EmailMessage, content_type: str) -> str:
    """The text of one part, its lines ending as Python likes, or nothing."""
    for each in message.walk():
        if each.get_content_type() == content_type:
            return each.get_payload(decode=True).decode().replace("\r\n", "\n")  # type: ignore[union-attr]
    return ""


def entry(message: EmailMessage) -> Any:
    """The calendar entry that the mail carries, and its METHOD."""
    calendar = Calendar.from_ical(part(message, "text/calendar"))
    return calendar.walk("VEVENT")[0], str(calendar["METHOD"])


def words(message: EmailMessage) -> str:
    """Everything that the mail says, headers and all parts decoded, for looking for what must not be there."""
    texts = [part(message, kind) for kind in ("text/plain", "text/html", "text/calendar")]
    return "\n".join([*(f"{name}: {value}" for name, value in message.items()), *texts])
