"""Sealing everything anew with the primary keys, row by row, while the portal runs.

Each row is a transaction of its own: it is locked for the moment in which its columns are sealed, readers are not kept
at all, and whoever stops the run finds the rest undone and what was done, done. What is under the primary key already
is passed over. Fields are found by looking at the models, so that a new one cannot be forgotten.
"""

import base64
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, models, transaction

from whippersnappers.append_only import encrypted_columns, sealing_anew
from whippersnappers.audit.trail import record
from whippersnappers.crypto import (
    FIELDS,
    KEYSETS,
    MARK,
    DecryptionError,
    EncryptedTextField,
    decrypt_bytes,
    marks,
    primary_mark,
    seal_anew,
)

SECOND_FACTORS = "second factors"
_BY = "system:rotate_keys"
_BATCH = 200
# A process that still had the old key in front may have written while we were past its row.
_PASSES = 5
# What allauth keeps encrypted in its JSON, see `SecondFactorAdapter`.
_SECOND_FACTOR_SECRETS = ("secret", "seed")

Count = dict[str, int]


class StillOld(Exception):
    """Values under an older key keep coming: some process still seals with it."""


def sealed_models() -> Iterator[type[models.Model]]:
    """Every table that has encrypted columns."""
    for model in apps.get_models(include_auto_created=True):
        if model._meta.managed and not model._meta.proxy and encrypted_columns(model):
            yield model


def rotate(*, now: datetime) -> Count:
    """Seal all that is not under the primary key of its keyset; how many values of each column.

    Raises ImproperlyConfigured for a keyset that is missing or is none, DecryptionError for a value that none of its
    keys opens (what is done stays done), StillOld when older ones keep coming.
    """
    facts = {keys: primary_mark(keys).hex() for keys in KEYSETS}
    with transaction.atomic():
        record("keys.rotation_began", by=_BY, now=now, primary=facts)
    done: Count = {}
    for _ in range(_PASSES):
        newly = _one_pass()
        done = {name: done.get(name, 0) + number for name, number in newly.items()}
        if not any(newly.values()):
            break
    else:
        raise StillOld("Values under an older key keep coming: restart every process with the new keys, then go on.")
    with transaction.atomic():
        record("keys.rotated", by=_BY, now=now, primary=facts, values={k: n for k, n in done.items() if n})
    return done


def under_older_keys(keys: str) -> Count:
    """How many values of each column of one keyset are not under its primary key."""
    found = {
        _name(field): _ask(f"SELECT count(*) FROM {_table(model)} WHERE {_is_old(field)}", field)[0][0]  # noqa: S608
        for model in sealed_models()
        for field in encrypted_columns(model)
        if field.keys == keys
    }
    return found | ({SECOND_FACTORS: len(_pending_factors())} if keys == FIELDS else {})


def faults() -> list[str]:
    """What is wrong between the keys and what is stored: a keyset that is missing, or one that does not fit."""
    said: list[str] = []
    tables = set(connection.introspection.table_names())
    for keys in KEYSETS:
        try:
            said += _unfitting(keys, marks(keys), tables)
        except ImproperlyConfigured as error:
            said.append(str(error))
    return said


def _unfitting(keys: str, known: set[bytes], tables: set[str]) -> Iterator[str]:
    for model in sealed_models():
        if model._meta.db_table not in tables:
            continue
        for field in (f for f in encrypted_columns(model) if f.keys == keys and _is_there(f)):
            where = f"FROM {_table(model)} WHERE octet_length({_quoted(field.column)}) > 0"
            stored = _ask(f"SELECT DISTINCT {_marked(field)} {where}")
            if {bytes(mark) for (mark,) in stored} - known:
                yield f"{keys} lacks a key with which values of {_name(field)} are sealed."
            elif not _opens(field, _ask(f"SELECT {_pk(model)}, {_quoted(field.column)} {where} LIMIT 1")):
                yield f"{keys} does not open {_name(field)}."


def _is_there(field: EncryptedTextField) -> bool:
    """Whether the column exists yet: checks run before the migrations too."""
    with connection.cursor() as cursor:
        columns = connection.introspection.get_table_description(cursor, field.model._meta.db_table)
    return field.column in {column.name for column in columns}


def _opens(field: EncryptedTextField, rows: list[Any]) -> bool:
    try:
        return all(decrypt_bytes(bytes(sealed), _place(field, pk), field.keys) is not None for pk, sealed in rows)
    except DecryptionError:
        return False


