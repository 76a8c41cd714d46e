"""Everybody the charity knows, held in memory while a file is compared with them.

Bulk-loaded once; rows are looked up here instead of in the database. During a dry run the registry also
holds what earlier rows would add, so that siblings find each other.
"""

import re
from collections import defaultdict
from datetime import date
from uuid import UUID

from django.db import models

from families.importing.cells import fold
from families.models import Child, Family, Guardian, Guardianship
from whippersnappers.accounts.models import User

Identity = tuple[str, str, date]


def digits(phone: str) -> str:
    """A phone number for comparing: its figures only, +44 as 0."""
    return re.sub(r"^(00)?44", "0", re.sub(r"\D", "", phone))


def named(person: Guardian | Child) -> tuple[str, str]:
    """A person's name in the form in which names are compared."""
    return fold(person.first_name), fold(person.last_name)


class Registry:
    """Families, guardians, children and guardianships by everything a row can name them with."""

    def __init__(self) -> None:
        self.families: dict[UUID, Family] = {}
        self.family_by_reference: dict[str, Family] = {}
        self.guardian_by_email: dict[str, Guardian] = {}
        self.guardians_of_family: dict[UUID, list[Guardian]] = defaultdict(list)
        self.guardians_named: dict[tuple[str, str], list[Guardian]] = defaultdict(list)
        self.child_by_reference: dict[str, Child] = {}
        self.children_alike: dict[Identity, list[Child]] = defaultdict(list)
        self.children_of_family: dict[UUID, list[Child]] = defaultdict(list)
        self.standings: dict[tuple[UUID, UUID], Guardianship] = {}
        self.guardians_of_child: dict[UUID, list[Guardian]] = defaultdict(list)
        self.guardians: dict[UUID, Guardian] = {}
        self.staff_emails: set[str] = set()
        self.taken_in: set[UUID] = set()
        # What rows of this file have said: which row named which child, and which value of which field.
        self.row_of_child: dict[UUID, int] = {}
        self.said: dict[tuple[UUID, str], tuple[int, object]] = {}

    @classmethod
    def load(cls) -> "Registry":
        """A picture of the database as it is now: five queries, however many people there are."""
        registry = cls()
        registry.staff_emails = {email.lower() for email in User.objects.staff().values_list("email", flat=True)}
        for model in (Family, Guardian, Child, Guardianship):
            for instance in model._base_manager.all():
                registry.add(instance)
        return registry

    def add(self, instance: models.Model) -> None:
        """Take a family, guardian, child or guardianship in, its family's or people's first."""
        self.taken_in.add(instance.pk)
        if isinstance(instance, Family):
            self.families[instance.pk] = instance
            if instance.reference:
                self.family_by_reference[instance.reference.casefold()] = instance
        elif isinstance(instance, Guardian):
            self.guardians[instance.pk] = instance
            self.guardians_of_family[instance.family_id].append(instance)
            self.guardians_named[named(instance)].append(instance)
            self.note_email(instance)
        elif isinstance(instance, Child):
            self.children_of_family[instance.family_id].append(instance)
            self.children_alike[identity(instance)].append(instance)
            if instance.reference:
                self.child_by_reference[instance.reference.casefold()] = instance
        elif isinstance(instance, Guardianship):
            self.standings[instance.guardian_id, instance.child_id] = instance
            self.guardians_of_child[instance.child_id].append(self.guardians[instance.guardian_id])

    def note_email(self, guardian: Guardian) -> None:
        """Find the guardian by the present address from now on."""
        if guardian.email:
            self.guardian_by_email[guardian.email.lower()] = guardian

    def family_of(self, person: Guardian | Child) -> Family:
        return self.families[person.family_id]

    def co_guardians(self, family: Family) -> list[Guardian]:
        """Guardians in other households who stand for a child of this one."""
        return [
            guardian
            for child in self.children_of_family[family.pk]
            for guardian in self.guardians_of_child[child.pk]
            if guardian.family_id != family.pk
        ]


def identity(child: Child) -> Identity:
    """What makes two children the same child: names, compared loosely, and the date of birth."""
    return (*named(child), child.date_of_birth)
