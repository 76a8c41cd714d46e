"""The pages for people: all meetings with their settings, and what opens behind join and start links."""

import html
import re
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from demo.zoom.dispatch import Dispatcher
from demo.zoom.meetings import encrypted_passcode, join_url
from demo.zoom.running import Room
from demo.zoom.store import Json

HTML: Final = "text/html; charset=utf-8"
POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
LONDON: Final = ZoneInfo("Europe/London")
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

_STYLE: Final = """
:root { color-scheme: light dark; --ink: #1c2530; --paper: #f6f7f9; --card: #fff; --line: #d5dbe3;
  --quiet: #556270; --accent: #0b5cad; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8edf3; --paper: #14181d; --card: #1d232a;
  --line: #39434f; --quiet: #a9b5c2; --accent: #8cc2ff; } }
* { box-sizing: border-box; }
body { margin: 0; padding: 1rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif; }
main, header { max-width: 46rem; margin: 0 auto 1rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .25rem; }
h2 { font-size: 1.15rem; margin: 0 0 .5rem; overflow-wrap: anywhere; }
p { margin: 0 0 .75rem; }
a { color: var(--accent); }
a:focus-visible, summary:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.quiet { color: var(--quiet); }
article, .message { background: var(--card); border: 1px solid var(--line); border-radius: .75rem;
  padding: 1rem; margin: 0 0 1rem; }
table { width: 100%; border-collapse: collapse; }
th, td { text-align: left; vertical-align: top; padding: .3rem .75rem .3rem 0;
  border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
th { font-weight: 400; color: var(--quiet); width: 45%; }
summary { cursor: pointer; padding: .4rem 0; color: var(--accent); }
code { font-size: 1.05em; }
"""


def show(dispatcher: Dispatcher, path: str, query: dict[str, str], now: datetime) -> tuple[int, str]:
    """The status and text of a page."""
    if path == "/":
        return 200, list_page(dispatcher)
    link = re.fullmatch(r"/([js])/(\d+)", path)
    if not link:
        return 404, message_page("Nothing here", "This stand-in for Zoom has no such page.")
    with dispatcher.store.lock:
        meeting = dispatcher.store.meetings.get(int(link[2]))
        if meeting is None or meeting["gone"]:
            return 404, message_page("This meeting ID is not valid", "The meeting does not exist any more.")
        if link[1] == "s":
            return _started(dispatcher, meeting, query, now)
        return _at_the_door(meeting, query)


def list_page(dispatcher: Dispatcher) -> str:
    """All meetings, the next one first, each with its settings."""
    with dispatcher.store.lock:
        meetings = [meeting for meeting in dispatcher.store.meetings.values() if not meeting["gone"]]
        cards = [_card(meeting) for meeting in sorted(meetings, key=lambda m: (m["start_time"], m["id"]))]
    count = "one meeting" if len(cards) == 1 else f"{len(cards)} meetings"
    empty = "<p class=message>No meetings yet. Confirm a session in the portal and it will be here.</p>"
    intro = (
        "<header><h1>Zoom (simulated)</h1>"
        f"<p>This stands in for the charity's Zoom account. It holds {count if cards else 'no meetings'}. "
        "Times are UK time.</p></header>"
    )
    return _document("Zoom (simulated)", f"{intro}<main>{''.join(cards) or empty}</main>")


def message_page(title: str, text: str) -> str:
    """A page with one message."""
    return _document(title, f"<main><div class=message><h1>{_e(title)}</h1><p>{_e(text)}</p></div></main>")


def _started(dispatcher: Dispatcher, meeting: Json, query: dict[str, str], now: datetime) -> tuple[int, str]:
    if not query.get("zak"):
        return 403, message_page("Please sign in to Zoom", "Only the host can start this meeting.")
    Room(dispatcher.store, meeting, now).start()
    dispatcher.store.save()
    return 200, message_page("You have started the meeting", f"{meeting['topic']} is running now. (Simulated.)")


def _at_the_door(meeting: Json, query: dict[str, str]) -> tuple[int, str]:
    if meeting["password"] and query.get("pwd") != encrypted_passcode(meeting):
        return 403, message_page("The passcode is wrong", "Please use the newest link, or type the passcode.")
    if meeting["settings"].get("waiting_room"):
        text = "You are in the waiting room. The host will let you in soon. (Simulated.)"
    else:
        text = "You are in the meeting. (Simulated.)"
    return 200, message_page(meeting["topic"], text)


def _card(meeting: Json) -> str:
    facts = {
        "When": _when(meeting["start_time"], meeting["duration"]),
        "State": _STATUS[meeting["status"]],
        "Host": meeting["host_email"],
        "Meeting ID": _spaced(meeting["id"]),
        "Passcode": meeting["password"] or "none",
    }
    kept = meeting["settings"]
    policy = {words: _plain(key, kept[key]) for key, words in WORDS.items() if key in kept}
    others = {key: _plain(key, kept[key]) for key in sorted(kept) if key not in WORDS}
    base = join_url("", meeting)
    return (
        f"<article><h2>{_e(meeting['topic'])}</h2>{_table(facts)}"
        f"<details open><summary>Settings that the policy names</summary>{_table(policy)}</details>"
        f"<details><summary>All other settings</summary>{_table(others)}"
        f"<p class=quiet>{_e(meeting['agenda'])}</p></details>"
        f'<p><a href="{_e(base)}">Join link</a></p></article>'
    )


def _when(start: str, minutes: int) -> str:
    moment = datetime.fromisoformat(start)
    begins, ends = (each.astimezone(LONDON) for each in (moment, moment + timedelta(minutes=minutes)))
    return f"{begins:%A} {begins.day} {begins:%B %Y}, {_clock(begins)} to {_clock(ends)}"


def _clock(moment: datetime) -> str:
    return f"{moment.hour % 12 or 12}:{moment:%M}{'am' if moment.hour < 12 else 'pm'}"


def _plain(key: str, value: object) -> str:
    if key == "approval_type" and isinstance(value, int):
        return _REGISTRATION.get(value, str(value))
    if isinstance(value, bool):
        return "on" if value else "off"
    if value == "none":
        return "off"
    return str(value).replace(";", ", ") or "nobody"


def _spaced(number: int) -> str:
    digits = str(number)
    return f"{digits[:3]} {digits[3:-4]} {digits[-4:]}"


def _table(rows: dict[str, str]) -> str:
    cells = "".join(f"<tr><th scope=row>{_e(name)}</th><td>{_e(value)}</td></tr>" for name, value in rows.items())
    return f"<table>{cells}</table>"


def _document(title: str, body: str) -> str:
    return (
        '<!DOCTYPE html><html lang="en-GB"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{_e(title)}</title><style>{_STYLE}</style></head><body>{body}</body></html>"
    )


def _e(text: object) -> str:
    return html.escape(str(text))
