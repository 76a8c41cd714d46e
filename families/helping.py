"""Asking for help with Zoom, and having helped (F1)."""

from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from families.models import Guardian, HelpRequest
from whippersnappers.accounts.models import User
from whippersnappers.audit.trail import record
from whippersnappers.organisation import organisation
from whippersnappers.outbox.models import OutgoingMail
from whippersnappers.outbox.queue import cancel, enqueue
from whippersnappers.working_days import after_working_days

HELP_ASKED = "help_asked"
# Who presses the button of a link in a mail need not be signed in.
BY_LINK = "system:link"
# As much as people need, and no more than a page can show.
MOST = 4_000
# Help that comes as the session begins is too late.
_BEFORE_SESSION = timedelta(hours=1)


@transaction.atomic
def ask_for_help(
    guardian: Guardian,
    *,
    device: str,
    trying: str = "",
    words: str = "",
    test_result: str = "",
    by: Any,
    now: datetime,
) -> HelpRequest:
    """Put a request on the list and tell the support contact. While one is open, a press adds to that one.

    `by` is the guardian's user, or `BY_LINK`. The same words once more change nothing.
    """
    said = {"trying": trying, "words": words, "test_result": test_result}
    try:
        # A savepoint, because two presses may arrive at the same moment.
        with transaction.atomic():
            asked = HelpRequest.objects.create(guardian=guardian, device=device, asked_at=now, **said)
    except IntegrityError:
        return _add(guardian, device, said, by, now)
    record("help.asked", by=by, target=asked, now=now, guardian=guardian.pk, device=device, trying=trying)
    enqueue(
        HELP_ASKED,
        key=f"{HELP_ASKED}:{asked.pk}",
        to=organisation().support_email,
        about=f"help:{asked.pk}",
        context={"help": str(asked.pk)},
        now=now,
        priority=OutgoingMail.Priority.NOW,
    )
    return asked


def _add(guardian: Guardian, device: str, said: dict[str, str], by: Any, now: datetime) -> HelpRequest:
    """What was said anew joins the open request, below what was said before."""
    asked = HelpRequest.objects.select_for_update().get(guardian=guardian, done_at=None)
    before = {name: getattr(asked, name) for name in said}
    asked.trying = said["trying"] or asked.trying
    asked.words = _joined(asked.words, said["words"])
    asked.test_result = said["test_result"] or asked.test_result
    if any(before[name] != getattr(asked, name) for name in said):
        asked.device = device
        asked.save()
        record("help.added_to", by=by, target=asked, now=now, guardian=guardian.pk, device=device)
    return asked


def _joined(before: str, words: str) -> str:
    if not words or words in before:
        return before
    return f"{before}\n\n{words}".strip()[:MOST]


@transaction.atomic
def finish(asked: HelpRequest, *, note: str, by: User, now: datetime) -> HelpRequest:
    """Somebody has helped; `note` says how it went. Finishing twice is finishing once."""
    asked = HelpRequest.objects.select_for_update().get(pk=asked.pk)
    if asked.done_at is None:
        asked.done_at, asked.done_by, asked.note = now, by, note.strip()
        asked.save(update_fields=["done_at", "done_by", "note"])
        cancel(OutgoingMail.objects.filter(about=f"help:{asked.pk}"), "Somebody has helped already.")
        record("help.given", by=by, target=asked, now=now, guardian=asked.guardian_id)
    return asked


def help_due(asked_at: datetime, next_session_at: datetime | None) -> datetime:
    """Until when somebody should have helped: within a working day, and an hour before their next session."""
    soon = after_working_days(asked_at, 1)
    return soon if next_session_at is None else min(soon, next_session_at - _BEFORE_SESSION)
