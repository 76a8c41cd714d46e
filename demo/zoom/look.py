"""What all pages of the simulator have: the frame, the style, escaping, dates as people read them."""

import html
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

HTML: Final = "text/html; charset=utf-8"
POLICY: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
FILES: Final = {
    "/static/simulator.css": "text/css; charset=utf-8",
    "/static/simulator.js": "text/javascript; charset=utf-8",
}
_LONDON: Final = ZoneInfo("Europe/London")
_HERE: Final = Path(__file__).parent
# Where scripts do not run, the page of a meeting loads itself anew.
_LIVE: Final = (
    '<script src="/static/simulator.js" defer></script><noscript><meta http-equiv="refresh" content="10"></noscript>'
)


def document(title: str, body: str, *, live: bool = False) -> str:
    """A whole page; `live` ones stay as the server has them."""
    return (
        '<!DOCTYPE html><html lang="en-GB"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{e(title)}</title><link rel="stylesheet" href="/static/simulator.css">{_LIVE if live else ""}</head>'
        f"<body>{body}</body></html>"
    )


def message_page(title: str, text: str) -> str:
    """A page with one message."""
    return document(title, f"<main><div class=message><h1>{e(title)}</h1><p>{e(text)}</p></div></main>")


def file(path: str) -> str:
    """The text of one of FILES."""
    return (_HERE / path.lstrip("/")).read_text()


def table(rows: dict[str, str]) -> str:
    """Facts with their names."""
    cells = "".join(f"<tr><th scope=row>{e(name)}</th><td>{e(value)}</td></tr>" for name, value in rows.items())
    return f"<table>{cells}</table>"


def when(start: str, minutes: int) -> str:
    """Day and times of a planned meeting, in London."""
    moment = datetime.fromisoformat(start)
    begins, ends = (each.astimezone(_LONDON) for each in (moment, moment + timedelta(minutes=minutes)))
    return f"{begins:%A} {begins.day} {begins:%B %Y}, {_clock(begins)} to {_clock(ends)}"


def clock(at: str) -> str:
    """A time of day, in London."""
    return _clock(datetime.fromisoformat(at).astimezone(_LONDON))


def to_the_second(at: str) -> str:
    """A time of day with seconds, in London."""
    return f"{datetime.fromisoformat(at).astimezone(_LONDON):%H:%M:%S}"


def spaced(number: int) -> str:
    """A Meeting ID as Zoom shows it."""
    digits = str(number)
    return f"{digits[:3]} {digits[3:-4]} {digits[-4:]}"


def e(text: object) -> str:
    """Text that is safe in HTML."""
    return html.escape(str(text))


def _clock(moment: datetime) -> str:
    return f"{moment.hour % 12 or 12}:{moment:%M}{'am' if moment.hour < 12 else 'pm'}"
