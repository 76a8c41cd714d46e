"""One mail about several sessions, to one guardian or one member of staff: what a series or a run has changed.

What is off comes first, then what is different, then what is new. All their calendar entries are in one file:
mail programs take only the first of several invitations out of one mail (docs/adr/0090).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from django.urls import reverse
from icalendar import Event

from sessions_app.calendar_entries import calendar_of
from sessions_app.family_emails import render_pair
from sessions_app.mail_facts import SessionFacts
from sessions_app.session_changes import Change
from sessions_app.timetable_mails import NO_SHEET, Sheet, numbered
from whippersnappers.organisation import organisation
from whippersnappers.outbox.catalogue import Attachment, Rendered

OFF, CHANGED, NEW = "off", "changed", "new"
FILE_NAME = "sessions.ics"


@dataclass(frozen=True)
class Piece:
    """What the mail says of one session; `event` is its entry in the calendar, when that is to change."""

    what: str
    facts: SessionFacts
    changes: tuple[Change, ...] = ()
    said: str = ""
    url: str = ""
    # Where they sign, while `url` is kept back for that.
    sign_url: str = ""
    # Where it stands who cannot be in it because it is recorded, while `url` is kept back for that.
    ask_url: str = ""
    prepares: bool = False
    # The session in pictures, where the mail also prepares for it.
    sheet: Sheet = NO_SHEET
    event: Event | None = field(default=None, compare=False)


def family_digest(pieces: Iterable[Piece], first_name: str) -> Rendered:
    """To a guardian: every date that is off, different or new, each new one with its way in (W1)."""
    return _digest("sessions/digest", pieces, first_name, reverse("portal"), "Your invitation")


def staff_digest(pieces: Iterable[Piece], name: str) -> Rendered:
    """To a member of staff: every session that they are on or off, or that is different."""
    return _digest("sessions/staff_digest", pieces, name, reverse("admin:my_rota"), "You are on")


def _digest(template: str, pieces: Iterable[Piece], name: str, path: str, new: str) -> Rendered:
    ordered = sorted(pieces, key=lambda piece: piece.facts.session.starts_at)
    titles = {piece.facts.title for piece in ordered}
    context: dict[str, Any] = {
        "name": name,
        "count": len(ordered),
        "title": titles.pop() if len(titles) == 1 else "",
        "off": [piece for piece in ordered if piece.what == OFF],
        "changed": [piece for piece in ordered if piece.what == CHANGED],
        "new": [piece for piece in ordered if piece.what == NEW],
        "url": next((piece.sign_url for piece in ordered if piece.sign_url), f"{organisation().site_url}{path}"),
        "must_sign": any(piece.sign_url for piece in ordered),
    }
    words = render_pair(template, _subject(ordered, context["title"], new), context)
    events = [piece.event for piece in ordered if piece.event is not None]
    # As a file, not as an invitation: PUBLISH is the method that may hold several (RFC 5546, section 3.2.1).
    files = [Attachment(FILE_NAME, calendar_of(events, "PUBLISH"), "text/calendar; method=PUBLISH")] if events else []
    sheets = [piece.sheet for piece in ordered]
    troubles = dict.fromkeys(sheet.trouble for sheet in sheets if sheet.trouble)
    return replace(words, attachments=[*files, *numbered(sheets)], note=" ".join(troubles))


def _subject(pieces: list[Piece], title: str, new: str) -> str:
    kinds = {piece.what for piece in pieces}
    dates = f"{len(pieces)} dates"
    about = f"{title}, {dates}" if title else f"{len(pieces)} sessions"
    return {
        frozenset({OFF}): f"Cancelled: {about}",
        frozenset({CHANGED}): f"Changed: {about}",
        frozenset({NEW}): f"{new}: {about}",
    }.get(frozenset(kinds), f"News: {about}")
