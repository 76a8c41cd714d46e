"""The simulator's own controls, under `/_control/`: faults, users, limits, webhooks, meetings, scripts."""

from collections.abc import Sequence
from dataclasses import asdict, fields, replace
from datetime import datetime
from typing import Any

from demo.zoom import steps
from demo.zoom.dispatch import Dispatcher
from demo.zoom.faults import Fault
from demo.zoom.outbox import TROUBLE, Outbox
from demo.zoom.recorder import NotPossible
from demo.zoom.running import Room
from demo.zoom.scripts import SCRIPTS, cast_for
from demo.zoom.store import LICENSED, Json


class BadOrder(ValueError):
    """A control request that makes no sense; the text says why."""


def handle(dispatcher: Dispatcher, method: str, path: str, body: Any, now: datetime) -> Any:
    """Carry out one control request. Raises BadOrder, or KeyError for an unknown address or meeting."""
    match method, path.strip("/").split("/"):
        case "GET", ["faults"]:
            return dispatcher.faults.listed()
        case "POST", ["faults"]:
            return order_faults(dispatcher, body if isinstance(body, list) else [body])
        case "DELETE", ["faults"]:
            dispatcher.faults.clear()
            return []
        case "GET", ["calls"]:
            return list(dispatcher.store.calls)
        case "GET", ["meetings"]:
            return [m for m in dispatcher.store.meetings.values() if not m["gone"]]
        case "GET", ["scripts"]:
            return {name: {"title": script.title, "says": script.says} for name, script in SCRIPTS.items()}
        case _, ["webhooks", *rest]:
            return _webhooks(dispatcher.store.outbox, method, rest, body, now)
        case "POST", ["meetings", number, step] if number.isdecimal():
            return _meeting(dispatcher, int(number), step, body or {}, now)
        case (("POST" | "PUT"), ["users"]):
            return set_users(dispatcher, body, replace=method == "PUT")
        case (("POST" | "PUT"), ["locks"]):
            return _locks(dispatcher, body)
        case (("POST" | "PUT"), ["scopes"]):
            dispatcher.store.credentials.scopes = body
            return body
        case (("POST" | "PUT"), ["limits"]):
            return _limits(dispatcher, body)
        case "POST", ["token", "revoke"]:
            dispatcher.store.token.clear()
            return {}
        case "POST", ["reset"]:
            dispatcher.players.stop_all()
            dispatcher.faults.clear()
            dispatcher.store.reset()
            return {}
    raise KeyError(path)


def order_faults(dispatcher: Dispatcher, orders: list[Json]) -> list[Json]:
    """Add faults; each order has `operation`, `kind` and the other fields of `Fault`."""
    for order in orders:
        try:
            fault = Fault(**order)
        except (TypeError, ValueError) as error:
            raise BadOrder(str(error)) from error
        if fault.operation not in {*dispatcher.api.operations, "token", "*"}:
            raise BadOrder(f"unknown operation {fault.operation!r}")
        dispatcher.faults.order(fault)
    return dispatcher.faults.listed()


def set_users(dispatcher: Dispatcher, users: Sequence[Json | str], *, replace: bool) -> list[Json]:
    """Add users, or put these in the place of all. Each is an e-mail, or email, type and settings."""
    store = dispatcher.store
    with store.lock:
        if replace:
            store.users.clear()
        for user in users:
            row: Json = {"email": user} if isinstance(user, str) else user
            store.add_user(row["email"], type=row.get("type", LICENSED), settings=row.get("settings"))
        store.save()
        return list(store.users.values())


def _locks(dispatcher: Dispatcher, settings: Json) -> Json:
    """Account-level locks: these settings win over every request from now on."""
    with dispatcher.store.lock:
        dispatcher.store.locked.clear()
        dispatcher.store.locked.update(settings)
        dispatcher.store.save()
    return settings


def _limits(dispatcher: Dispatcher, body: Json) -> Json:
    known = {field.name for field in fields(dispatcher.limits)}
    for name, value in body.items():
        if name not in known or not isinstance(value, int):
            raise BadOrder(f"limits are whole numbers named {', '.join(sorted(known))}")
        setattr(dispatcher.limits, name, value)
    return asdict(dispatcher.limits)


def _webhooks(outbox: Outbox, method: str, path: list[str], body: Any, now: datetime) -> Any:
    match method, path:
        case "GET", []:
            pass
        case (("POST" | "PUT"), ["trouble"]):
            if unknown := set(body) - set(TROUBLE):
                raise BadOrder(
                    f"there is no trouble called {', '.join(sorted(unknown))}; there are {', '.join(TROUBLE)}"
                )
            outbox.trouble = set(body)
        case (("POST" | "PUT"), ["hurry"]):
            if not isinstance(body, int | float) or body < 1:
                raise BadOrder("how many times faster retries come: 1 or more")
            outbox.hurry = body
        case "POST", ["now"]:
            outbox.send_now(now)
        case "POST", ["validate"]:
            outbox.validate_at = now
        case _:
            raise KeyError("/".join(["webhooks", *path]))
    return {
        "address": outbox.address,
        "validation": outbox.validation,
        "trouble": sorted(outbox.trouble),
        "hurry": outbox.hurry,
        "waiting": outbox.waiting(),
        "log": outbox.noted(),
    }


def _play(dispatcher: Dispatcher, number: int, body: Json) -> Json:
    """`script`, `speed` and, where wanted, `cast` with the names that differ from those of `cast_for`."""
    names = body.get("cast", {})
    if "families" in names:
        names = {**names, "families": tuple(names["families"])}
    try:
        cast = replace(cast_for(dispatcher.store.meetings[number]), **names)
        return dispatcher.players.play(number, str(body.get("script")), cast, float(body.get("speed", 1)))
    except (NotPossible, TypeError, ValueError) as error:
        raise BadOrder(str(error)) from error


def _meeting(dispatcher: Dispatcher, number: int, step: str, body: Json, now: datetime) -> Json:
    """A step in a meeting, or a script in it."""
    if step == "play":
        return _play(dispatcher, number, body)
    if step == "stop":
        dispatcher.players.stop(number)
        return dispatcher.players.progress(number)
    return _run(dispatcher, number, step, body, now)


def _run(dispatcher: Dispatcher, number: int, step: str, body: Json, now: datetime) -> Json:
    with dispatcher.store.lock:
        meeting = dispatcher.store.meetings[number]
        try:
            if step == "uuid":
                meeting["uuid"] = str(body["uuid"])
            else:
                steps.take(Room(dispatcher.store, meeting, now), step, body)
        except NotPossible as error:
            raise BadOrder(str(error)) from error
        dispatcher.store.save()
        return meeting
