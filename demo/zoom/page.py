"""The pages for people: all meetings with their settings, the page of each, and what join and start links open."""

import re
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from demo.zoom import forms, meeting_page
from demo.zoom.dispatch import Dispatcher, Reply
from demo.zoom.look import FILES, HTML, document, e, file, message_page, spaced, table, when
from demo.zoom.meetings import encrypted_passcode, join_url
from demo.zoom.recorder import NotPossible
from demo.zoom.running import HOST, Room
from demo.zoom.store import Json

# The settings that the charity's policy speaks about come first, with words; all others follow by name.
WORDS: Final = {
    "waiting_room": "Waiting room",
    "join_before_host": "People may come in before the host",
    "participant_video": "Families come in with the camera on",
    "mute_upon_entry": "Families come in muted",
    "auto_recording": "Records by itself",
    "focus_mode": "Focus mode (families see only the hosts)",
    "use_pmi": "Uses a personal meeting ID",
    "meeting_authentication": "Only for people signed in to Zoom",
    "approval_type": "Registration",
    "alternative_hosts": "Other hosts",
    "auto_start_meeting_summary": "Makes a summary by itself",
    "auto_start_ai_companion_questions": "AI companion starts by itself",
    "registrants_confirmation_email": "Zoom mails a confirmation to people who register",
    "registrants_email_notification": "Zoom mails changes to people who register",
    "alternative_hosts_email_notification": "Zoom mails the other hosts",
}
_REGISTRATION: Final = {0: "approved by itself", 1: "approved by hand", 2: "not needed"}
_STATUS: Final = {"waiting": "Planned", "started": "Running now"}


Fields = Mapping[str, str]


def reply(dispatcher: Dispatcher, path: str, query: Fields, form: Fields | None, now: datetime) -> Reply:
    """The answer to a request for a page; `form` is what was sent by a press, None when there was none."""
    if path in FILES:
        return Reply(200, file(path), FILES[path])
    if path == "/":
        return Reply(200, list_page(dispatcher), HTML)
    link = re.fullmatch(r"/(j|s|meetings)/(\d{1,20})/?", path)
    if not link:
        return Reply(404, message_page("Nothing here", "This stand-in for Zoom has no such page."), HTML)
    with dispatcher.store.lock:
        meeting = dispatcher.store.meetings.get(int(link[2]))
        if meeting is None or meeting["gone"]:
            text = "The meeting does not exist any more."
            return Reply(404, message_page("This meeting ID is not valid", text), HTML)
        return {"j": _join, "s": _start, "meetings": _meeting}[link[1]](dispatcher, meeting, query, form, now)


def _meeting(dispatcher: Dispatcher, meeting: Json, query: Fields, form: Fields | None, now: datetime) -> Reply:
    """The page of a meeting, and every press on it."""
    me = query.get("me", "")
    if form is None:
        return Reply(200, meeting_page.show(dispatcher, meeting, me=me), HTML)
    try:
        forms.press(dispatcher, meeting, form, now)
    except NotPossible as error:
        page = meeting_page.show(dispatcher, meeting, me=me, said=str(error), typed=form.get("name", ""))
        return Reply(409, page, HTML)
    return _to(meeting, me)


def _start(dispatcher: Dispatcher, meeting: Json, query: Fields, form: Fields | None, now: datetime) -> Reply:
    """The start link: whoever opens it is the host."""
    if not query.get("zak"):
        text = "Only the host can start this meeting."
        return Reply(403, message_page("Please sign in to Zoom", text), HTML)
    Room(dispatcher.store, meeting, now).start()
    dispatcher.store.save()
    return _to(meeting, HOST)


def _join(dispatcher: Dispatcher, meeting: Json, query: Fields, form: Fields | None, now: datetime) -> Reply:
    """The join link: under which name, and then to the meeting's page as that person."""
    if meeting["password"] and query.get("pwd") != encrypted_passcode(meeting):
        text = "Please use the newest link."
        return Reply(403, message_page("The passcode is wrong", text), HTML)
    if form is None:
        return Reply(200, _door(meeting, query.get("uname", ""), ""), HTML)
    try:
        me = forms.arrive(dispatcher, meeting, form, now)
    except NotPossible as error:
        return Reply(409, _door(meeting, form.get("name", ""), str(error)), HTML)
    return _to(meeting, me)


