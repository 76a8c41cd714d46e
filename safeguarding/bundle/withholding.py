"""Leaving third parties out: names and passages are replaced in the text itself, before anything is drawn from it."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from families.models import Child, Guardian
from safeguarding.models import Concern, ConcernPerson
from safeguarding.vocabulary import PersonRole
from whippersnappers.accounts.models import User

NAME = "[name withheld]"
_OF_STAFF = "Somebody of staff"
PASSAGE = "[withheld]"
# In what roles people are what the bundle is about.
_WHOM_IT_IS_ABOUT = {PersonRole.AFFECTED, PersonRole.SUBJECT}
_WORD = re.compile(r"[^\W\d_]+(?:[’'\-][^\W\d_]+)*")
_APOSTROPHES = "’'ʼ‘`"
_DASHES = "-\u2010\u2011\u2012\u2013"
# What begins with a capital where somebody is described, and names nobody when it stands alone.
_DESCRIBING = """
    mr mrs ms miss mx dr sir the an his her their my our your he she they it this that some somebody someone unknown
    nobody not one and with from man woman boy girl child mother father mum dad parent carer brother sister uncle aunt
    auntie grandma grandpa grandmother grandfather nan neighbour friend driver teacher nurse doctor social worker
"""
_NO_NAMES = frozenset(_DESCRIBING.split())
# Signs without a width, which could stand unseen inside a name.
_UNSEEN = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))


@dataclass(frozen=True)
class Name:
    """Somebody whose name can be left out. `words` are the ways in which it is written; `wanted` whether ticked."""

    key: str
    label: str
    why: str
    words: tuple[str, ...]
    wanted: bool = False


def plain(text: str) -> str:
    """The text in one way of writing, without unseen signs: so that the same name is the same letters."""
    return unicodedata.normalize("NFC", text).translate(_UNSEEN).replace("\t", " ")


def names_in(concern: Concern, text: str) -> list[Name]:
    """Whose names stand in a text: people of the record, whoever wrote, and anybody else we know by such a name."""
    persons = list(concern.people.all())
    # Where nobody is said to have been harmed, a child in the record is whom it is about.
    is_said = any(person.role == PersonRole.AFFECTED for person in persons)
    people = [_of_person(person, is_said=is_said) for person in persons]
    staff = [_of_user(user) for user in _who_wrote(concern)]
    known = list({name.label: name for name in (*_on_paper(concern), *staff, *people)}.values())
    named = [name for name in known if _pattern(name.words).search(plain(text))]
    return [*named, *_known_otherwise(text, {word.casefold() for name in known for word in name.words})]


def withhold(text: str, names: Iterable[Name], passages: Iterable[str], *, keep: Iterable[Name] = ()) -> str:
    """The text without the passages and names. A word that somebody in `keep` is called by too stays when alone."""
    text = plain(text)
    for passage in sorted(passages, key=len, reverse=True):
        text = re.sub(_flexible(plain(passage)), PASSAGE, text, flags=re.IGNORECASE)
    stays = {word.casefold() for name in keep for word in name.words}
    words = {word for name in names for word in name.words if word.casefold() not in stays}
    return _pattern(words).sub(NAME, text) if words else text


def not_there(passages: Iterable[str], text: str) -> list[str]:
    """The passages that do not stand in the text: leaving them out would leave out nothing."""
    return [p for p in passages if not re.search(_flexible(plain(p)), plain(text), re.IGNORECASE)]


def _of_person(person: ConcernPerson, *, is_said: bool) -> Name:
    role = person.get_role_display()
    wanted = person.role not in _WHOM_IT_IS_ABOUT
    if person.child:
        child, wanted = person.child, wanted and is_said
        written = {child.known_as, child.first_name, child.last_name}
        full = {f"{first} {child.last_name}" for first in (child.known_as, child.first_name)}
        return Name(f"person:{person.pk}", str(child), role, _ways(written | full), wanted)
    if person.user:
        return Name(f"user:{person.user_id}", str(person.user), role, _ways_of(str(person.user)), wanted)
    return Name(f"person:{person.pk}", person.words, role, _ways_in(person.words), wanted)


def _on_paper(concern: Concern) -> list[Name]:
    """Who reported it on paper; who typed it in wrote something here."""
    told = concern.told_by if concern.source == Concern.Source.PAPER else ""
    return [Name("paper", told, "Reported it on paper", _ways_in(told), True)] if told else []


def _ways_in(words: str) -> tuple[str, ...]:
    """The ways in which somebody is named who is there in words alone."""
    capitals = (word for word in _WORD.findall(words) if word[0].isupper() and word.casefold() not in _NO_NAMES)
    return _ways({words, *capitals})


def _of_user(user: User) -> Name:
    """Staff stand by what they wrote; a parent who told us may not want to be known for it."""
    return Name(f"user:{user.pk}", str(user), "Wrote something here", _ways_of(str(user)), not user.is_staff)


def _who_wrote(concern: Concern) -> list[User]:
    rows = [concern.reporter, *(entry.author for entry in concern.chronology.all())]
    rows += [action.owner for action in concern.actions.all()]
    return list({user.pk: user for user in rows if user}.values())


def _known_otherwise(text: str, covered: set[str]) -> list[Name]:
    """Words of the text by which we know a child, a parent or a member of staff."""
    found = {word for word in _WORD.findall(plain(text)) if word[0].isupper() and word.casefold() not in covered}
    words = {form for word in found for form in (word, word.title(), word.removesuffix("’s").removesuffix("'s"))}
    children = Child.objects.filter(Q(known_as__in=words) | Q(first_name__in=words) | Q(last_name__in=words))
    parents = Guardian.objects.filter(Q(first_name__in=words) | Q(last_name__in=words))
    called = {
        "A child we know": children.values_list("known_as", "first_name", "last_name"),
        "A parent or carer we know": parents.values_list("first_name", "last_name"),
        _OF_STAFF: [name.split() for name in User.objects.staff().values_list("name", flat=True)],
    }
    names: dict[str, Name] = {}
    for who, rows in called.items():
        for word in sorted({word for row in rows for word in row} & words):
            if word.casefold() not in covered:
                names.setdefault(
                    word, Name(f"word:{word}", word, f"{who} is called so", _ways({word}), who != _OF_STAFF)
                )
    return list(names.values())


def _ways_of(name: str) -> tuple[str, ...]:
    return _ways({name, *_WORD.findall(name)})


def _ways(written: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({word.strip() for word in written if len(word.strip()) > 1}))


def _pattern(words: Iterable[str]) -> re.Pattern[str]:
    """Any of the words, whole, the longest first."""
    longest_first = sorted(words, key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(_flexible(plain(w)) for w in longest_first)})(?!\w)", re.IGNORECASE)


def _flexible(words: str) -> str:
    """The words with any blanks, dashes and apostrophes for theirs."""
    pieces = []
    for char in re.sub(r"\s+", " ", words.strip()):
        if char == " ":
            pieces.append(r"\s+")
        elif char in _APOSTROPHES:
            pieces.append(f"[{re.escape(_APOSTROPHES)}]")
        elif char in _DASHES:
            pieces.append(f"[{re.escape(_DASHES)}]")
        else:
            pieces.append(re.escape(char))
    return "".join(pieces)
