"""The parts of a meeting's page about webhooks: the switches for trouble, and what was sent."""

from typing import Final

from demo.zoom.look import e, to_the_second
from demo.zoom.outbox import TROUBLE, Outbox
from demo.zoom.store import Json

FASTER: Final = 60
_SHOWN: Final = 40


def webhooks_part(outbox: Outbox, here: str) -> str:
    """The address, the switches, and what waits."""
    switches = "".join(_switch("trouble", kind, words, kind in outbox.trouble) for kind, words in TROUBLE.items())
    hurry = _switch("hurry", "", f"Retries {FASTER} times faster", outbox.hurry > 1)
    waiting = outbox.waiting()
    waits = "Nothing waits." if not waiting else f"{waiting} wait{'s' if waiting == 1 else ''} to be sent."
    return (
        f"<section id=webhooks data-part><h2>Webhooks</h2><p>{_address(outbox)}</p>"
        f'<form method=post action="{e(here)}"><p id=trouble-words><b>Trouble</b> for what happens from now on:</p>'
        f"<div class=buttons role=group aria-labelledby=trouble-words>{switches}</div>"
        f"<p><br>{waits} What is not answered well comes again after 5, 25 and 85 minutes.</p>"
        f"<div class=buttons>{hurry}<button id=press-send_now name=press value=send_now>Send what waits now</button>"
        "<button id=press-validate name=press value=validate>Validate the address</button></div></form></section>"
    )


def log_part(outbox: Outbox, number: int) -> str:
    """What was sent about one meeting, the latest first."""
    rows = [entry for entry in reversed(outbox.noted()) if entry["meeting"] == number][:_SHOWN]
    lines = "".join(_line(entry) for entry in rows)
    content = f"<ol class=log>{lines}</ol>" if rows else "<p class=quiet>Nothing yet.</p>"
    return f"<section id=log data-part class=all><h2>What was sent</h2>{content}</section>"


def _switch(step: str, kind: str, words: str, on: bool) -> str:
    press = f"{step} {kind}".strip()
    pressed = "true" if on else "false"
    return (
        f'<button id="press-{press.replace(" ", "-")}" name=press value="{press}" aria-pressed={pressed}>'
        f"{'✓ ' if on else ''}{e(words)}</button>"
    )


def _address(outbox: Outbox) -> str:
    if not outbox.address:
        return "No address is set: nobody is told."
    if not outbox.validation:
        return f"They go to <code>{e(outbox.address)}</code>, not validated yet."
    at, problem = to_the_second(outbox.validation["at"]), outbox.validation["problem"]
    answered = f"<span class=bad>not valid: {e(problem)}</span>" if problem else "<span class=good>valid</span>"
    return f"They go to <code>{e(outbox.address)}</code>: {answered} at {at}."


def _line(entry: Json) -> str:
    look = "good" if entry["good"] else "bad"
    tries = f" · try {entry['try']}" if entry["try"] > 1 else ""
    about = f" · {e(entry['about'])}" if entry["about"] else ""
    spoilt = f" · {e(TROUBLE[entry['spoilt']].lower())}" if entry["spoilt"] else ""
    again = f" · again at {to_the_second(entry['next_at'])}" if entry["next_at"] else ""
    return (
        f"<li><time>{to_the_second(entry['at'])}</time> <b>{e(entry['event'])}</b>{about}{tries}{spoilt} · "
        f"<span class={look}>{e(_words(entry))}</span>{again}</li>"
    )


def _words(entry: Json) -> str:
    answer = entry["answer"]
    if not answer.isdecimal():
        return str(answer)
    return f"taken ({answer})" if entry["good"] else f"refused ({answer})"
