"""Presses on the pages for people: joining by the link, and everything on the page of a meeting."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from demo.zoom import steps
from demo.zoom.dispatch import Dispatcher
from demo.zoom.outbox import TROUBLE
from demo.zoom.recorder import NotPossible
from demo.zoom.running import Room
from demo.zoom.scripts import cast_for
from demo.zoom.store import Json
from demo.zoom.webhook_parts import FASTER

Form = Mapping[str, str]
# What follows the key of the person in a press, where something does.
_MORE: Final = {"camera": "on", "role": "role"}


def press(dispatcher: Dispatcher, meeting: Json, form: Form, now: datetime) -> None:
    """Do what a button says. Raises NotPossible, with a sentence for the page."""
    words = form.get("press", "").split()
    step = words[0] if words else ""
    special = _SPECIAL.get(step)
    if special:
        special(dispatcher, meeting, [*words[1:], ""][0], form, now)
    elif step == "arrive":
        arrive(dispatcher, meeting, form, now)
    else:
        facts: Json = {"key": words[1]} if len(words) > 1 else {}
        if len(words) > 2:
            facts[_MORE.get(step, "more")] = words[2]
        _take(dispatcher, meeting, step, facts, now)


def arrive(dispatcher: Dispatcher, meeting: Json, form: Form, now: datetime) -> str:
    """Somebody opens the link under a name; the key they have from then on. Raises NotPossible."""
    name, email = form.get("name", "").strip(), form.get("email", "")
    key = Room(dispatcher.store, meeting, now).key_for(name, email)
    facts = {"name": name, "email": email, "key": key}
    _take(dispatcher, meeting, "arrive", facts, now)
    return key


def _take(dispatcher: Dispatcher, meeting: Json, step: str, facts: Json, now: datetime) -> None:
    steps.take(Room(dispatcher.store, meeting, now), step, facts)
    dispatcher.store.save()


def _trouble(dispatcher: Dispatcher, meeting: Json, kind: str, form: Form, now: datetime) -> None:
    if kind not in TROUBLE:
        raise NotPossible("There is no such trouble.")
    dispatcher.store.outbox.trouble ^= {kind}


def _hurry(dispatcher: Dispatcher, meeting: Json, kind: str, form: Form, now: datetime) -> None:
    outbox = dispatcher.store.outbox
    outbox.hurry = 1 if outbox.hurry > 1 else FASTER


def _send_now(dispatcher: Dispatcher, meeting: Json, kind: str, form: Form, now: datetime) -> None:
    dispatcher.store.outbox.send_now(now)


def _validate(dispatcher: Dispatcher, meeting: Json, kind: str, form: Form, now: datetime) -> None:
    dispatcher.store.outbox.validate_at = now


def _play(dispatcher: Dispatcher, meeting: Json, kind: str, form: Form, now: datetime) -> None:
    cast = cast_for(meeting)
    names = tuple(name.strip()[:64] for name in form.get("families", "").split(",") if name.strip())
    if names:
        cast = replace(cast, families=names)
    speed = form.get("speed", "")
    if not speed.isdecimal():
        raise NotPossible("Choose how fast.")
    dispatcher.players.play(meeting["id"], form.get("script", ""), cast, int(speed))


def _stop(dispatcher: Dispatcher, meeting: Json, kind: str, form: Form, now: datetime) -> None:
    dispatcher.players.stop(meeting["id"])


_SPECIAL: Final[Mapping[str, Callable[[Dispatcher, Json, str, Form, datetime], None]]] = {
    "trouble": _trouble,
    "hurry": _hurry,
    "send_now": _send_now,
    "validate": _validate,
    "play": _play,
    "stop": _stop,
}
