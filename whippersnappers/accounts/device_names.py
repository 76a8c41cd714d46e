"""What a browser calls itself, in a parent's words: `Safari on an iPhone`."""

import re

# The first that fits; many browsers also carry the names of others.
_BROWSERS = [
    ("Edge", r"Edg(?:e|A|iOS)?/"),
    ("Samsung Internet", r"SamsungBrowser/"),
    ("Opera", r"OPR/|Opera"),
    ("Firefox", r"Firefox/|FxiOS/"),
    ("Chrome", r"Chrome/|CriOS/|Chromium/"),
    ("Safari", r"Safari/"),
]
_MACHINES = [
    ("an iPhone", r"iPhone|iPod"),
    ("an iPad", r"iPad"),
    ("an Amazon tablet", r"\bKF[A-Z]{2,}\b|Silk/"),
    ("an Android phone", r"Android.*Mobile"),
    ("an Android tablet", r"Android"),
    ("a Chromebook", r"\bCrOS\b"),
    ("a Windows computer", r"Windows"),
    ("a Mac or iPad", r"Macintosh"),
    ("a Linux computer", r"Linux|X11"),
]
_KINDS = {
    "phone": ("iPhone", "phone"),
    "tablet": (" an iPad", "tablet"),
    "computer": ("computer", "Chromebook", "Mac or iPad"),
}
# Longer ones are not a browser's.
_LONGEST = 1000


def device_name(user_agent: str) -> str:
    """`Chrome on an Android phone`; `A browser on a device we do not know` when nothing is recognised.

    Only our own words come out, whatever is sent.
    """
    sent = user_agent[:_LONGEST]
    browser = _first(_BROWSERS, sent) or "A browser"
    return f"{browser} on {_first(_MACHINES, sent) or 'a device we do not know'}"


def device_kind(name: str) -> str:
    """Of a name that `device_name` gave: `phone`, `tablet`, `computer`, or empty for one that we do not know."""
    return next((kind for kind, words in _KINDS.items() if name.endswith(words)), "")


def _first(known: list[tuple[str, str]], sent: str) -> str:
    return next((words for words, pattern in known if re.search(pattern, sent)), "")
