"""Is the mail well? Plain sentences for staff pages, facts for machines."""

from datetime import datetime, timedelta

from django.db.models import Min

from whippersnappers import dates
from whippersnappers.outbox.claiming import due
from whippersnappers.outbox.models import Heartbeat, MailServerPause, OutgoingMail

State = OutgoingMail.State

# The sweep runs several times a minute; a queue that is well is empty within seconds.
SWEEP_MISSED_AFTER = timedelta(minutes=2)
WAITING_TOO_LONG = timedelta(minutes=5)
# A mail that failed so often is more than a hiccup.
_FAILED_OFTEN = 3


def trouble(now: datetime) -> list[str]:
    """What staff should know about the mail, most urgent first; empty when all is well."""
    pause = MailServerPause.objects.first()
    facts = [_paused(pause, now)] if pause else [_not_swept(now), _waits(now), _tried_again()]
    return [fact for fact in [*facts, _given_up()] if fact]


def last_seen(name: str) -> datetime | None:
    """When `beat` last ticked, or a `sweep` last reached its end; None when never."""
    return Heartbeat.objects.filter(name=name).values_list("at", flat=True).first()


def oldest_due_since(now: datetime) -> datetime | None:
    """Since when the oldest mail that could go has been waiting; None when none is due."""
    return due(now).aggregate(since=Min("not_before"))["since"]


def _paused(pause: MailServerPause, now: datetime) -> str:
    since = f"{dates.clock(pause.since)} on {dates.day(pause.since, now=now)}"
    return f"No mail has gone out since {since}. {pause.reason.rstrip('.')}. The portal tries again every few minutes."


def _not_swept(now: datetime) -> str:
    at = last_seen("sweep")
    if at is None:
        return "The mail worker has never run, so mails do not go out."
    late = now - at
    if late < SWEEP_MISSED_AFTER:
        return ""
    return f"The mail worker has not run for {dates.duration(late)}, so mails may not go out."


def _waits(now: datetime) -> str:
    since = oldest_due_since(now)
    if since is None or now - since < WAITING_TOO_LONG:
        return ""
    return f"The oldest mail has been waiting for {dates.duration(now - since)}."


def _tried_again() -> str:
    count = OutgoingMail.objects.filter(state=State.WAITING, attempts__gte=_FAILED_OFTEN).count()
    if not count:
        return ""
    return f"{_mails(count)} could not be sent yet. The portal keeps trying."


def _given_up() -> str:
    count = OutgoingMail.objects.filter(state=State.DEAD).count()
    return f"{_mails(count)} could not be sent." if count else ""


def _mails(count: int) -> str:
    return "One mail" if count == 1 else f"{count} mails"
