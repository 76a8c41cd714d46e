"""The page of one meeting: who waits, who is in, and a button for everything that can happen."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from demo.zoom.dispatch import Dispatcher
from demo.zoom.look import clock, document, e, spaced, when
from demo.zoom.playing import SPEEDS
from demo.zoom.running import CO_HOST, HOST
from demo.zoom.scripts import SCRIPTS
from demo.zoom.store import Json
from demo.zoom.webhook_parts import log_part, webhooks_part

_WHERE: Final = {
    "door": "outside: the host has not begun yet",
    "waiting": "in the waiting room. The host will let you in soon",
    "meeting": "in the meeting",
    "gone": "not in the meeting any more",
}
# Where people are: the key, the heading, and what stands there when nobody is.
_PLACES: Final = (
    ("waiting", "In the waiting room", "Nobody waits."),
    ("meeting", "In the meeting", "Nobody is in."),
    ("gone", "Gone", ""),
)
_RECORDING: Final = {
    "off": [("record_start", "Record")],
    "on": [("record_stop", "Stop recording"), ("record_pause", "Pause recording")],
    "paused": [("record_resume", "Go on recording"), ("record_stop", "Stop recording")],
}


def show(dispatcher: Dispatcher, meeting: Json, *, me: str = "", said: str = "", typed: str = "") -> str:
    """The page. `me` is who looks at it, `said` why a press did nothing, `typed` the name that came with it."""
    people = meeting.get("people", [])
    here = f"/meetings/{meeting['id']}/" + (f"?me={me}" if me else "")
    viewer = next((person for person in people if person["key"] == me), None)
    outbox = dispatcher.store.outbox
    top = _said(said) + (_me(viewer, here) if viewer else "")
    inside = _meeting_part(meeting, here) + "".join(_place_part(people, here, *place) for place in _PLACES)
    outside = (
        _arrive_part(meeting, here, typed)
        + _script_part(meeting, dispatcher.players.progress(meeting["id"]), here)
        + webhooks_part(outbox, here)
    )
    columns = f"<div>{inside}</div><div>{outside}</div>"
    body = f"{_head(meeting, people)}<main class=wide>{top}{columns}{log_part(outbox, meeting['id'])}</main>"
    return document(f"{meeting['topic']} · Zoom (simulated)", body, live=True)


def buttons(presses: Iterable[tuple[str, str]], *, about: str = "", main: str = "") -> str:
    """Buttons of one form. A press is its step, then the person's key and what else it needs; `main` stands out."""
    found = []
    for press, label in presses:
        name = f' aria-label="{e(label)}: {e(about)}"' if about else ""
        look = " class=main" if press.split()[0] == main else ""
        found.append(f'<button id="{e(_id(press))}" name=press value="{e(press)}"{look}{name}>{e(label)}</button>')
    return f"<div class=buttons>{''.join(found)}</div>"


def _id(press: str) -> str:
    """The same for on and off, so that the keyboard stays where it was."""
    return "-".join(["press", *press.split()[:2]])


def _form(here: str, content: str) -> str:
    return f'<form method=post action="{e(here)}">{content}</form>'


def _part(name: str, content: str, *, look: str = "") -> str:
    shown = f' class="{look}"' if look else ""
    return (
        f'<section id="{name}" data-part{shown}>{content}</section>'
        if content
        else f'<div id="{name}" data-part></div>'
    )


def _head(meeting: Json, people: Sequence[Json]) -> str:
    chips = "".join(f"<li class='chip {look}'>{e(text)}</li>" for text, look in _state(meeting, people))
    return (
        '<header class=wide><p><a href="/">All meetings</a></p>'
        f"<h1>{e(meeting['topic'])}</h1><p class=quiet>{e(when(meeting['start_time'], meeting['duration']))} · "
        f"Meeting ID {spaced(meeting['id'])} · Zoom is simulated here</p>"
        f"<div id=state data-part role=status tabindex=-1><ul class=chips>{chips}</ul></div>"
        "<p id=lost class='message alert' role=alert hidden>The simulator does not answer. This page tries on.</p>"
        "</header>"
    )


