"""Whether what somebody signs with may be their name; for asking once more, never for refusing.

A first name and a surname have to be in it. Either alone is another person's too: of a namesake, a partner, a sister.
How they are spelled may differ, because staff may hold them misspelt.
"""

import unicodedata
from collections.abc import Iterator
from difflib import SequenceMatcher

from families.models import Guardian

# How alike two words are that may be one name: "Siobhan" and "Siobhán", "Macdonald" and "McDonald".
_ALIKE = 0.8
# From so many letters on, the beginning of a first name is that name: "Rob", "Sam".
_SHORT_FORM = 3
# Words of names that many people share.
_SHARED = frozenset({"al", "bin", "da", "de", "del", "der", "di", "do", "dos", "du", "el", "la", "le", "van", "von"})

# Some words of what was typed, by their places, and the name that they may be.
_Part = tuple[frozenset[int], str]


def resembles(typed: str, guardian: Guardian) -> bool:
    """Whether it has a first name and a surname of those that we hold; the first name may be short, or an initial."""
    words, first, last = _words(typed), _words(guardian.first_name), _words(guardian.last_name)
    if not (first or last) or "".join(words) in ("".join(first + last), "".join(last + first)):
        return True
    parts = list(_parts(words))
    firsts = [places for places, word in parts if not first or any(_is_first(word, held) for held in _names(first))]
    lasts = [places for places, word in parts if not last or any(_is_last(word, held) for held in _names(last))]
    # No word counts for both.
    return any(not one & other for one in firsts for other in lasts)


def _words(name: str) -> list[str]:
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(sign))
    return "".join(sign if sign.isalnum() else " " for sign in bare.replace("'", "").replace("’", "")).split()


def _parts(words: list[str]) -> Iterator[_Part]:
    """Each word, and each two together, as in "Mc Donald"; where nothing is needed, nothing."""
    yield frozenset(), ""
    for place, word in enumerate(words):
        yield frozenset({place}), word
        if place:
            yield frozenset({place - 1, place}), words[place - 1] + word


def _names(held: list[str]) -> list[str]:
    """The words of a name that are not shared with many others, and all of it as one word."""
    return [*(word for word in held if word not in _SHARED), "".join(held)]


def _is_first(word: str, held: str) -> bool:
    short, long = sorted((word, held), key=len)
    is_short_form = len(short) == 1 or len(short) >= _SHORT_FORM
    return bool(short) and ((is_short_form and long.startswith(short)) or _alike(word, held))


def _is_last(word: str, held: str) -> bool:
    return (len(word) > 1 and _alike(word, held)) or (len(held) == 1 and word.startswith(held))


def _alike(word: str, other: str) -> bool:
    return SequenceMatcher(None, word, other).ratio() >= _ALIKE
