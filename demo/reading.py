"""Reading a mail of the mailbox: its texts, what is attached, and what a calendar entry says."""

import re
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage

from icalendar import Calendar, Event

from whippersnappers import dates

# Where the demo, and the mail, were when it was sent.
_OWN_ADDRESS = re.compile(r"https?://localhost:\d+(?=[/?#\"'\s<]|$)")
_HEAD = re.compile(r"<head[^>]*>", re.IGNORECASE)
# A link in a mail opens in place of the whole page: the portal's own pages refuse to be framed.
_OPEN_ON_TOP = '<base target="_top">'


@dataclass(frozen=True)
class Part:
    """One part of a mail that is not its text; `number` counts all parts from 0."""

    number: int
    name: str
    content_type: str
    size: int  # bytes


@dataclass(frozen=True)
class Entry:
    """A calendar entry in words: label and value."""

    facts: list[tuple[str, str]]
    source: str


@dataclass(frozen=True)
class Opened:
    """A mail taken apart."""

    headers: list[tuple[str, str]]
    plain: str
    has_html: bool
    parts: list[Part]
    entries: list[Entry]


def led_here(text: str, site: str) -> str:
    """The text with the links of an earlier start, at another port, leading to where the demo is now."""
    return _OWN_ADDRESS.sub(site, text)


def open_mail(message: EmailMessage, now: datetime, site: str) -> Opened:
    """Take a mail apart; its links lead to `site`. `now` decides whether calendar entries name the year."""
    plain = message.get_body(preferencelist=("plain",))
    bodies = [plain, message.get_body(preferencelist=("html",))]
    parts, entries = [], []
    for number, part in enumerate(message.walk()):
        if part.is_multipart() or any(part is body for body in bodies):
            continue
        content = part.get_payload(decode=True) or b""
        assert isinstance(content, bytes)
        name = part.get_filename() or part.get_content_type()
        parts.append(Part(number, name, part.get_content_type(), len(content)))
        if part.get_content_type() == "text/calendar":
            entries += read_calendar(led_here(content.decode("utf-8", "replace"), site).encode(), now)
    return Opened(
        headers=[(name, str(value)) for name, value in message.items()],
        plain=led_here(str(plain.get_content()), site) if plain else "",
        has_html=bodies[1] is not None,
        parts=parts,
        entries=entries,
    )


def html_of(message: EmailMessage, site: str) -> str:
    """The HTML text, with links to `site` that open in place of the whole page; empty when there is none."""
    body = message.get_body(preferencelist=("html",))
    if body is None:
        return ""
    text = led_here(str(body.get_content()), site)
    head = _HEAD.search(text)
    return text[: head.end()] + _OPEN_ON_TOP + text[head.end() :] if head else _OPEN_ON_TOP + text


def part_of(message: EmailMessage, number: int) -> tuple[str, bytes] | None:
    """The file name and content of one part; None when there is no such part."""
    for found, part in enumerate(message.walk()):
        if found == number and not part.is_multipart():
            content = part.get_payload(decode=True) or b""
            assert isinstance(content, bytes)
            return part.get_filename() or f"part-{number}", content
    return None


def read_calendar(content: bytes, now: datetime) -> list[Entry]:
    """The entries of an iCalendar file, the way a calendar would show them."""
    try:
        calendar = Calendar.from_ical(content)
    except ValueError as problem:
        return [Entry([("Cannot be read", str(problem))], content.decode("utf-8", "replace"))]
    method = str(calendar.get("METHOD", "none"))
    return [
        Entry([("Method", method), *_facts(event, now)], content.decode("utf-8", "replace"))
        for event in calendar.walk("VEVENT")
        if isinstance(event, Event)
    ]


def _facts(event: Event, now: datetime) -> list[tuple[str, str]]:
    start, end = event.decoded("DTSTART", None), event.decoded("DTEND", None)
    facts = [("What", str(event.get("SUMMARY", "")))]
    if isinstance(start, datetime) and isinstance(end, datetime):
        facts.append(("When", dates.when(start, end, now=now)))
    labels = {
        "LOCATION": "Where",
        "URL": "Link",
        "ORGANIZER": "Organiser",
        "ATTENDEE": "Invited",
        "STATUS": "Status",
        "SEQUENCE": "Sequence",
        "UID": "UID",
        "DESCRIPTION": "Description",
    }
    return facts + [(label, str(event.get(name))) for name, label in labels.items() if event.get(name) is not None]
