"""Finding by words however they are spelled: accents, apostrophes, and a letter or two that is wrong.

Models keep a generated column `search_text`, which Postgres fills (`searchable`, the same function that the
typed words go through) and indexes by trigrams.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import reduce
from operator import and_
from typing import Any

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import TrigramWordSimilarity
from django.db import connection, models
from django.db.models import Case, F, Func, Lookup, Q, QuerySet, Value, When
from django.db.models.functions import Concat

FIELD = "search_text"
# Fewer typed letters find half the alphabet.
SHORTEST = 2
_MOST_WORDS = 6
_DIALLED_FROM_ABROAD = re.compile(r"^\s*(?:\+|00)44\s*(?:\(0\))?\s*(?=[\d ])")
_INSIDE_A_WORD = str.maketrans("", "", "'’‘ʼ`´")


class Searchable(Func):
    """The text as the search sees it: plain lower-case letters, each word after a space."""

    function = "searchable"
    output_field = models.TextField()


class Digits(Func):
    """A phone number as one word, written as people dial it here: `+44 7700 …` is `07700…`."""

    template = r"regexp_replace(regexp_replace(%(expressions)s, '\D', '', 'g'), '^(00)?44', '0')"
    output_field = models.TextField()


def search_text(*names: str | models.expressions.Combinable) -> models.GeneratedField:
    """The column that a model is found by, made of these fields."""
    parts: list[Any] = []
    for name in names:
        parts += [Value(" "), F(name) if isinstance(name, str) else name]
    return models.GeneratedField(
        expression=Searchable(Concat(*parts[1:], output_field=models.TextField()) if len(names) > 1 else parts[1]),
        output_field=models.TextField(),
        db_persist=True,
    )


def search_index(name: str) -> GinIndex:
    """The trigram index over `search_text`.

    Without a list of pending changes: while that is long, Postgres reads the whole table instead.
    """
    return GinIndex(OpClass(FIELD, name="gin_trgm_ops"), name=name, fastupdate=False)


def words(typed: str) -> list[str]:
    """What was typed, as words of letters and digits, the first six; an apostrophe does not part a word."""
    joined = _DIALLED_FROM_ABROAD.sub("0", unicodedata.normalize("NFC", typed)).translate(_INSIDE_A_WORD)
    found = re.findall(r"[^\W_]+", joined)[:_MOST_WORDS]
    return found if sum(map(len, found)) >= SHORTEST else []


def as_searched(texts: Sequence[str]) -> list[str]:
    """These texts as the search sees them, in their order; one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT searchable(t) FROM unnest(%s) WITH ORDINALITY AS all_of_them (t, n) ORDER BY n", [list(texts)]
        )
        return [row[0] for row in cursor.fetchall()]


class Says(Lookup):
    """The text has this very word, or one that begins with it; from three letters on, also inside a word."""

    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        text, before = self.process_lhs(compiler, connection)
        begins = "searchable(%s)" if len(self.rhs) < 3 else "ltrim(searchable(%s))"
        return f"{text} LIKE '%%' || {begins} || '%%'", (*before, self.rhs)


class SoundsLike(Says):
    """The text has this word, or one that is nearly spelled like it. Numbers must be right."""

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        says, parameters = super().as_sql(compiler, connection)
        if len(self.rhs) < 4 or not self.rhs.isalpha():
            return says, parameters
        text, before = self.process_lhs(compiler, connection)
        return f"({says} OR {text} %%> ltrim(searchable(%s)))", (*parameters, *before, self.rhs)


def narrowed(
    rows: QuerySet[Any], typed: str, paths: Sequence[str], among: QuerySet[Any] | None = None
) -> QuerySet[Any]:
    """The rows in which every typed word is found along one of the paths (`search_text`, `child__search_text`).

    `among` are the rows to look through, without their order or what is counted for them; all when None. Each path
    is asked by itself, so that each uses its own index.
    """
    everything = rows.model._base_manager.all() if among is None else among
    asked = words(typed)
    if not asked:
        return rows.none()
    for word in asked:
        arms = [everything.filter(SoundsLike(F(path), word)).order_by().values("pk") for path in paths]
        rows = rows.filter(pk__in=arms[0].union(*arms[1:]) if len(arms) > 1 else arms[0])
    return rows


def best_first(rows: QuerySet[Any], typed: str, path: str = FIELD) -> QuerySet[Any]:
    """Right spellings before near ones, the nearest first; among equals the order stays as it was."""
    asked = words(typed)
    if not asked:
        return rows
    exact = reduce(and_, (Q(Says(F(path), word)) for word in asked), Q())
    near = TrigramWordSimilarity(Searchable(Value(" ".join(asked))), path)  # type: ignore[arg-type]
    exact_rank = Case(When(exact, then=1), default=0, output_field=models.SmallIntegerField())
    was: Iterable[Any] = rows.query.order_by or rows.model._meta.ordering
    return rows.order_by(exact_rank.desc(), near.desc(), *was)
