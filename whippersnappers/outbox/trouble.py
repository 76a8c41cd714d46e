"""Is the mail well? Plain sentences for staff pages, facts for machines."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import DateTimeField, F, Func, IntegerField, Min, QuerySet, Value

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
    facts = _facts(now)
    # What it says is read only when there is one.
    pause = MailServerPause.objects.first() if facts["paused"][1] else None
    swept, waits, tried, given_up = (facts[name] for name in ("swept", "waits", "tried", "given up"))
    said = (
        [_paused(pause, now)] if pause else [_not_swept(swept[0], now), _waits(waits[0], now), _tried_again(tried[1])]
    )
    return [sentence for sentence in [*said, _given_up(given_up[1])] if sentence]


def _facts(now: datetime) -> dict[str, tuple[datetime | None, int]]:
    """Since when, and how many: all in one query, of which every part uses its own index."""
    waiting, dead = (OutgoingMail.objects.filter(state=state) for state in (State.WAITING, State.DEAD))
    parts = [
        part("swept", Heartbeat.objects.filter(name="sweep"), "at"),
        part("waits", due(now), "not_before"),
        part("tried", waiting.filter(attempts__gte=_FAILED_OFTEN), "not_before"),
        part("given up", dead, "dead_at"),
        part("paused", MailServerPause.objects.all(), "since"),
    ]
    return {name: (since, number) for name, since, number in parts[0].union(*parts[1:], all=True)}


def part(name: str, rows: QuerySet[Any], moment: str) -> QuerySet[Any, Any]:
    """The name, since when and how many: a row to be joined with others by `union`."""
    # Not `Min` and `Count`, for which Django would group the rows.
    since = Func(F(moment), function="MIN", output_field=DateTimeField())
    number = Func(F("pk"), function="COUNT", output_field=IntegerField())
    return rows.order_by().values_list(Value(name), since, number)


def last_seen(name: str) -> datetime | None:
    """When `beat` last ticked, or a `sweep` last reached its end; None when never."""
    return Heartbeat.objects.filter(name=name).values_list("at", flat=True).first()


def oldest_due_since(now: datetime) -> datetime | None:
    """Since when the oldest mail that could go has been waiting; None when none is due."""
    return due(now).aggregate(since=Min("not_before"))["since"]


def _paused(pause: MailServerPause, now: datetime) -> str:
    since = f"{dates.clock(pause.since)} on {dates.day(pause.since, now=now)}"
    return f"No mail has gone out since {since}. {pause.reason.rstrip('.')}. The portal tries again every few minutes."


def _not_swept(at: datetime | None, now: datetime) -> str:
    if at is None:
        return "The mail worker has never run, so mails do not go out."
    late = now - at
    if late < SWEEP_MISSED_AFTER:
        return ""
    return f"The mail worker has not run for {dates.duration(late)}, so mails may not go out."


def _waits(since: datetime | None, now: datetime) -> str:
    if since is None or now - since < WAITING_TOO_LONG:
        return ""
    return f"The oldest mail has been waiting for {dates.duration(now - since)}."


def _tried_again(count: int) -> str:
    if not count:
        return ""
    return f"{_mails(count)} could not be sent yet. The portal keeps trying."


def _given_up(count: int) -> str:
    return f"{_mails(count)} could not be sent." if count else ""


def _mails(count: int) -> str:
    return "One mail" if count == 1 else f"{count} mails"
