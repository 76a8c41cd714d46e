"""Putting rows in: each row wholly or not at all, many rows in few queries.

A batch is tried in one go. If anything in it is refused, nothing of it has happened; everybody is looked up
again and the rows go in one by one, so that only the row at fault is left out.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction

from families.enlisting import ORDER, enlist
from families.importing.plans import Plan, make_plan
from families.importing.registry import Registry
from families.importing.rows import Row
from families.models import FamilyImportRow
from families.writing import changed_fields

CHANGED_MEANWHILE = (
    "Somebody changed this family after the file was checked, or a row it builds on was left out. Upload the file "
    "again to see where it stands."
)
Pair = tuple[Row, FamilyImportRow]


class RowLeftOut(Exception):
    """Why a row that was good at the check cannot go in."""


class Lander:
    """Puts batches of rows in and keeps track of who is known by now."""

    def __init__(self, *, by: Any, now: datetime, detail: dict[str, Any]) -> None:
        self.by, self.now, self.detail = by, now, detail
        self.known = Registry.load()

    def land(self, pairs: Sequence[Pair]) -> None:
        """Put rows in and mark their entries as landed or left out. Call it inside a transaction."""
        try:
            self._together(pairs)
            return
        except (RowLeftOut, ValidationError, IntegrityError):
            self.known = Registry.load()
        for pair in pairs:
            try:
                self._together([pair])
            except (RowLeftOut, ValidationError, IntegrityError) as error:
                _leave_out(pair[1], error)
                self.known = Registry.load()

    @transaction.atomic
    def _together(self, pairs: Sequence[Pair]) -> None:
        new: dict[UUID, models.Model] = {}
        changed: dict[UUID, tuple[models.Model, list[str]]] = {}
        for row, entry in pairs:
            plan = make_plan(row, self.known)
            if plan.problems or plan.findings()["changes"] != json.loads(entry.findings)["changes"]:
                raise RowLeftOut(CHANGED_MEANWHILE)
            _refuse_changed_meanwhile(plan, ours={*new, *changed})
            new |= {instance.pk: instance for instance in plan.instances if instance.pk in plan.new}
            for edit in plan.edits:
                if edit.instance.pk not in new:
                    fields = changed.setdefault(edit.instance.pk, (edit.instance, []))[1]
                    fields.extend({edit.name} - set(fields))
            plan.apply()
            plan.take_in(self.known)
        enlist(list(new.values()), list(changed.values()), by=self.by, now=self.now, **self.detail)
        for _, entry in pairs:
            entry.landed_at = self.now


def _refuse_changed_meanwhile(plan: Plan, *, ours: set[UUID]) -> None:
    """Lock whom the row is about, and compare them with what the plan was made from.

    `ours` are the people whom earlier rows of the batch add or change: those were compared already, or
    nobody else can know them yet.
    """
    if not plan.edits:
        return
    for model in ORDER:
        mine = {i.pk: i for i in plan.instances if isinstance(i, model) and i.pk not in plan.new | ours}
        if not mine:
            continue
        stored = {i.pk: i for i in model._base_manager.select_for_update().filter(pk__in=mine)}
        if any(pk not in stored or changed_fields(instance, stored[pk]) for pk, instance in mine.items()):
            raise RowLeftOut(CHANGED_MEANWHILE)


def _leave_out(entry: FamilyImportRow, error: Exception) -> None:
    message = " ".join(error.messages) if isinstance(error, ValidationError) else CHANGED_MEANWHILE
    findings = json.loads(entry.findings)
    findings["problems"] = [["", "", message]]
    entry.findings, entry.left_out = json.dumps(findings), True
