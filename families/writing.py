"""How a change to a family's data is written: the row and its audit event, or neither."""

from datetime import datetime
from typing import Any

from django.db import connection, models, transaction
from django.db.models.functions import Upper

from whippersnappers.audit.trail import record


def changed_fields(instance: models.Model, stored: models.Model) -> list[str]:
    """Names of the fields in which `instance` differs from `stored`, encrypted ones compared as text."""
    return [
        field.name
        for field in instance._meta.concrete_fields
        if not (field.primary_key or field.generated)
        and getattr(instance, field.attname) != getattr(stored, field.attname)
    ]


@transaction.atomic
def write(instance: models.Model, *, noun: str, by: Any, now: datetime, **detail: Any) -> list[str]:
    """Insert or update `instance` and record `<noun>.added` or `<noun>.changed` with the fields' names.

    Answers the names of the changed fields; an empty list means that nothing was different and nothing
    was written. Only changed columns are written, so two people editing different fields both win.
    """
    if instance._state.adding:
        instance.save(force_insert=True)
        record(f"{noun}.added", by=by, target=instance, now=now, **detail)
        return [field.name for field in instance._meta.concrete_fields if not field.generated]
    stored = type(instance)._base_manager.select_for_update().get(pk=instance.pk)
    changed = changed_fields(instance, stored)
    if changed:
        instance.save(update_fields=changed)
        record(f"{noun}.changed", by=by, target=instance, now=now, fields=changed, **detail)
    return changed


def next_reference(model: type[models.Model], letter: str) -> str:
    """The next free reference such as F0042 or C0107."""
    return next_references(model, letter, 1)[0]


def next_references(model: type[models.Model], letter: str, count: int) -> list[str]:
    """The next free references; their numbers come from a Postgres sequence, so that two people adding at
    once get different ones. Numbers that somebody has given by hand are passed over."""
    found: list[str] = []
    while len(found) < count:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT nextval(%s) FROM generate_series(1, %s)",
                [f"{model._meta.db_table}_reference", count - len(found)],
            )
            references = [f"{letter}{number:04d}" for (number,) in cursor.fetchall()]
        taken = set(
            model._base_manager.annotate(upper=Upper("reference"))
            .filter(upper__in=references)
            .values_list("upper", flat=True)
        )
        found += [reference for reference in references if reference not in taken]
    return found
