"""Tables that only grow: Postgres itself refuses to change, delete or truncate their rows.

Encrypted columns are the one exception: they may be sealed under another key, which changes no word. Postgres cannot
open them, so it lets through what looks exactly like that, and nothing else (see `_AppendOnly`).
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pgtrigger
from django.db import connection, models
from pgtrigger import compiler

from whippersnappers.crypto import MARK, EncryptedTextField, primary_mark

# The session's setting that names the key to which values may change, for one of the keysets.
_SETTING = "portal.sealing_anew_{}"
_IGNORED = "IF ({ignore_func_name}(TG_NAME) IS TRUE) THEN"


class FirmTriggerSql(compiler.UpsertTriggerSql):
    """A trigger that pgtrigger's own switch, a setting that anybody can set, does not turn off."""

    def get_template(self) -> str:
        """The template of pgtrigger, in which the switch never fits."""
        template = super().get_template()
        if template.count(_IGNORED) != 1:
            raise ValueError("pgtrigger writes its triggers in another way: look at this one")
        return template.replace(_IGNORED, "IF FALSE THEN")


class _AppendOnly(pgtrigger.Protect):
    """Refuses UPDATE and DELETE, but an UPDATE that only seals values anew.

    That is one in which every other column stays as it is, and each encrypted one too, or goes from another key to
    the key that the session has named, from something to something, of the same length. And DELETE of a row for which
    `unless` holds, SQL over `OLD`, and an UPDATE of nothing but the columns in `but`.
    """

    unless = ""
    but: Sequence[str] = ()

    def compile(self, model: Any) -> compiler.Trigger:
        """The trigger as migrations keep it; tables that know no exception have the plain one."""
        plain = super().compile(model)
        if not self.unless and not self.but and not encrypted_columns(model):
            return plain
        return compiler.Trigger(name=plain.name, sql=FirmTriggerSql(**plain.sql.kwargs))

    def get_func(self, model: Any) -> str:
        columns = [f.column for f in model._meta.local_concrete_fields if f.column not in self.but]
        refuse = f"{_deletes(self.unless)}{_changes(columns) if self.but else ''}{super().get_func(model)}"
        sealed = encrypted_columns(model)
        if not sealed:
            return refuse
        others = [f.column for f in model._meta.local_concrete_fields if f not in sealed]
        allowed = [f"{_named(keys)} <> ''" for keys in sorted({field.keys for field in sealed})]
        conditions = " AND ".join([*allowed, *_same(others), *map(_only_the_key, sealed)])
        return f"IF TG_OP = 'UPDATE' AND {conditions} THEN RETURN NEW; END IF; {refuse}"


class _NeverChanged(pgtrigger.Protect):
    """Refuses an UPDATE that changes one of `fields`, or any column where none are named; sealing anew is no change."""

    fields: Sequence[str] = ()

    def compile(self, model: Any) -> compiler.Trigger:
        plain = super().compile(model)
        return compiler.Trigger(name=plain.name, sql=FirmTriggerSql(**plain.sql.kwargs))

    def get_func(self, model: Any) -> str:
        guarded = [model._meta.get_field(name) for name in self.fields] or model._meta.local_concrete_fields
        sealed = [field for field in guarded if field in encrypted_columns(model)]
        same = _same(field.column for field in guarded if field not in sealed)
        conditions = " AND ".join([*same, *map(_only_the_key, sealed)])
        return f"IF {conditions} THEN RETURN NEW; END IF; {super().get_func(model)}"


class _NeverDeleted(pgtrigger.Protect):
    """Refuses DELETE, but of a row for which `unless` holds."""

    unless = ""

    def get_func(self, model: Any) -> str:
        return f"{_deletes(self.unless)}{super().get_func(model)}"


def _deletes(unless: str) -> str:
    return f"IF TG_OP = 'DELETE' AND {unless} THEN RETURN OLD; END IF; " if unless else ""


def _changes(others: Sequence[str]) -> str:
    """Lets an UPDATE through that leaves all these columns as they are."""
    return f"IF TG_OP = 'UPDATE' AND {' AND '.join(_same(others))} THEN RETURN NEW; END IF; "


def _same(columns: Iterable[str | None]) -> list[str]:
    return [f'NEW."{column}" IS NOT DISTINCT FROM OLD."{column}"' for column in columns]


def _with(trigger: Any, unless: str) -> Any:
    trigger.unless = unless
    return trigger


def encrypted_columns(model: type[models.Model]) -> list[EncryptedTextField]:
    """The encrypted columns of a table."""
    return [field for field in model._meta.local_concrete_fields if isinstance(field, EncryptedTextField)]


def _only_the_key(field: EncryptedTextField) -> str:
    new, old = f'NEW."{field.column}"', f'OLD."{field.column}"'
    named = f"decode({_named(field.keys)}, 'hex')"
    mark = f"substring({{}} from 1 for {MARK})"
    return (
        f"({new} IS NOT DISTINCT FROM {old} OR (octet_length({new}) = octet_length({old})"
        f" AND {mark.format(new)} = {named} AND {mark.format(old)} <> {named}))"
    )


def _named(keys: str) -> str:
    return f"coalesce(current_setting('{_SETTING.format(keys.lower())}', true), '')"


def append_only(*, unless: str = "", but: Sequence[str] = ()) -> list[pgtrigger.Trigger]:
    """Triggers for a model's `Meta.triggers` that refuse UPDATE, DELETE and TRUNCATE.

    A row for which `unless` holds, SQL over `OLD`, may be deleted; the columns named in `but` may be changed.
    """
    guard = _AppendOnly(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
    guard.but = but
    return [_with(guard, unless), never_truncated()]


def never_deleted(condition: pgtrigger.Condition | None = None, *, unless: str = "") -> list[pgtrigger.Trigger]:
    """Triggers that refuse DELETE, of the rows that meet the condition only if there is one, and TRUNCATE.

    A row for which `unless` holds, SQL over `OLD`, may be deleted.
    """
    guard = _NeverDeleted(name="never_deleted", operation=pgtrigger.Delete, condition=condition)
    return [_with(guard, unless), never_truncated()]


def never_changed(name: str, condition: pgtrigger.Condition, *, fields: Sequence[str] = ()) -> pgtrigger.Trigger:
    """A trigger that refuses to change rows that meet the condition; only these fields of them if some are named."""
    guard = _NeverChanged(name=name, operation=pgtrigger.Update, condition=condition)
    guard.fields = fields
    return guard


def never_truncated() -> pgtrigger.Trigger:
    """A trigger that refuses TRUNCATE."""
    return pgtrigger.Trigger(
        name="never_truncated",
        level=pgtrigger.Statement,
        when=pgtrigger.Before,
        operation=pgtrigger.Truncate,
        func="RAISE EXCEPTION 'pgtrigger: Cannot truncate rows from % table', TG_TABLE_NAME;",
    )


@contextmanager
def sealing_anew(keysets: Iterable[str]) -> Iterator[Any]:
    """A cursor that may seal values of append-only tables anew, with the primary keys of these keysets.

    The permission ends with the caller's transaction.
    """
    with connection.cursor() as cursor:
        for keys in keysets:
            setting = _SETTING.format(keys.lower())
            cursor.execute("SELECT set_config(%s, %s, true)", [setting, primary_mark(keys).hex()])
        yield cursor
