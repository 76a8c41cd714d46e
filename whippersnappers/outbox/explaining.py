"""A mail's story in words, for the mail log: how it stands, why it has not gone, what it says."""

import re
from dataclasses import dataclass
from datetime import datetime

from whippersnappers import dates
from whippersnappers.outbox.catalogue import UnknownMailKind, kind_of
from whippersnappers.outbox.easy_mails import as_they_read
from whippersnappers.outbox.message import inlined
from whippersnappers.outbox.models import OutgoingMail

State = OutgoingMail.State

COLOURS = {
    State.WAITING: "warning",
    State.SENDING: "warning",
    State.SENT: "success",
    State.CANCELLED: "",
    State.DEAD: "danger",
}
# What gives access stands in an address as one long word.
_WAY_IN = re.compile(r"(?<=[^/:]/)[A-Za-z0-9_=:.~%-]{20,}")
_ADDRESS = re.compile(r"https?://[^\s\"'<>]+")


@dataclass(frozen=True)
class Preview:
    """What a mail says, with the keys in its links struck out; or why that is not shown."""

    subject: str = ""
    text: str = ""
    html: str = ""
    calendar: str = ""
    hidden: str = ""


def kind_label(name: str) -> str:
    """What people call this kind of mail."""
    try:
        return kind_of(name).label
    except UnknownMailKind:
        return name


def story(mail: OutgoingMail, now: datetime, *, paused: bool) -> str:
    """How the mail stands in a sentence or two; for one that has not gone, why."""
    match mail.state:
        case State.SENT:
            return f"Taken by the mail server on {_at(mail.sent_at or now, now)}. {mail.reason}".strip()
        case State.SENDING:
            return "It is being sent now."
        case State.WAITING:
            return _waits(mail, now, paused=paused)
    return mail.reason


def _waits(mail: OutgoingMail, now: datetime, *, paused: bool) -> str:
    if paused:
        return "All mail is held back: the mail server does not let us in."
    if mail.not_before > now:
        when = f"{'Next try' if mail.attempts else 'It will go'} on {_at(mail.not_before, now)}."
        return f"{mail.reason} {when}".strip()
    return mail.reason or "It goes within the next minute."


def _at(at: datetime, now: datetime) -> str:
    return dates.moment(at, now=now)


def preview(mail: OutgoingMail, now: datetime) -> Preview:
    """The mail as it would be written from what is true now; nothing that lets anybody in is shown."""
    try:
        kind = kind_of(mail.kind)
    except UnknownMailKind:
        return Preview(hidden="The portal does not know this kind of mail any more.")
    if kind.opens_account or mail.carries_secret:
        return Preview(hidden="This mail lets somebody sign in, so nobody else may read it.")
    try:
        rendered = as_they_read(mail, kind.render(mail, now))
    except Exception as error:  # noqa: BLE001 - what it was about may be gone; the log must still open
        return Preview(hidden=f"What this mail was about is not there any more ({type(error).__name__}).")
    return Preview(
        subject=rendered.subject,
        text=without_ways_in(rendered.text),
        html=without_ways_in(inlined(rendered.html)),
        calendar=without_ways_in(_unfolded(rendered.calendar or b"")),
    )


def without_ways_in(text: str) -> str:
    """The text with the keys in its links struck out: a link belongs to the person it was sent to."""
    return _ADDRESS.sub(lambda address: _WAY_IN.sub("…", address.group()), text)


def _unfolded(calendar: bytes) -> str:
    return re.sub(r"\r?\n[ \t]", "", calendar.decode("utf-8", "replace"))
