"""A session as one guardian's calendar entry: RFC 5545 by way of `icalendar`, sent as RFC 5546 says.

One UID per session and guardian for ever, so a later mail changes the entry instead of adding one.
People share calendars: the entry holds the portal's join link, which can be withdrawn, and never the
Meeting ID, the passcode or a child's name (W8, F7).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from icalendar import Calendar, Event, vCalAddress, vUri

from sessions_app.mail_facts import in_one_line
from sessions_app.models import Session
from whippersnappers.organisation import organisation


@dataclass(frozen=True)
class Attendee:
    """The one guardian whose entry it is."""

    guardian_id: Any
    name: str
    email: str


@dataclass(frozen=True)
class Entry:
    """One entry. `sequence` was fixed when the mail was made, so a second try sends the same one."""

    session: Session
    title: str
    attendee: Attendee
    join_url: str
    sequence: int
    # Instead of the join link, for a guardian who has to sign the agreement first, or to say whether a child may be
    # recorded.
    sign_url: str = ""
    ask_url: str = ""

    @property
    def instead(self) -> str:
        return self.sign_url or self.ask_url


def uid(session_id: Any, guardian_id: Any) -> str:
    """The entry's name, the same for every mail about this session to this guardian."""
    return f"{session_id}.{guardian_id}@{organisation().domain}"


def request_entry(entry: Entry, *, now: datetime) -> bytes:
    """The entry as METHOD:REQUEST, which adds it or brings it up to date."""
    return calendar_of([going_ahead(entry, now=now)], "REQUEST")


def cancel_entry(entry: Entry, *, now: datetime) -> bytes:
    """The entry as METHOD:CANCEL, which takes it out."""
    return calendar_of([called_off(entry, now=now)], "CANCEL")


def going_ahead(entry: Entry, *, now: datetime) -> Event:
    """The event of a session that takes place."""
    event = _event(entry, now)
    event.add("status", "CONFIRMED")
    event.add("transp", "OPAQUE")
    event.add("location", "Zoom" if entry.instead else _location(entry.session))
    event.add("description", _description(entry))
    event.add("url", vUri(entry.instead or entry.join_url))
    return event


def called_off(entry: Entry, *, now: datetime) -> Event:
    """The event of a session that does not take place, or not for this guardian."""
    event = _event(entry, now)
    event.add("status", "CANCELLED")
    return event


def _event(entry: Entry, now: datetime) -> Event:
    event = event_at(entry.session, entry.title, uid(entry.session.pk, entry.attendee.guardian_id), entry.sequence, now)
    add_people(event, entry.attendee.name, entry.attendee.email)
    return event


def event_at(session: Session, title: str, name: str, sequence: int, stamp: datetime) -> Event:
    """An event at the session's time, called `name` in calendars for ever. `stamp` is when it was written."""
    event = Event()
    event.add("uid", name)
    event.add("sequence", sequence)
    event.add("dtstamp", stamp.astimezone(UTC))
    event.add("dtstart", session.starts_at.astimezone(UTC))
    event.add("dtend", session.ends_at.astimezone(UTC))
    event.add("summary", title if title[:1].isupper() else f"{organisation().name}: {title}")
    event.add("class", "PRIVATE")
    return event


def add_people(event: Event, name: str, email: str) -> None:
    """Us as the organizer, and the one person whose entry it is."""
    us = organisation()
    organizer = vCalAddress(f"mailto:{us.from_address}")
    organizer.params["CN"] = us.name
    event["organizer"] = organizer
    attendee = vCalAddress(f"mailto:{email}")
    attendee.params.update({"CN": name, "ROLE": "REQ-PARTICIPANT", "RSVP": "FALSE"})
    attendee.params["PARTSTAT"] = "NEEDS-ACTION"
    event.add("attendee", attendee, encode=False)


def _location(session: Session) -> str:
    if session.is_remote or session.place is None:
        return "Zoom: use the link in this entry"
    return in_one_line(f"{session.place.name}\n{session.place.address}")


def _description(entry: Entry) -> str:
    us = organisation()
    if entry.sign_url:
        return f"Please sign our agreement first: {entry.sign_url}\nQuestions? Write to {us.support_email}."
    if entry.ask_url:
        return f"We record this session, and need a yes first: {entry.ask_url}\nQuestions? Write to {us.support_email}."
    step = "Join here when it is time" if entry.session.is_remote else "See the session here"
    return f"{step}: {entry.join_url}\nThis link is just for you. Questions? Write to {us.support_email}."


def calendar_of(events: Iterable[Event], method: str) -> bytes:
    """The events as a file; `method` says what a mail wants done with them."""
    calendar = Calendar()
    calendar.add("prodid", f"-//{organisation().domain}//Session portal//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    for event in events:
        calendar.add_component(event)
    return bytes(calendar.to_ical())