def _state(meeting: Json, people: Sequence[Json]) -> list[tuple[str, str]]:
    count = Counter(person["where"] for person in people)
    running = meeting.get("running")
    if not running:
        outside = [(f"{count['door']} outside", "")] if count["door"] else []
        return [("Not running", ""), *outside]
    recording = {"off": [], "on": [("● Recording", "red")], "paused": [("Recording paused", "red")]}
    return [
        (f"Running since {clock(running['since'])}", "on"),
        *recording[meeting["recording"]],
        (f"{count['meeting']} in, {count['waiting']} waiting", ""),
    ]


def _said(said: str) -> str:
    if not said:
        return "<div id=said data-part class=all></div>"
    return f"<div id=said data-part class=all><p class='message alert' role=alert>{e(said)}</p></div>"


def _me(person: Json, here: str) -> str:
    where = person["where"]
    own = {
        "gone": [(f"rejoin {person['key']}", "Come back")],
        "waiting": [(f"leave {person['key']}", "Leave")],
        "door": [(f"leave {person['key']}", "Leave")],
        "meeting": [_camera(person), (f"leave {person['key']}", "Leave")],
    }[where]
    # The same presses stand beside the name below; an id may be there only once.
    presses = buttons(own, about=person["name"]).replace('id="', 'id="me-')
    text = f"<h2>You are {e(person['name'])}</h2><p>You are {_WHERE[where]}.</p>"
    return _part("me", text + _form(here, presses), look="me all")


def _meeting_part(meeting: Json, here: str) -> str:
    presses = [("start", "Start as host")]
    if meeting["status"] == "started":
        host_is_in = any(p["key"] == HOST and p["where"] == "meeting" for p in meeting["people"])
        presses = [*_RECORDING[meeting["recording"]], ("end", "End for everybody")]
        presses += [] if host_is_in else [("start", "Come in as host")]
    return _part("meeting", f"<h2>The meeting</h2>{_form(here, buttons(presses, main='start'))}")


def _arrive_part(meeting: Json, here: str, typed: str) -> str:
    content = (
        f"<h2>Somebody opens the link</h2>{_form(here, join_fields(meeting, typed) + buttons([('arrive', 'Arrive')]))}"
    )
    return _part("arrive", content)


def join_fields(meeting: Json, name: str) -> str:
    """Under which name somebody comes, and whether they are signed in to Zoom."""
    others = meeting["settings"].get("alternative_hosts", "").replace(",", ";").split(";")
    hosts = "".join(f"<option>{e(address.strip())}</option>" for address in others if address.strip())
    return (
        "<div class=fields><p><label for=name>Name in Zoom</label><input id=name name=name required maxlength=64 "
        f'autocomplete=off value="{e(name)}"></p>'
        "<p><label for=email>Signed in to Zoom</label><select id=email name=email>"
        f'<option value="">no, a guest</option>{hosts}</select></p></div>'
    )


def _place_part(people: Sequence[Json], here: str, where: str, heading: str, nobody: str) -> str:
    there = [p for p in people if p["where"] == where or (where == "waiting" and p["where"] == "door")]
    if not there and not nobody:
        return _part(f"place-{where}", "")
    rows = "".join(_person(person) for person in there)
    content = _form(here, f"<ul class=people>{rows}</ul>") if there else f"<p class=quiet>{nobody}</p>"
    return _part(f"place-{where}", f"<h2>{heading} ({len(there)})</h2>{content}")


