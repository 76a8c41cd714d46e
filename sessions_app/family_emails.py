"""What the charity says to parents and carers about a session: one function for each mail.

Each takes facts and returns words; none asks the database whom it is for. The most important thing comes
first, one thing to press, no child's name in the subject, and nothing of any other family (W1, W2, W3, W8).
"""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.template.loader import render_to_string

from sessions_app.calendar_entries import Attendee, Entry, cancel_entry, request_entry
from sessions_app.mail_facts import SessionFacts, listed, one_line
from sessions_app.models import Session
from sessions_app.session_changes import Change
from sessions_app.timetable_mails import NO_SHEET, Sheet
from whippersnappers.organisation import organisation
from whippersnappers.outbox.catalogue import Rendered


@dataclass(frozen=True)
class Recipient:
    """One guardian as a mail needs to know them, with the names of the children they may be told of."""

    guardian_id: Any
    first_name: str
    full_name: str
    email: str
    children: tuple[str, ...]
    # Their way in. While it is kept back `portal_url` stands for it, and where they sign the agreement, or where the
    # question stands whether a child may be recorded (for who may not answer it: all about the session).
    join_url: str = ""
    sign_url: str = ""
    ask_url: str = ""
    portal_url: str = ""
    # The children who cannot be in it because it is recorded, and whether this guardian may change that.
    without_yes: tuple[str, ...] = ()
    may_say_yes: bool = False
    sequence: int = 0
    # Whether staff call with what the pre-session mail would say.
    is_called: bool = False

    @property
    def page_url(self) -> str:
        """Where all about the session stands, and where they answer."""
        return self.portal_url or self.join_url


def invitation(
    facts: SessionFacts, to: Recipient, *, prepares: bool, opened: bool = False, now: datetime, sheet: Sheet = NO_SHEET
) -> Rendered:
    """You are invited: when, the way in, and the preparation too when it would follow at once (W1, W2).

    `opened`: they knew of it, and have their way in now that they signed or were let in (F1-F6).
    """
    is_way_in = opened and not to.sign_url and not to.ask_url
    what = "Your way in" if is_way_in else "Your invitation"
    subject = f"{what}: {facts.title}, {facts.day}, {facts.start}"
    words = _words("invitation", subject, facts, to, sheet, prepares=prepares, opened=is_way_in)
    return with_entry(words, request_entry(entry_of(facts, to), now=now), "REQUEST")


def changed(
    facts: SessionFacts,
    to: Recipient,
    changes: list[Change],
    *,
    prepares: bool,
    moved: bool,
    now: datetime,
    sheet: Sheet = NO_SHEET,
) -> Rendered:
    """Something is different: old and new, then how things stand. The calendar follows when it has `moved`."""
    subject = f"Changed: {facts.title}, {facts.day}, {facts.start}"
    words = _words("changed", subject, facts, to, sheet, changes=changes, prepares=prepares)
    return with_entry(words, request_entry(entry_of(facts, to), now=now), "REQUEST") if moved else words


def cancelled(facts: SessionFacts, to: Recipient, *, now: datetime) -> Rendered:
    """The session will not happen, and why; it leaves the calendar."""
    subject = f"Cancelled: {facts.title}, {facts.day}, {facts.start}"
    words = _words("cancelled", subject, facts, to, reason=sentence(facts.session.cancel_reason))
    return with_entry(words, cancel_entry(entry_of(facts, to), now=now), "CANCEL")


def withdrawn(facts: SessionFacts, to: Recipient, child: str, *, stays: bool, now: datetime) -> Rendered:
    """A child has no place any more; it leaves the calendar unless another child of theirs `stays`."""
    subject = f"A change to your place: {facts.title}, {facts.day}, {facts.start}"
    words = _words("withdrawn", subject, facts, to, child=child, stays=stays)
    return words if stays else with_entry(words, cancel_entry(entry_of(facts, to), now=now), "CANCEL")


def presession(facts: SessionFacts, to: Recipient, *, reminds: bool, sheet: Sheet = NO_SHEET) -> Rendered:
    """What will happen, in pictures too, how long, what to bring, who will be there, help with Zoom (W2)."""
    subject = f"Getting ready: {facts.title}, {facts.day}, {facts.start}"
    return _words("presession", subject, facts, to, sheet, reminds=reminds)


def reminder(facts: SessionFacts, to: Recipient) -> Rendered:
    """It is today (or tomorrow, early): when and the way in."""
    subject = f"{facts.near_day}: {facts.title}, {facts.start}"
    return _words("reminder", subject, facts, to)


def place_offered(facts: SessionFacts, to: Recipient, child: str, *, link: str, until: str) -> Rendered:
    """A place is free for a child on the waiting list: what it is, and until when they can answer."""
    subject = f"A place is free: {facts.title}, {facts.day}, {facts.start}"
    return _words("place_offered", subject, facts, to, child=child, link=link, until=until)


def place_gone(facts: SessionFacts, to: Recipient, child: str) -> Rendered:
    """A place that was offered cannot be had any more."""
    subject = f"About the place we offered: {facts.title}, {facts.day}, {facts.start}"
    is_off = facts.session.state == Session.State.CANCELLED
    return _words("place_gone", subject, facts, to, child=child, is_off=is_off)


def answered(facts: SessionFacts, to: Recipient, child: str, *, coming: bool, waits: bool, url: str) -> Rendered:
    """Another parent or carer has answered for the child; it `waits` when the place was gone meanwhile."""
    subject = f"Somebody answered: {facts.title}, {facts.day}, {facts.start}"
    return _words("answered", subject, facts, to, child=child, coming=coming, waits=waits, url=url)


def entry_of(facts: SessionFacts, to: Recipient) -> Entry:
    """The guardian's calendar entry for the session."""
    attendee = Attendee(guardian_id=to.guardian_id, name=to.full_name, email=to.email)
    ways = {"join_url": to.join_url, "sign_url": to.sign_url, "ask_url": to.ask_url}
    return Entry(facts.session, facts.title, attendee, sequence=to.sequence, **ways)


def _words(
    template: str, subject: str, facts: SessionFacts, to: Recipient, sheet: Sheet = NO_SHEET, **more: Any
) -> Rendered:
    several = len(to.children) > 1
    context = {
        "facts": facts,
        "session": facts.session,
        "to": to,
        "children": listed(to.children) or "You",
        "are": "are" if several or not to.children else "is",
        "have": "have" if several else "has",
    }
    words = render_pair(f"sessions/{template}", subject, {**context, **more, "pictured": bool(sheet.files)})
    return replace(words, attachments=list(sheet.files), note=sheet.trouble)


def with_entry(words: Rendered, entry: bytes, method: str) -> Rendered:
    """The mail with a calendar part."""
    return replace(words, calendar=entry, calendar_method=method)


def render_pair(template: str, subject: str, context: dict[str, Any]) -> Rendered:
    """The plain and the HTML form of one mail, under `templates/emails/`."""
    subject = one_line(subject)
    everything = {"subject": subject, "organisation": organisation(), **context}
    return Rendered(
        subject=subject,
        text=tidy(render_to_string(f"emails/{template}.txt", everything)),
        html=render_to_string(f"emails/{template}.html", everything),
    )


def tidy(text: str) -> str:
    """Plain text without spaces at line ends and without more than one empty line in a row."""
    lines = re.sub(r"[ \t]+\n", "\n", text)
    return re.sub(r"\n{3,}", "\n\n", lines).strip() + "\n"


def sentence(text: str) -> str:
    """The text on one line, with a full stop where it has none."""
    text = one_line(text)
    return text if not text or text[-1] in ".!?" else f"{text}."
