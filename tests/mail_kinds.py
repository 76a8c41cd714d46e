"""Kinds of mail for tests only. What one does stands in its row's context, so that worker processes do it too."""

import os
import signal
import time
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from whippersnappers.outbox import catalogue
from whippersnappers.outbox.catalogue import Attachment, MailKind, NotWanted, NotYet, Rendered, Verdict, Wanted
from whippersnappers.outbox.models import Heartbeat, OutgoingMail
from whippersnappers.outbox.queue import enqueue

NAME = "for_tests"
SECRETIVE = "for_tests_account"
OTHERS = "for_tests_others"
_HTML = "<html><head><style>p { color: #123456 }</style></head><body><p>Hello</p></body></html>"


def put(number: object = 1, *, now: datetime | None = None, kind: str = NAME, **fields: Any) -> OutgoingMail:
    """A mail in the outbox. `context` may hold what the kind below understands."""
    key = fields.pop("key", f"for-tests:{number}")
    to = fields.pop("to", f"person{number}@example.com")
    enqueue(kind, key=key, to=to, now=now or timezone.now(), **fields)
    return OutgoingMail.objects.get(key=key)


def was_called(hook: str, mail: OutgoingMail) -> bool:
    """Whether the mail's kind was told of its end (`sent` or `dead`)."""
    return Heartbeat.objects.filter(name=f"{hook}{mail.pk}"[:40]).exists()


def _check(mail: OutgoingMail, now: datetime) -> Verdict:
    what = mail.context.get("check", "")
    if what == "not wanted":
        return NotWanted("Nobody needs it any more.")
    if what == "not yet":
        return NotYet("It waits for the meeting.", now + timedelta(minutes=7))
    if what == "fail":
        raise LookupError("the name of a child")
    return Wanted(to=mail.context.get("moved_to", ""))


def _render(mail: OutgoingMail, now: datetime) -> Rendered:
    what = mail.context.get("render", "")
    if what == "fail":
        raise KeyError("the name of a child")
    if what == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if what == "slowly":
        time.sleep(0.05)
    calendar = b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n" if mail.context.get("calendar") else None
    attachments = [Attachment("guide.txt", b"Guide", "text/plain")] if mail.context.get("attachment") else []
    return Rendered(
        mail.context.get("subject", "Drums and songs"),
        mail.context.get("text", f"Hello {mail.to_name},\n\nyour code is {mail.secret or 'not here'}.\n"),
        mail.context.get(
            "html", "<html><head><style>p { color: #123456 }</style></head><body><p>Hello</p></body></html>"
        ),
        calendar=calendar,
        attachments=attachments,
    )


def _mark(hook: str, mail: OutgoingMail, now: datetime) -> None:
    if mail.context.get("hook") == "fail":
        raise RuntimeError("the name of a child")
    Heartbeat.objects.create(name=f"{hook}{mail.pk}"[:40], at=now)


def _on_sent(mail: OutgoingMail, now: datetime) -> None:
    _mark("sent", mail, now)


def _on_dead(mail: OutgoingMail, now: datetime) -> None:
    _mark("dead", mail, now)


def _together(mails: list[OutgoingMail], now: datetime) -> Rendered:
    """All of their subjects in one mail."""
    if any(mail.context.get("render") == "fail together" for mail in mails):
        raise RuntimeError("the name of a child")
    subjects = ", ".join(mail.context.get("subject", mail.key) for mail in mails)
    return Rendered(f"{len(mails)} things", subjects, f"<p>{subjects}</p>")


KINDS = [
    MailKind(NAME, "Test mail", _render, check=_check, on_sent=_on_sent, on_dead=_on_dead, together=_together),
    MailKind(SECRETIVE, "Test mail with a way in", _render, opens_account=True),
    MailKind(OTHERS, "Test mail about a concern", _render, seen_with="safeguarding.view_concern"),
]


def add() -> None:
    """Put the kinds into the catalogue."""
    for kind in KINDS:
        catalogue.register(kind)


def remove() -> None:
    """Take them out again: other tests walk the catalogue."""
    for kind in KINDS:
        del catalogue._kinds[kind.name]