def _person(person: Json) -> str:
    key = person["key"]
    presses = {
        "door": [(f"leave {key}", "Leave")],
        "waiting": [(f"admit {key}", "Admit"), (f"remove {key}", "Remove"), (f"leave {key}", "Leave")],
        "meeting": _presses_inside(person),
        "gone": [(f"rejoin {key}", "Come back")],
    }[person["where"]]
    chips = "".join(f"<li class='chip {look}'>{e(text)}</li>" for text, look in _chips(person))
    return (
        f'<li id="person-{e(key)}" tabindex=-1><span class=name>{e(person["name"])}</span>'
        f"<ul class=chips>{chips}</ul>{buttons(presses, about=person['name'], main='admit')}</li>"
    )


def _presses_inside(person: Json) -> list[tuple[str, str]]:
    key = person["key"]
    if person["lost"]:
        return [(f"rejoin {key}", "Come back"), (f"notice {key}", "Zoom notices")]
    roles = [] if person["role"] == HOST else [(f"role {key} {HOST}", "Make host")]
    if person["role"] not in (HOST, CO_HOST):
        roles.insert(0, (f"role {key} {CO_HOST}", "Make co-host"))
    return [
        _camera(person),
        (f"put_back {key}", "Put back"),
        (f"drop {key}", "Drop out"),
        (f"leave {key}", "Leave"),
        (f"remove {key}", "Remove"),
        *roles,
    ]


def _camera(person: Json) -> tuple[str, str]:
    state, label = ("off", "Camera off") if person["camera"] else ("on", "Camera on")
    return f"camera {person['key']} {state}", label


def _chips(person: Json) -> list[tuple[str, str]]:
    inside = person["where"] == "meeting"
    chips = [(person["email"], "") if person["zoom_id"] else ("Guest", "")]
    if person["where"] == "door":
        chips.append(("Outside: the host has not begun", ""))
    if inside and person["role"] == HOST:
        chips.insert(0, ("Host", "on"))
    if inside and person["role"] == CO_HOST:
        chips.insert(0, ("Co-host", "on"))
    if inside:
        chips.append(("Camera is on", "on") if person["camera"] else ("Camera is off", ""))
    if person["lost"]:
        chips.append((f"Connection lost at {clock(person['lost'])}", "red"))
    elif person["where"] in ("waiting", "meeting"):
        chips.append((f"since {clock(person['since'])}", ""))
    return chips


def _script_part(meeting: Json, progress: Json, here: str) -> str:
    content = "<h2>Play a whole session</h2>"
    if progress.get("plays"):
        then = f", the next at {clock(progress['next_at'])}" if progress["next_at"] else ""
        state = f"<p>{e(progress['title'])}: {progress['done']} of {progress['of']} steps{then}.</p>"
        return _part("script", content + state + _form(here, buttons([("stop", "Stop the script")])))
    if meeting["status"] == "started":
        return _part("script", f"{content}<p class=quiet>Only while the meeting is not running.</p>")
    return _part("script", content + _form(here, _script_fields() + buttons([("play", "Play")])))


def _script_fields() -> str:
    scripts = "".join(f'<option value="{name}">{e(script.title)}</option>' for name, script in SCRIPTS.items())
    says = "".join(f"<li><b>{e(script.title)}.</b> {e(script.says)}</li>" for script in SCRIPTS.values())
    speeds = "".join(
        f"<option value={speed}>{'as in life' if speed == 1 else f'{speed} times as fast'}</option>" for speed in SPEEDS
    )
    return (
        "<div class=fields><p><label for=script-name>Which</label>"
        f"<select id=script-name name=script>{scripts}</select></p>"
        "<p><label for=speed>How fast<span class=hint>At ten times the speed 50 minutes take five.</span></label>"
        f"<select id=speed name=speed>{speeds}</select></p>"
        "<p><label for=families>Families’ names in Zoom<span class=hint>With commas between them; empty: made-up ones."
        "</span></label><input id=families name=families maxlength=400 autocomplete=off></p></div>"
        f"<details><summary>What happens in each</summary><ul>{says}</ul></details>"
    )
