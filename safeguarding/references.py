"""What a concern is called between people: random, so that it tells neither how many there are nor of a gap."""

import re
import secrets

# No letter or digit that is mistaken for another one, read aloud or copied by hand.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_GROUPS, _LENGTH = 2, 4


def new_reference() -> str:
    """`WS-7K4M-2Q9P`: one of 6.5 · 10¹¹."""
    groups = ["".join(secrets.choice(ALPHABET) for _ in range(_LENGTH)) for _ in range(_GROUPS)]
    return "-".join(["WS", *groups])


def spelled(typed: str) -> str:
    """A reference as it is kept, of what somebody typed: with or without dashes, spaces and capital letters."""
    signs = re.sub(r"[^0-9A-Z]", "", typed.upper()).removeprefix("WS")
    return f"WS-{signs[:_LENGTH]}-{signs[_LENGTH:]}" if len(signs) == _GROUPS * _LENGTH else ""
