"""Finding the children that a list of names means, spelled as people spell them."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.db.models import Q, QuerySet, SmallIntegerField, Value
from django.db.models.functions import Concat

from families.models import Child
from whippersnappers.finding.words import Searchable, as_searched, best_first, narrowed, words

MOST_NAMES = 100
# Whoever has more namesakes than that is found by typing the name.
MOST_MEANT = 6
_AT_ONCE = 25  # names asked about in one query
# A child is called by either first name, and people write the first name first or last.
_CALLED = {
    f"called_{number}": Searchable(Concat(one, Value(" "), other))
    for number, (one, other) in enumerate(
        pair for name in ("known_as", "first_name") for pair in ((name, "last_name"), ("last_name", name))
    )
}


@dataclass(frozen=True)
class Meant:
    """One line of the list: what was typed, and the child or the children that it may mean."""

    typed: str
    children: list[Child]
    # Whether the name is written just so; otherwise it is only spelled nearly like it.
    is_exact: bool


@dataclass(frozen=True)
class Named:
    """What became of a list of names, each part in the list's order."""

    found: list[Meant] = field(default_factory=list)
    unclear: list[Meant] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


def name_lines(text: str) -> list[str]:
    """The names of a pasted list: one a line, in whatever columns, each once, without empty lines."""
    lines = (" ".join(line.replace("\x00", " ").split()) for line in text.splitlines())
    return list(dict.fromkeys(line for line in lines if line))


def children_named(lines: Iterable[str], among: QuerySet[Child]) -> Named:
    """Whom each line means: who is called just so; else who is called nearly so; or nobody.

    Three queries, and one more for every 25 lines that are nobody's name as it stands.
    """
    typed = list(lines)
    exact = _called_so(typed, among)
    near = _called_nearly([line for line in typed if line not in exact], among)
    ids = {pk for pairs in (exact, near) for found in pairs.values() for pk in found}
    children = among.select_related("family").in_bulk(ids)
    named = Named()
    for line in typed:
        who = [children[pk] for pk in exact.get(line) or near.get(line, [])]
        if not who:
            named.missing.append(line)
        else:
            (named.found if len(who) == 1 else named.unclear).append(Meant(line, who, line in exact))
    return named


def _called_so(lines: list[str], among: QuerySet[Child]) -> dict[str, list[Any]]:
    """The ids of the children whose name a line is, letter for letter as the search sees it."""
    searched = dict(zip(lines, as_searched([" ".join(words(line)) for line in lines]), strict=True))
    wanted = set(searched.values())
    any_of_them = Q(*(Q((f"{name}__in", wanted)) for name in _CALLED), _connector=Q.OR)
    rows = among.annotate(**_CALLED).filter(any_of_them).values_list("pk", *_CALLED)
    called = [(pk, set(names)) for pk, *names in rows]
    found = {line: [pk for pk, names in called if name in names] for line, name in searched.items()}
    return {line: ids for line, ids in found.items() if ids}


def _called_nearly(lines: list[str], among: QuerySet[Child]) -> dict[str, list[Any]]:
    """The ids of the children whom a search for the line finds, the nearest first."""
    asked = [line for line in lines if words(line)]
    found: dict[str, list[Any]] = {}
    if asked:
        with _by_index():
            for start in range(0, len(asked), _AT_ONCE):
                some = asked[start : start + _AT_ONCE]
                for number, pk in _searches(some, among):
                    found.setdefault(some[number], []).append(pk)
    return found


def _searches(lines: list[str], among: QuerySet[Child]) -> QuerySet[Child, tuple[int, Any]]:
    """One query for all these lines: the place of the line and a child's id."""
    first, *others = [
        best_first(narrowed(among.order_by(), line, ["search_text"]), line)
        .annotate(line=Value(number, SmallIntegerField()))
        .values_list("line", "pk")[:MOST_MEANT]
        for number, line in enumerate(lines)
    ]
    return first.union(*others, all=True) if others else first


@contextmanager
def _by_index() -> Iterator[None]:
    """For one name Postgres would rather read the whole table; for many of them the index is ten times faster."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        yield
        cursor.execute("SET LOCAL enable_seqscan TO DEFAULT")
