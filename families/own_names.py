"""Whether what somebody signs with may be their name: tolerant, because staff may hold it misspelt or from before a
marriage; for asking once more, never for refusing."""

import unicodedata
from difflib import SequenceMatcher

from families.models import Guardian

# How alike two words are that may be one name: "Siobhan" and "Siobhán", "Macdonald" and "McDonald".
_ALIKE = 0.8
_SHORTEST = 2


def resembles(typed: str, guardian: Guardian) -> bool:
    """Whether any word of it is like a word of the name that we hold."""
    held = _words(guardian.full_name)
    return not held or any(_alike(word, other) for word in _words(typed) for other in held)


def _words(name: str) -> list[str]:
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(sign))
    words = "".join(sign if sign.isalnum() else " " for sign in bare.replace("'", "").replace("’", "")).split()
    return [word for word in words if len(word) >= _SHORTEST]


def _alike(word: str, other: str) -> bool:
    return SequenceMatcher(None, word, other).ratio() >= _ALIKE
