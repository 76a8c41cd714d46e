"""One sentence a line: what easy read makes of a page that is written in short sentences anyway."""

import re

NEXT = '<span class="next"> </span>'
_INLINE = r"(?:a|abbr|b|bdi|em|i|span|strong)\b"
# A full stop after these does not end a sentence.
_SHORTENED = "".join(rf"(?<!\b{short})" for short in ("Mr", "Mrs", "Ms", "Dr", "St", r"e\.g", r"i\.e"))
_PIECE = re.compile(
    # What people type or press is left as it is, and so is what is not text at all.
    r"<(?P<left>button|label|option|pre|script|select|style|svg|textarea|title)\b.*?</(?P=left)\s*>"
    # Between two sentences: after the end of one, before what begins another, tags within the line or not.
    rf"|(?P<end>{_SHORTENED}[.!?…][”’\"')\]]*(?:</{_INLINE}\s*>)*)\s+(?=(?:<{_INLINE}[^>]*>)*[“‘\"'(\[]?[A-Z0-9])"
    # A number before a heading or an item is no sentence, and stays beside its words.
    r"|<(?:h[1-6]|li|p|div|td)\b[^<>]*>\s*\d{1,2}\.(?=\s)"
    # Any other tag, so that nobody looks into its attributes.
    r"|<[^<>]*>",
    re.DOTALL,
)


def one_sentence_a_line(html: str, mark: str = NEXT) -> str:
    """The same HTML with `mark` between the sentences of each paragraph; the words are never changed.

    A sentence ends at . ! ? or …, perhaps with a quotation mark, before a blank and a capital letter.
    """
    return _PIECE.sub(lambda found: found["end"] + mark if found["end"] else found[0], html)
