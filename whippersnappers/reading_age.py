"""How old a reader must be for a text: the Flesch-Kincaid grade, plus five (W3).

    grade = 0.39 · words per sentence + 11.8 · syllables per word − 15.59

A grade is a school year in the United States, whose pupils are five or six when they begin; so
age = grade + 5. Syllables are counted by vowel groups with the usual corrections, helped by pyphen's
British hyphenation patterns for what those cannot see. Pure, and all offline.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import pyphen

_HYPHENS = pyphen.Pyphen(lang="en_GB", left=2, right=2)
# A full stop after these does not end a sentence.
_SHORTENED = "".join(rf"(?<!\b{short}\.)" for short in ("Mr", "Mrs", "Ms", "Dr", "St", "e\\.g", "i\\.e"))
_SENTENCE_END = re.compile(
    rf"(?<=[.!?…]){_SHORTENED}\s+"
    r"|(?<=[.!?…][\"'”’)\]])\s+|\n\s*\n+|\n\s*(?=[-•*] )|\n(?=[A-Z0-9])",
)
_BULLET = re.compile(r"^[-•*] +")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
# Web and mail addresses and bare numbers are looked at, not read out.
_NOT_READ = re.compile(r"https?://\S+|\S+@\S+\.\w+|\b[\d:.,]+(?:am|pm)?\b")
_VOWELS = re.compile(r"[aeiouyàáâäæèéêëìíîïòóôöøùúûü]+")
# An e that is written but not said: lik(e), lov(e)d, tim(e)s, car(e)-ful. "Table", "wanted" and "houses" say it.
_SILENT_E = re.compile(r"(?<=[aeiouy])([^aeiouy]*[^aeiouyl]|l)e(?:(?<![td]e)d|(?<![cgszx]e)(?<!ch|sh)s)?$")
# Two sounds although the vowels stand together: i|dea, sci|ence, muse|um, vi|olin, go|ing, cre|ate.
_APART = re.compile(
    r"(?<=[^cgst]i)(?<!lli)(?=a(?!ge)|en|et|o|u)|(?<=\bsoci)(?=et)|(?<=\bvi)(?=o)|(?<=\bsci)(?=en)"
    r"|(?<=[aeiouy])(?=ing)|(?<=[^gq]u)(?=a|el)|(?<=de)(?=al?s?\b)|(?<=re)(?=a(?:s?\b|li|ct|ti))|(?<=se)(?=um)"
    r"|(?<=[vdn]e)(?=o(?:n|s)?\b)|(?<=\bpo)(?=e)|(?<=[aeiouy])(?=[ëïö])"
)
_SAID_OTHERWISE = {
    "business": 2,
    "create": 2,
    "created": 3,
    "different": 2,
    "every": 2,
    "evening": 2,
    "family": 3,
    "favourite": 2,
    "friend": 1,
    "friends": 1,
    "hour": 1,
    "hours": 1,
    "immediately": 5,
    "interest": 2,
    "people": 2,
    "quiet": 2,
    "rhythm": 2,
    "safety": 2,
    "theatre": 3,
    "usually": 4,
}
_CONTRACTED = re.compile(r"(?<=[dst])n't$")


@dataclass(frozen=True)
class Readability:
    """The counts behind a reading age, so that a writer can see what makes a text hard."""

    words: int
    sentences: int
    syllables: int

    @property
    def grade(self) -> float:
        """The Flesch-Kincaid grade; 0 for a text without words."""
        if not self.words:
            return 0.0
        return 0.39 * self.words / self.sentences + 11.8 * self.syllables / self.words - 15.59

    @property
    def age(self) -> float:
        """The reading age in years."""
        return self.grade + 5


def readability(text: str) -> Readability:
    """Count a text: paragraphs and list items end a sentence, as full stops do."""
    counted = [words for sentence in sentences(text) if (words := _words(sentence))]
    return Readability(
        words=sum(len(words) for words in counted),
        sentences=len(counted),
        syllables=sum(syllables(word) for words in counted for word in words),
    )


def reading_age(text: str) -> float:
    """The reading age of a text in years; 5 or less for the easiest."""
    return readability(text).age


def hard_sentences(text: str, oldest: float) -> list[str]:
    """The sentences that ask for a reader older than `oldest` years, hardest first."""
    aged = [(reading_age(sentence), sentence) for sentence in sentences(text) if _words(sentence)]
    return [sentence for age, sentence in sorted(aged, reverse=True) if age > oldest]


def long_words(text: str, sounds: int) -> list[str]:
    """The words with at least that many syllables, each once, in their order; names inside a sentence left out."""
    found: dict[str, str] = {}
    for sentence in sentences(text):
        for number, word in enumerate(_words(sentence)):
            is_name = number > 0 and word[0].isupper()
            if not is_name and syllables(word) >= sounds:
                found.setdefault(word.lower(), word)
    return list(found.values())


def sentences(text: str) -> list[str]:
    """The sentences of a text, stripped, empty ones left out."""
    parts = (" ".join(part.split()) for part in _SENTENCE_END.split(text))
    return [_BULLET.sub("", part) for part in parts if part]


def _words(sentence: str) -> list[str]:
    return _WORD.findall(_NOT_READ.sub(" ", sentence))


@lru_cache(maxsize=20_000)
def syllables(word: str) -> int:
    """How many syllables a word has, at least one: `drum` 1, `music` 2, `together` 3."""
    lower = word.lower().replace("’", "'").removesuffix("'s")
    if lower in _SAID_OTHERWISE:
        return _SAID_OTHERWISE[lower]
    stem = _CONTRACTED.sub("ent", lower).replace("'", "")
    # By pieces, because an e is silent at the end of one too: some-thing, safe-guard, care-ful-ly.
    cuts = {int(at) for at in _HYPHENS.positions(stem)} | {match.start() for match in _APART.finditer(stem)}
    edges = [0, *sorted(cuts), len(stem)]
    return max(1, sum(_sounds(stem[start:end], before=stem[end : end + 1]) for start, end in pairwise(edges)))


def _sounds(piece: str, before: str) -> int:
    """How many vowel sounds a piece has; an e at its end is said when a vowel comes after it."""
    said = piece if _VOWELS.match(before) else _SILENT_E.sub(r"\1", piece)
    return len(_VOWELS.findall(said))
