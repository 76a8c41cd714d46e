"""A session as an entry that a guardian takes from the portal: one to keep, or one of the feed.

The entry has the name that the mails' entry has, so that it is the same entry to a calendar. It says whose it is to
nobody: no attendee, no child, no Meeting ID, no passcode, no join link.
"""

from icalendar import Event, vUri

from sessions_app.calendar_entries import calendar_of, event_at, uid
from sessions_app.family_sessions import FamilySession
from sessions_app.mail_facts import in_one_line, title_without_names
from whippersnappers.organisation import organisation


def session_url(seen: FamilySession) -> str:
    """The whole address of the session's page in the portal, where people sign in."""
    return f"{organisation().site_url}/portal/sessions/{seen.invitation.pk}/"


def one_session(seen: FamilySession) -> bytes:
    """The session as a file to add to a calendar."""
    return calendar_of([feed_event(seen, title_without_names(seen.session))], "PUBLISH")


def feed_event(seen: FamilySession, title: str) -> Event:
    """The session as an event. `title` names no child. It is stamped with when the session was settled."""
    session, invitation = seen.session, seen.invitation
    stamp = session.cancelled_at or session.confirmed_at or session.created_at
    event = event_at(session, title, uid(session.pk, invitation.guardian_id), invitation.sequence, stamp)
    event.add("status", "CANCELLED" if seen.is_cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if seen.is_cancelled else "OPAQUE")
    place = None if session.is_remote else session.place
    event.add("location", in_one_line(f"{place.name}\n{place.address}") if place else "Zoom")
    event.add("description", f"All about it, and the way in: {session_url(seen)}")
    event.add("url", vUri(session_url(seen)))
    return event
