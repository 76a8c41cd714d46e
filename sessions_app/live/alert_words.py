"""What an alert says, in plain words: its facts with their times on London's clock."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sessions_app.live.alert_kinds import FACT_LABELS
from sessions_app.models import PolicyAlert
from whippersnappers import dates

_TIMES = frozenset({"at", "due_at", "recording_started_at", "recording_stopped_at", "started_at", "ended_at"})
# When it was noticed these were not known to the end: the alert's own times say it.
_SAID_BY_ITS_TIMES = frozenset({"since", "until", "seconds"})
GOES_ON = "Not over, as far as the portal knows"


@dataclass(frozen=True)
class Fact:
    """One line of what is known."""

    label: str
    said: str


def facts_said(alert: PolicyAlert, *, now: datetime) -> list[Fact]:
    """When it was and all that was noted of it, in the order in which it was noted."""
    noted = {name: value for name, value in alert.facts.items() if name not in _SAID_BY_ITS_TIMES}
    said = [Fact(_label(name), _said(name, value, now)) for name, value in noted.items()]
    return [*_times(alert, now), *(fact for fact in said if fact.said)]


def _times(alert: PolicyAlert, now: datetime) -> Iterable[Fact]:
    yield Fact("Began", moment(alert.began_at, now=now))
    yield Fact("Ended", moment(alert.ended_at, now=now) if alert.ended_at else GOES_ON)
    if alert.ended_at:
        yield Fact("How long", length(alert.ended_at - alert.began_at))
    yield Fact("Noticed", moment(alert.raised_at, now=now))


def moment(at: datetime, *, now: datetime) -> str:
    """A time to the second, because seconds matter here: `Tuesday 24 November, 4:00:31pm`."""
    local = dates.local(at)
    return f"{dates.day(at, now=now)}, {local.hour % 12 or 12}:{local:%M:%S}{'am' if local.hour < 12 else 'pm'}"


def length(time: timedelta) -> str:
    """`31 seconds`, `2 minutes 5 seconds`; from an hour on in whole minutes."""
    seconds = max(0, round(time.total_seconds()))
    if seconds >= 3600:
        return dates.duration(time)
    minutes, rest = divmod(seconds, 60)
    parts = [(minutes, "minute"), (rest, "second")]
    said = [f"{number} {word}{'' if number == 1 else 's'}" for number, word in parts if number]
    return " ".join(said) or "0 seconds"


def _label(name: str) -> str:
    return FACT_LABELS.get(name) or name.replace("_", " ").capitalize()


def _said(name: str, value: Any, now: datetime) -> str:
    if isinstance(value, list):
        return ", ".join(str(one) for one in value) or "Nobody"
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if name in _TIMES and value:
        return moment(datetime.fromisoformat(str(value)), now=now)
    return "" if value is None else str(value)
