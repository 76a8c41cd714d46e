"""Registering many people at once: what `registering` does one by one, in a few queries for them all."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone

from families import newly_reached
from families.models import Child, Family, Guardian, Guardianship
from families.registering import birth_problem, check_guardianship
from families.sign_in import keep_sign_in
from families.writing import next_references
from whippersnappers.accounts.enrolling import enrol_guardians
from whippersnappers.audit.trail import Entry, record_many

ORDER = (Family, Guardian, Child, Guardianship)
M = TypeVar("M", bound=models.Model)


@transaction.atomic
def enlist(
    new: Sequence[models.Model],
    changed: Sequence[tuple[models.Model, Sequence[str]]],
    *,
    by: Any,
    now: datetime,
    **detail: Any,
) -> None:
    """Add new families, guardians, children and guardianships, and write the named fields of known ones.

    The caller has compared them all with everybody known (an import does); what changed in between is
    refused by Postgres. Raises ValidationError or IntegrityError, and then nothing is written. `detail`
    goes into every audit event.
    """
    for instance in [*new, *(instance for instance, _ in changed)]:
        _check(instance, now)
    _give_references(_of(Family, new), "F")
    _give_references(_of(Child, new), "C")
    _give_accounts(_of(Guardian, new), by=by, now=now)
    for model in ORDER:
        rows: list[Any] = [instance for instance in new if isinstance(instance, model)]
        model._base_manager.bulk_create(rows)
    entries = [Entry(f"{instance._meta.model_name}.added", instance, detail) for instance in new]
    for instance, names in changed:
        fields = _write(instance, list(names), by=by, now=now)
        entries.append(Entry(f"{instance._meta.model_name}.changed", instance, {"fields": fields, **detail}))
    if entries:
        record_many(entries, by=by, now=now)
    newly_reached.reached(_reached(new, changed), by=by, now=now)


def _reached(new: Sequence[models.Model], changed: Sequence[tuple[models.Model, Sequence[str]]]) -> Iterator[UUID]:
    """The guardians whose standing or address is new or another one."""
    for instance, names in [*((instance, newly_reached.THAT_REACH) for instance in new), *changed]:
        if isinstance(instance, Guardianship) and newly_reached.reaches_further(instance, names):
            yield instance.guardian_id
        elif isinstance(instance, Guardian) and "email" in names:
            yield instance.pk


def _of(model: type[M], instances: Iterable[models.Model]) -> list[M]:
    return [instance for instance in instances if isinstance(instance, model)]


def _check(instance: models.Model, now: datetime) -> None:
    """The rules that need no look at others; the reference may still be to come."""
    exclude = {field.name for field in instance._meta.concrete_fields if field.is_relation}
    if not getattr(instance, "reference", "to come"):
        exclude.add("reference")
    instance.clean_fields(exclude=exclude)
    if isinstance(instance, Child):
        if problem := birth_problem(instance.date_of_birth, timezone.localdate(now)):
            raise ValidationError({"date_of_birth": problem})
    elif isinstance(instance, Guardianship):
        check_guardianship(instance)
    elif isinstance(instance, Guardian) and instance.prefers == Guardian.Contact.PHONE and not instance.phone:
        raise ValidationError({"phone": "Prefers to be contacted by phone: we need a phone number."})


def _give_references(instances: Sequence[Family] | Sequence[Child], letter: str) -> None:
    without = [instance for instance in instances if not instance.reference]
    if without:
        references = next_references(type(without[0]), letter, len(without))
        for instance, reference in zip(without, references, strict=True):
            instance.reference = reference


def _give_accounts(guardians: list[Guardian], *, by: Any, now: datetime) -> None:
    with_address = [guardian for guardian in guardians if guardian.email]
    users = enrol_guardians({guardian.email: guardian.full_name for guardian in with_address}, by=by, now=now)
    for guardian in with_address:
        guardian.user = users[guardian.email]


def _write(instance: models.Model, names: list[str], *, by: Any, now: datetime) -> list[str]:
    if isinstance(instance, Guardian) and {"email", "first_name", "last_name"} & set(names):
        if "email" in names:
            instance.email_problem = ""
        keep_sign_in(instance, by=by, now=now)
        names = [*names, "email_problem", "user"]
    instance.save(update_fields=names)
    return names