def _to(meeting: Json, me: str) -> Reply:
    """On to the page of the meeting, so that loading it anew presses nothing again."""
    where = f"/meetings/{meeting['id']}/" + (f"?me={me}" if re.fullmatch(r"[\w-]{1,40}", me) else "")
    return Reply(303, headers={"Location": where})


def _door(meeting: Json, name: str, said: str) -> str:
    text = "The host will let you in." if meeting["settings"].get("waiting_room") else "You come in at once."
    waiting = "You will be in the waiting room first. " if meeting["settings"].get("waiting_room") else ""
    problem = f"<p class='message alert' role=alert>{e(said)}</p>" if said else ""
    return document(
        f"Join · {meeting['topic']}",
        f"<main><div class=message><h1>{e(meeting['topic'])}</h1><p>{waiting}{text} (Simulated.)</p>{problem}"
        f"<form method=post>{meeting_page.join_fields(meeting, name)}"
        f"{meeting_page.buttons([('arrive', 'Join')], main='arrive')}</form></div></main>",
    )


def list_page(dispatcher: Dispatcher) -> str:
    """All meetings, those that run and then the next one first, each with its settings."""
    with dispatcher.store.lock:
        meetings = [meeting for meeting in dispatcher.store.meetings.values() if not meeting["gone"]]
        cards = [_card(meeting) for meeting in sorted(meetings, key=_running_first)]
    count = "one meeting" if len(cards) == 1 else f"{len(cards)} meetings"
    empty = "<p class=message>No meetings yet. Confirm a session in the portal and it will be here.</p>"
    intro = (
        "<header><h1>Zoom (simulated)</h1>"
        f"<p>This stands in for the charity's Zoom account. It holds {count if cards else 'no meetings'}. "
        "Times are UK time.</p></header>"
    )
    return document("Zoom (simulated)", f"{intro}<main>{''.join(cards) or empty}</main>")


def _state(meeting: Json) -> str:
    places = Counter(person["where"] for person in meeting.get("people", []))
    if meeting["status"] == "started":
        return f"{_STATUS['started']}: {places['meeting']} in, {places['waiting']} waiting"
    return _STATUS[meeting["status"]] + (f", {places['door']} outside" if places["door"] else "")


def _running_first(meeting: Json) -> tuple[bool, str, int]:
    return meeting["status"] != "started", meeting["start_time"], meeting["id"]


def _card(meeting: Json) -> str:
    facts = {
        "When": when(meeting["start_time"], meeting["duration"]),
        "State": _state(meeting),
        "Host": meeting["host_email"],
        "Meeting ID": spaced(meeting["id"]),
        "Passcode": meeting["password"] or "none",
    }
    kept = meeting["settings"]
    policy = {words: _plain(key, kept[key]) for key, words in WORDS.items() if key in kept}
    others = {key: _plain(key, kept[key]) for key in sorted(kept) if key not in WORDS}
    base = join_url("", meeting)
    return (
        f"<article><h2>{e(meeting['topic'])}</h2>{table(facts)}"
        f'<p class=go><a href="/meetings/{meeting["id"]}/">Open the meeting</a></p>'
        f"<details open><summary>Settings that the policy names</summary>{table(policy)}</details>"
        f"<details><summary>All other settings</summary>{table(others)}"
        f"<p class=quiet>{e(meeting['agenda'])}</p></details>"
        f'<p><a href="{e(base)}">Join link</a></p></article>'
    )


def _plain(key: str, value: object) -> str:
    if key == "approval_type" and isinstance(value, int):
        return _REGISTRATION.get(value, str(value))
    if isinstance(value, bool):
        return "on" if value else "off"
    if value == "none":
        return "off"
    return str(value).replace(";", ", ") or "nobody"
