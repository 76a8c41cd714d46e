"""What a text asks of the families who will read it: its reading age, and what to shorten (W3, N1). Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from whippersnappers.reading_age import hard_sentences, long_words, readability
from whippersnappers.secret_requests import asks_for_secret

# What families read is held to this age, in years (W3).
OLDEST = 11
# Of an easy text, a sentence is named only when it is this hard by itself.
_FAR_TOO_OLD = 14
# The formula says nothing about a title or the name of a prop: fewer words than this have no age.
_FEWEST_WORDS = 8
_LONG, _VERY_LONG = 3, 4  # syllables
_MOST_NAMED = 5
# Long, but in everybody's mouth: naming them would only hide the words that are hard.
_FAMILIAR = frozenset(
    {"activities", "activity", "another", "anybody", "anything", "everybody", "everyone", "everything"}
) | {"families", "favourite", "goodbye", "instruments", "musical", "together", "tomorrow", "yesterday"}
# Characters. Longer texts are not families' texts; they are looked at so far and no further.
LONGEST = 10_000


@dataclass(frozen=True)
class Piece:
    """Some words of a sentence; `is_long` when it is one long word."""

    text: str
    is_long: bool


@dataclass(frozen=True)
class Advice:
    """What to say beside a text. `age` is None when it is too short for one; `asks` breaks clause N1."""

    age: int | None
    hard: tuple[tuple[Piece, ...], ...] = ()
    long_words: tuple[str, ...] = ()
    asks: str = ""

    @property
    def is_hard(self) -> bool:
        return self.age is not None and self.age > OLDEST

    @property
    def state(self) -> str:
        """`refused`, `hard` or `easy`: what changes when a person must be told something new."""
        return "refused" if self.asks else "hard" if self.is_hard else "easy"


def advise(text: str) -> Advice | None:
    """What to say about a text that families will read; None when it holds no words."""
    text = text[:LONGEST]
    counted = readability(text)
    if not counted.words:
        return None
    age = max(5, round(counted.age)) if counted.words >= _FEWEST_WORDS else None
    is_hard = age is not None and age > OLDEST
    found = long_words(text, _LONG if is_hard else _VERY_LONG)
    words = [word for word in found if word.lower() not in _FAMILIAR]
    sentences = hard_sentences(text, OLDEST if is_hard else _FAR_TOO_OLD)
    worth_naming = [s for s in sentences if readability(s).words >= _FEWEST_WORDS]
    return Advice(
        age=age,
        hard=tuple(_pieces(sentence, words) for sentence in worth_naming[:_MOST_NAMED]),
        long_words=tuple(words[:_MOST_NAMED]),
        asks=asks_for_secret(text),
    )


def advise_on_all(texts: Iterable[str]) -> Advice | None:
    """The same for all the texts of one session together."""
    return advise("\n\n".join(texts))


def _pieces(sentence: str, words: list[str]) -> tuple[Piece, ...]:
    """The sentence cut so that each long word stands alone."""
    lower = {word.lower() for word in words}
    pieces: list[Piece] = []
    for part in sentence.split(" "):
        bare = part.strip(".,;:!?…()\"'“”‘’").lower()
        is_long = bare in lower or any(bit in lower for bit in bare.split("-"))
        if pieces and not is_long and not pieces[-1].is_long:
            pieces[-1] = Piece(f"{pieces[-1].text} {part}", is_long=False)
        else:
            pieces.append(Piece(part, is_long))
    return tuple(pieces)
