"""A session as an entry in the calendar of somebody who delivers it: in mails, and in a feed of their own.

One UID per assignment for ever. Calendars are shared and feeds are read by third parties, so an entry holds no
child's name and neither Meeting ID nor passcode: those are on the staff page that it leads to (W8).
"""

from dataclasses import dataclass
from datetime import datetime

from icalendar import Event, vUri

from sessions_app.calendar_entries import add_people, calendar_of, event_at
from sessions_app.mail_facts import in_one_line
from sessions_app.models import StaffAssignment
from whippersnappers.organisation import organisation


@dataclass(frozen=True)
class StaffEntry:
    """One person's entry. `title` names no child; `sequence` was fixed when the mail was made."""

    assignment: StaffAssignment
    title: str
    staff_url: str
    sequence: int


def request_entry(entry: StaffEntry, *, email: str, now: datetime) -> bytes:
    """The entry as METHOD:REQUEST, which adds it or brings it up to date."""
    return calendar_of([going_ahead(entry, email=email, now=now)], "REQUEST")


def cancel_entry(entry: StaffEntry, *, email: str, now: datetime) -> bytes:
    """The entry as METHOD:CANCEL, which takes it out."""
    return calendar_of([called_off(entry, email=email, now=now)], "CANCEL")


def going_ahead(entry: StaffEntry, *, email: str, now: datetime) -> Event:
    """The event of a session that this person delivers."""
    event = feed_event(entry, stamp=now)
    add_people(event, entry.assignment.staff.user.get_full_name(), email)
    return event


def called_off(entry: StaffEntry, *, email: str, now: datetime) -> Event:
    """The event of one that this person does not deliver any more."""
    event = _event(entry, now)
    event.add("status", "CANCELLED")
    add_people(event, entry.assignment.staff.user.get_full_name(), email)
    return event


def feed_event(entry: StaffEntry, *, stamp: datetime) -> Event:
    """The entry as a feed has it, without saying whose it is."""
    session, role = entry.assignment.session, entry.assignment.get_role_display().lower()
    event = _event(entry, stamp)
    event.add("status", "CONFIRMED")
    event.add("transp", "OPAQUE")
    place = None if session.is_remote else session.place
    event.add("location", in_one_line(f"{place.name}\n{place.address}") if place else "Zoom")
    event.add("description", f"You {role.removesuffix('s')} it. All about it, for staff: {entry.staff_url}")
    event.add("url", vUri(entry.staff_url))
    return event


def _event(entry: StaffEntry, stamp: datetime) -> Event:
    name = f"staff.{entry.assignment.pk}@{organisation().domain}"
    return event_at(entry.assignment.session, entry.title, name, entry.sequence, stamp)
