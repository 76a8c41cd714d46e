"""Tables that only grow: Postgres itself refuses to change, delete or truncate their rows."""

from collections.abc import Iterator
from contextlib import contextmanager

import pgtrigger
from django.db import models

_APPEND_ONLY = "append_only"


def append_only() -> list[pgtrigger.Trigger]:
    """Triggers for a model's `Meta.triggers` that refuse UPDATE, DELETE and TRUNCATE."""
    return [
        pgtrigger.Protect(name=_APPEND_ONLY, operation=pgtrigger.Update | pgtrigger.Delete),
        _never_truncated(),
    ]


def never_deleted(condition: pgtrigger.Condition | None = None) -> list[pgtrigger.Trigger]:
    """Triggers that refuse DELETE, of the rows that meet the condition only if there is one, and TRUNCATE."""
    return [
        pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete, condition=condition),
        _never_truncated(),
    ]


def _never_truncated() -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name="never_truncated",
        level=pgtrigger.Statement,
        when=pgtrigger.Before,
        operation=pgtrigger.Truncate,
        func="RAISE EXCEPTION 'pgtrigger: Cannot truncate rows from % table', TG_TABLE_NAME;",
    )


@contextmanager
def sealing_anew(model: type[models.Model]) -> Iterator[None]:
    """Let encrypted values of an append-only table be written under another key, in this block alone.

    Their words stay the same; whoever changes them finds that they do not fit the audit trail.
    """
    if not any(trigger.name == _APPEND_ONLY for trigger in getattr(model._meta, "triggers", [])):
        yield
        return
    with pgtrigger.ignore(f"{model._meta.label}:{_APPEND_ONLY}"):
        yield
