"""Putting one row in, through the same services as the pages, all of it or nothing."""

import json
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction

from families.importing.plans import Plan, make_plan
from families.importing.registry import Registry
from families.importing.rows import Row
from families.models import Child, Family, FamilyImportRow, Guardian, Guardianship
from families.registering import save_child, save_family, save_guardian, save_guardianship
from families.writing import changed_fields

CHANGED_MEANWHILE = (
    "Somebody changed this family after the file was checked, or a row it builds on was left out. Upload the file "
    "again to see where it stands."
)


class RowLeftOut(Exception):
    """Why a row that was good at the check did not go in. Nothing of it did."""

    def __init__(self, message: str, heading: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.heading = heading


def land_row(row: Row, entry: FamilyImportRow, known: Registry, *, by: Any, now: datetime) -> None:
    """Put a row in and mark `entry` as landed. Raises RowLeftOut, with nothing of the row changed.

    Call it inside a transaction; `known` is kept in step with what landed.
    """
    plan = make_plan(row, known)
    if plan.problems or plan.findings()["changes"] != json.loads(entry.findings)["changes"]:
        raise RowLeftOut(CHANGED_MEANWHILE)
    try:
        with transaction.atomic():
            _refuse_changed_meanwhile(plan)
            plan.apply()
            for instance in plan.touched:
                _save(instance, by=by, now=now)
    except (ValidationError, IntegrityError, RowLeftOut) as error:
        for instance in plan.touched:
            if instance.pk not in plan.new:
                instance.refresh_from_db()
        raise _reason(error) from error
    plan.take_in(known)
    entry.landed_at = now


def _refuse_changed_meanwhile(plan: Plan) -> None:
    """Lock whom the row is about, and compare them with what the plan was made from."""
    for model in (Family, Guardian, Child, Guardianship):
        mine = {i.pk: i for i in plan.instances if isinstance(i, model) and i.pk not in plan.new}
        if not mine or not plan.edits:
            continue
        stored = {i.pk: i for i in model._base_manager.select_for_update().filter(pk__in=mine)}
        if any(pk not in stored or changed_fields(instance, stored[pk]) for pk, instance in mine.items()):
            raise RowLeftOut(CHANGED_MEANWHILE)


def _save(instance: models.Model, *, by: Any, now: datetime) -> None:
    if isinstance(instance, Family):
        save_family(instance, by=by, now=now)
    elif isinstance(instance, Guardian):
        save_guardian(instance, by=by, now=now)
    elif isinstance(instance, Child):
        save_child(instance, by=by, now=now)
    elif isinstance(instance, Guardianship):
        save_guardianship(instance, by=by, now=now)


def _reason(error: Exception) -> RowLeftOut:
    if isinstance(error, RowLeftOut):
        return error
    if isinstance(error, ValidationError):
        return RowLeftOut(" ".join(error.messages))
    return RowLeftOut(CHANGED_MEANWHILE)
