"""What changed between two states of a session's facts, in words for families. Pure.

The facts are those of `planning.snapshot`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sessions_app.mail_facts import in_one_line
from sessions_app.models import Session
from whippersnappers import dates

Facts = Mapping[str, Any]
# What a calendar entry shows: a change of these raises its SEQUENCE.
CALENDAR_FACTS = ("title", "starts_at", "ends_at", "delivery", "place")


@dataclass(frozen=True)
class Change:
    """One thing that changed; `old` or `new` may be empty."""

    label: str
    old: str
    new: str


def calendar_changed(old: Facts, new: Facts) -> bool:
    """Whether a calendar entry made of `old` is wrong now."""
    return any(old.get(name) != new.get(name) for name in CALENDAR_FACTS)


def changes(old: Facts, new: Facts, *, now: datetime) -> list[Change]:
    """Every difference that families care about, most important first; empty when there is none."""
    found = [
        Change("When", _when(old, now), _when(new, now)),
        Change("How", _how(old), _how(new)),
        Change("Where", in_one_line(old.get("place", "")), in_one_line(new.get("place", ""))),
        Change("Name of the session", old.get("title", ""), new.get("title", "")),
        Change("What to bring", _items(old), _items(new)),
        Change("What we will do", ", ".join(old.get("steps", [])), ", ".join(new.get("steps", []))),
        Change("About the session", old.get("summary", ""), new.get("summary", "")),
    ]
    if old.get("meeting") and new.get("meeting") and old["meeting"] != new["meeting"]:
        new_room = "There is a new Meeting ID and passcode."
        found.insert(1, Change("Zoom", "The old Meeting ID does not work now.", new_room))
    return [change for change in found if change.old != change.new]


def _when(facts: Facts, now: datetime) -> str:
    if not facts.get("starts_at"):
        return ""
    return dates.when(datetime.fromisoformat(facts["starts_at"]), datetime.fromisoformat(facts["ends_at"]), now=now)


def _how(facts: Facts) -> str:
    return {Session.Delivery.REMOTE.value: "By Zoom", Session.Delivery.IN_PERSON.value: "In person"}.get(
        facts.get("delivery", ""), ""
    )


def _items(facts: Facts) -> str:
    if facts.get("nothing_needed"):
        return "Nothing"
    return ", ".join(_item(item) for item in facts.get("items", []))


def _item(item: Mapping[str, Any]) -> str:
    note = f" ({item['note']})" if item.get("note") else ""
    optional = "" if item.get("needed", True) else " (if you have one)"
    return f"{item['name']}{note}{optional}"
