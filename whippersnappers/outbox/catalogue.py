"""What the charity can say by mail: each app's `emails` module registers its kinds here.

The outbox knows nothing about sessions or families; it asks the kind whether a mail is still wanted,
what it says, and tells the kind how it ended.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from whippersnappers.outbox.models import OutgoingMail


@dataclass(frozen=True)
class Attachment:
    """A file that travels with a mail."""

    name: str
    content: bytes
    content_type: str


@dataclass(frozen=True)
class Rendered:
    """A mail's words. `html` is a whole document, its CSS is inlined at delivery."""

    subject: str
    text: str
    html: str
    # An iCalendar object for a text/calendar part, and its METHOD: REQUEST or CANCEL.
    calendar: bytes | None = None
    calendar_method: str = "REQUEST"
    attachments: list[Attachment] = field(default_factory=list)
    # Where an answer goes; the organisation's support contact when empty.
    reply_to: str = ""
    # What the mail log says of it once it has gone, such as that something could not be put in.
    note: str = ""


@dataclass(frozen=True)
class Wanted:
    """Send it. `to` is the person's address now, when it is not the one of the row."""

    to: str = ""


@dataclass(frozen=True)
class NotWanted:
    """Do not send it any more; `reason` is a plain sentence for the mail log."""

    reason: str


@dataclass(frozen=True)
class NotYet:
    """Ask again at `until`, attempts untouched; `reason` says what it waits for."""

    reason: str
    until: datetime


Verdict = Wanted | NotWanted | NotYet


def _always(mail: OutgoingMail, now: datetime) -> Verdict:
    return Wanted()


def nothing(mail: OutgoingMail, now: datetime) -> None:
    """What follows from the end of most mails."""


Hook = Callable[["OutgoingMail", datetime], None]
# Renders one mail out of several to the same person, in the order of their making.
Together = Callable[["list[OutgoingMail]", datetime], Rendered]


@dataclass(frozen=True)
class MailKind:
    """One kind of mail.

    `render` builds it from current data; `check` runs before each attempt; `on_sent` and `on_dead` run in
    the transaction that notes the end. All but `render` may be left out. Whoever looks at the mail log
    sees this kind only with the permission `seen_with`, and what it says not at all if it `opens_account`:
    whoever reads such a mail can sign in as somebody else.
    """

    name: str
    label: str
    render: Callable[[OutgoingMail, datetime], Rendered]
    check: Callable[[OutgoingMail, datetime], Verdict] = _always
    on_sent: Hook = nothing
    on_dead: Hook = nothing
    seen_with: str = "outbox.view_outgoingmail"
    opens_account: bool = False
    # Writes several mails to one person as one; mails whose kinds share it can travel together.
    together: Together | None = None


_kinds: dict[str, MailKind] = {}


class UnknownMailKind(LookupError):
    """No app registered this kind of mail."""


def register(kind: MailKind) -> MailKind:
    """Add a kind to the catalogue. Raises ValueError for a second one of the same name."""
    if kind.name in _kinds:
        raise ValueError(f"mail kind {kind.name!r} is registered twice")
    _kinds[kind.name] = kind
    return kind


def kind_of(name: str) -> MailKind:
    """The kind with that name. Raises UnknownMailKind."""
    try:
        return _kinds[name]
    except KeyError as error:
        raise UnknownMailKind(name) from error


def all_kinds() -> list[MailKind]:
    """The whole catalogue, in order of registration."""
    return list(_kinds.values())
