"""What the mails about a session say: gathered from the database once, then only read by templates."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch, QuerySet

from families.models import Child
from sessions_app.invitations import current_meeting, opening_hours
from sessions_app.models import Meeting, Session, StaffAssignment
from whippersnappers import dates
from whippersnappers.outbox.memory import shared

# What stands where the Meeting ID will be, in a preview of a session that has no meeting yet.
PREVIEW_MEETING_ID = "000 0000 0000"
PREVIEW_PASSCODE = "made when you confirm"


@dataclass(frozen=True)
class SessionFacts:
    """One session in the words that families read. Times are London's; `title` is safe in a subject.

    `opens`: when the way in opens; `is_open`: whether it does while this is written.
    """

    session: Session
    title: str
    when: str
    day: str
    near_day: str
    start: str
    length: str
    opens: str
    is_open: bool
    staff: str
    meeting_id: str
    passcode: str

    @property
    def is_remote(self) -> bool:
        return self.session.is_remote

    @property
    def where(self) -> str:
        """The place and its address on one line; empty by Zoom."""
        place = self.session.place
        return "" if self.is_remote or place is None else in_one_line(f"{place.name}\n{place.address}")

    @property
    def needed(self) -> list[str]:
        """What families need to bring, as lines."""
        return [_with_note(item.name, item.note) for item in self.session.items.all() if item.needed]

    @property
    def optional(self) -> list[str]:
        """What they may bring if they have it, as lines."""
        return [_with_note(item.name, item.note) for item in self.session.items.all() if not item.needed]


def for_mail(sessions: QuerySet[Session]) -> QuerySet[Session]:
    """The sessions with everything a mail reads."""
    present = StaffAssignment.objects.filter(withdrawn_at=None).select_related("staff__user")
    return sessions.select_related("place").prefetch_related(
        "steps",
        "items",
        Prefetch("meetings", Meeting.objects.filter(is_wanted=True)),
        Prefetch("assignments", present),
    )


def session_facts(session: Session, *, now: datetime, preview: bool = False) -> SessionFacts:
    """The facts of a session loaded with `for_mail`. A preview shows a placeholder for a meeting to come."""
    meeting = current_meeting(session) if session.is_remote else None
    opens_at, closes_at = opening_hours(session)
    meeting_id, passcode = _numbers(meeting, preview=preview and session.is_remote)
    return SessionFacts(
        session=session,
        title=title_without_names(session),
        when=dates.when(session.starts_at, session.ends_at, now=now),
        day=dates.day(session.starts_at, now=now),
        near_day=dates.near_day(session.starts_at, now=now),
        start=dates.clock(session.starts_at),
        length=dates.length(session.starts_at, session.ends_at),
        opens=dates.clock(opens_at),
        is_open=opens_at <= now < closes_at,
        staff=listed(a.staff.first_name for a in session.assignments.all()),
        meeting_id=meeting_id,
        passcode=passcode,
    )


def _numbers(meeting: Meeting | None, *, preview: bool) -> tuple[str, str]:
    if meeting is not None:
        return grouped(meeting.zoom_id), meeting.passcode
    return (PREVIEW_MEETING_ID, PREVIEW_PASSCODE) if preview else ("", "")


def grouped(zoom_id: str) -> str:
    """A Meeting ID in the groups that Zoom shows: `812 3456 7890`, `123 456 789` for nine digits."""
    if len(zoom_id) == 9:
        return f"{zoom_id[:3]} {zoom_id[3:6]} {zoom_id[6:]}"
    return f"{zoom_id[:3]} {zoom_id[3:7]} {zoom_id[7:]}"


def title_without_names(session: Session) -> str:
    """The title for subjects and calendars, on one line; one that names a child who comes is left out.

    Subjects are read over shoulders and calendars are shared, so no child's name may stand there (W8).
    """
    return title_without(names_in(session), session.title)


def title_without(names: Iterable[str], title: str) -> str:
    """The title on one line, or `a session with us` when it holds one of the names."""
    title = one_line(title)
    return "a session with us" if holds_a_name(names, title) else title


def holds_a_name(names: Iterable[str], text: str) -> bool:
    """Whether one of the names stands in the text as a word of its own."""
    return any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE) for name in names)


def names_in(session: Session) -> set[str]:
    """The names of all children with a booking in the session."""
    return shared(("names in the session", session.pk), lambda: _read_names(session))


def _read_names(session: Session) -> set[str]:
    children = Child.objects.filter(bookings__session=session).values_list("known_as", "first_name", "last_name")
    return {name for child in children for name in child if name}


def one_line(text: str) -> str:
    """The text without line breaks, control characters and marks that turn the direction of writing."""
    visible = "".join(" " if unicodedata.category(char) in ("Cc", "Zl", "Zp") else char for char in text)
    turned = re.sub("[\u202a-\u202e\u2066-\u2069\u200e\u200f]", "", visible)
    return " ".join(turned.split())


def in_one_line(address: str) -> str:
    """An address of several lines with commas between them."""
    return ", ".join(line.strip().rstrip(",") for line in address.splitlines() if line.strip())


def listed(names: Iterable[str]) -> str:
    """`Sam`, `Sam and Ada`, `Sam, Ada and Jo`."""
    *first, last = list(names) or [""]
    return f"{', '.join(first)} and {last}" if first else last


def _with_note(name: str, note: str) -> str:
    return f"{name} ({note})" if note else name
