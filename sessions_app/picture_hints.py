"""Which picture suits a step, by what it is called. Pure."""

import re

from sessions_app.picture_library import PICTURES, Picture


def suggest(title: str) -> str:
    """The key of the picture that the title speaks of first; empty when it speaks of none.

    "Hello song" is a hello. At the same place the longer name counts ("hand drum", not "hand"), then a picture's own.
    """
    text = " ".join(re.findall(r"[\w’'-]+", title.casefold()))
    found = [place for picture in PICTURES.values() for place in _places(picture, text)]
    return min(found)[-1] if found else ""


def _places(picture: Picture, text: str) -> list[tuple[int, int, bool, int, str]]:
    """Where the picture's words stand in the text: what stands first, or is longer there, is least."""
    own = picture.word.casefold()
    names = {own, *picture.finds.split()}
    matches = ((name, re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text)) for name in names)
    order = list(PICTURES).index(picture.key)
    return [(match.start(), -len(name), name != own, order, picture.key) for name, match in matches if match]