def _one_pass() -> Count:
    done: Count = {}
    for model in sealed_models():
        fields = encrypted_columns(model)
        done |= {_name(field): 0 for field in fields}
        for pk in _pending(model, fields):
            for field in _rewrite(model, fields, pk):
                done[_name(field)] += 1
    return done | {SECOND_FACTORS: sum(_rewrite_factor(pk) for pk in _pending_factors())}


def _pending(model: type[models.Model], fields: list[EncryptedTextField]) -> Iterator[Any]:
    """The keys of the rows that are not done, a few at a time and without a lock."""
    last: Any = None
    old = " OR ".join(_is_old(field) for field in fields)
    primary = [primary_mark(field.keys) for field in fields]
    pk = _pk(model)
    while True:
        after, more = ("", []) if last is None else (f" AND {pk} > %s", [last])
        sql = f"SELECT {pk} FROM {_table(model)} WHERE ({old}){after} ORDER BY {pk} LIMIT {_BATCH}"  # noqa: S608
        with connection.cursor() as cursor:
            cursor.execute(sql, [*primary, *more])
            keys = [key for (key,) in cursor.fetchall()]
        yield from keys
        if len(keys) < _BATCH:
            return
        last = keys[-1]


@transaction.atomic
def _rewrite(model: type[models.Model], fields: list[EncryptedTextField], pk: Any) -> list[EncryptedTextField]:
    """Seal one row anew; which of its columns had to be."""
    columns = ", ".join(_quoted(field.column) for field in fields)
    where = f"WHERE {_pk(model)} = %s"
    with sealing_anew({field.keys for field in fields}) as cursor:
        # Against writers of this row only: rows that point to it are not kept.
        cursor.execute(f"SELECT {columns} FROM {_table(model)} {where} FOR NO KEY UPDATE", [pk])  # noqa: S608
        row = cursor.fetchone() or []
        sealed = [(field, bytes(value)) for field, value in zip(fields, row, strict=bool(row)) if value]
        old = [(field, value) for field, value in sealed if value[:MARK] != primary_mark(field.keys)]
        if old:
            anew = [seal_anew(value, _place(field, pk), field.keys) for field, value in old]
            sets = ", ".join(f"{_quoted(field.column)} = %s" for field, _ in old)
            cursor.execute(f"UPDATE {_table(model)} SET {sets} {where}", [*anew, pk])  # noqa: S608
    return [field for field, _ in old]


def _pending_factors() -> list[Any]:
    return [factor.pk for factor in Authenticator.objects.all() if _old_secrets(factor)]


def _old_secrets(factor: Authenticator) -> list[str]:
    kept = ((name, factor.data.get(name)) for name in _SECOND_FACTOR_SECRETS)
    return [name for name, sealed in kept if sealed and base64.b64decode(sealed)[:MARK] != primary_mark(FIELDS)]


@transaction.atomic
def _rewrite_factor(pk: Any) -> int:
    """Seal the secrets of an authenticator app, or of recovery codes, anew."""
    adapter = get_adapter()
    factor = Authenticator.objects.select_for_update().filter(pk=pk).first()
    names = _old_secrets(factor) if factor else []
    for name in names:
        factor.data[name] = adapter.encrypt(adapter.decrypt(factor.data[name]))
    if names:
        factor.save(update_fields=["data"])
    return len(names)


def _ask(sql: str, *old: EncryptedTextField) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, [primary_mark(field.keys) for field in old])
        return cursor.fetchall()


def _is_old(field: EncryptedTextField) -> str:
    return f"(octet_length({_quoted(field.column)}) > 0 AND {_marked(field)} <> %s)"


def _marked(field: EncryptedTextField) -> str:
    return f"substring({_quoted(field.column)} from 1 for {MARK})"


def _quoted(name: str | None) -> str:
    return connection.ops.quote_name(str(name))


def _table(model: type[models.Model]) -> str:
    return _quoted(model._meta.db_table)


def _pk(model: type[models.Model]) -> str:
    return _quoted(str(model._meta.pk.column))


def _place(field: EncryptedTextField, pk: Any) -> str:
    return f"{field.model._meta.db_table}:{field.column}:{pk}"


def _name(field: EncryptedTextField) -> str:
    return f"{field.model._meta.label}.{field.name}"
