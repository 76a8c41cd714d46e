"""What can be done in a meeting, by name: the same for controls, buttons and scripts."""

import re
from collections.abc import Callable, Mapping
from typing import Final

from demo.zoom.recorder import STEPS as RECORDING_STEPS
from demo.zoom.recorder import NotPossible
from demo.zoom.running import CO_HOST, Room
from demo.zoom.store import Json

_KEY: Final = re.compile(r"[A-Za-z0-9_-]{0,40}")
Step = Callable[[Room, Json], None]


def take(room: Room, name: str, facts: Json) -> None:
    """Take one step. `facts`: `key` names the person, and what else the step needs. Raises NotPossible."""
    step = STEPS.get(name)
    if step is None:
        raise NotPossible(f"There is no step {name!r}; there are {', '.join(STEPS)}.")
    step(room, facts)


def _key(facts: Json) -> str:
    key = facts.get("key")
    if not key:
        raise NotPossible("It needs the key of a person.")
    return str(key)


def _new_key(facts: Json) -> str:
    """The key that somebody is to have: it stands in addresses and buttons. Empty: one is made."""
    key = str(facts.get("key", ""))
    if not _KEY.fullmatch(key):
        raise NotPossible("A key has letters, digits, - and _ only.")
    return key


def _start(room: Room, facts: Json) -> None:
    room.start()


def _end(room: Room, facts: Json) -> None:
    room.end()


def _arrive(room: Room, facts: Json) -> None:
    name = str(facts.get("name", "")).strip()[:64]
    if not name:
        raise NotPossible("Type a name first.")
    room.arrive(name, email=str(facts.get("email", "")), key=_new_key(facts))


def _join(room: Room, facts: Json) -> None:
    """Arrive and be let in at once."""
    if not room.runs:
        raise NotPossible("The meeting has not begun.")
    person = room.arrive(str(facts.get("name", "Guest")), email=str(facts.get("user_email", "")), key=_new_key(facts))
    if person["where"] == "waiting":
        room.admit(person["key"])


def _leave(room: Room, facts: Json) -> None:
    room.leave(_key(facts))


def _remove(room: Room, facts: Json) -> None:
    room.leave(_key(facts), "was removed by the host.")


def _camera(room: Room, facts: Json) -> None:
    room.camera(_key(facts), facts.get("on") not in (False, "", "off", None))


def _role(room: Room, facts: Json) -> None:
    room.change_role(_key(facts), str(facts.get("role", CO_HOST)))


def _record(step: str) -> Step:
    return lambda room, facts: room.record(step)


STEPS: Final[Mapping[str, Step]] = {
    "start": _start,
    "end": _end,
    "arrive": _arrive,
    "join": _join,
    "admit": lambda room, facts: room.admit(_key(facts)),
    "put_back": lambda room, facts: room.put_back(_key(facts)),
    "leave": _leave,
    "remove": _remove,
    "drop": lambda room, facts: room.drop(_key(facts)),
    "notice": lambda room, facts: room.notice(_key(facts)),
    "rejoin": lambda room, facts: room.rejoin(_key(facts)),
    "camera": _camera,
    "role": _role,
    **{f"record_{step}": _record(step) for step in RECORDING_STEPS},
}
