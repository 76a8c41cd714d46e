"""What a row would do: whom it adds, which words change from what to what, or why it cannot go in.

A plan is made the same way at the check and at the import; the import refuses a row whose plan is no
longer the one that was shown.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import models

from families.importing.columns import BY_KEY
from families.importing.matching import Mismatch, People, match
from families.importing.registry import Registry, digits
from families.importing.rows import Finding, Row
from families.models import Child, Family, FamilyImportRow, Guardian, Guardianship
from whippersnappers import dates

Outcome = FamilyImportRow.Outcome

_CHILD_FIELDS = (
    "reference", "first_name", "last_name", "known_as", "date_of_birth", "communication", "communication_notes",
    "access_needs", "medical_notes", "what_helps", "what_to_avoid", "likes", "local_authority", "entitlement_hours",
)  # fmt: skip
_KEYS = {"family": {"reference": "family_reference", "name": "family_name"}, "child": {"reference": "child_reference"}}
_STANDING = {"relationship": "relationship", "responsibility": "parental_responsibility"}


@dataclass(frozen=True)
class Edit:
    """One field of somebody that gets another value."""

    who: str
    heading: str
    instance: models.Model
    name: str
    old: Any
    new: Any

    def as_list(self) -> list[str]:
        old, new = (_shown(self.instance, self.name, value) for value in (self.old, self.new))
        return [self.who, self.heading, old, new]


@dataclass
class Plan:
    """The edits of one row in the order in which they must be saved, and what is to be said about it."""

    row: Row
    label: str
    edits: list[Edit] = field(default_factory=list)
    instances: list[models.Model] = field(default_factory=list)
    new: set[UUID] = field(default_factory=set)
    said: list[tuple[UUID, str, Any]] = field(default_factory=list)
    child: Child | None = None
    problems: list[Finding] = field(default_factory=list)
    notes: list[Finding] = field(default_factory=list)

    @property
    def outcome(self) -> Outcome:
        if self.problems:
            return Outcome.WRONG
        if self.child is not None and self.child.pk in self.new:
            return Outcome.ADD
        return Outcome.CHANGE if self.edits else Outcome.SAME

    @property
    def touched(self) -> list[models.Model]:
        """Whom the row adds or changes, in the order in which they must be saved."""
        edited = {edit.instance.pk for edit in self.edits}
        return [instance for instance in self.instances if instance.pk in self.new | edited]

    def findings(self) -> dict[str, Any]:
        """The plan as the page shows it, and as the import compares it."""
        return {
            "label": self.label,
            "changes": [edit.as_list() for edit in self.edits] if not self.problems else [],
            "problems": [problem.as_list() for problem in self.problems],
            "notes": [note.as_list() for note in self.notes],
        }

    def apply(self) -> None:
        """Give the instances their new values, in memory only."""
        for edit in self.edits:
            setattr(edit.instance, edit.name, edit.new)

    def take_in(self, known: Registry) -> None:
        """Let later rows find what this row adds, and hold them to what it says."""
        for instance in self.instances:
            if instance.pk in self.new:
                known.add(instance)
            elif isinstance(instance, Guardian):
                known.note_email(instance)
        for pk, name, value in self.said:
            known.said.setdefault((pk, name), (self.row.number, value))
        if self.child is not None:
            known.row_of_child[self.child.pk] = self.row.number


def make_plan(row: Row, known: Registry) -> Plan:
    """Work out what a row would do, without doing it."""
    label = " ".join(str(row.get(key)) for key in ("known_as", "last_name") if row.get(key)) or "?"
    if not row.get("known_as") and row.get("first_name"):
        label = f"{row.get('first_name')} {row.get('last_name') or ''}".strip()
    plan = Plan(row, label, problems=list(row.problems), notes=list(row.notes))
    if plan.problems:
        return plan
    try:
        _fill(plan, match(row, known), known)
    except Mismatch as mismatch:
        plan.problems.append(row.finding(mismatch.key, mismatch.message))
    return plan


def _fill(plan: Plan, people: People, known: Registry) -> None:
    row = plan.row
    if people.family is None:
        row.values.setdefault("family_name", row.get("guardian_1_last_name"))
    family = people.family or Family()
    child = people.child or Child(family=family, known_as=row.get("known_as") or row.get("first_name"))
    if child.pk in known.row_of_child:
        raise Mismatch("first_name", f"This is the same child as in row {known.row_of_child[child.pk]}.")
    plan.child = child
    _take(plan, known, "Family", family, _wanted(row, "family", ("reference", "name", "address")))
    _take(plan, known, "Child", child, _wanted(row, "child", _CHILD_FIELDS))
    _guardian(plan, known, 1, people.first or Guardian(family=family), child)
    if row.has_second_guardian:
        second = people.second
        if second is None and row.get("guardian_2_apart"):
            home = Family()
            name = row.get("guardian_2_last_name")
            _take(plan, known, "Family of guardian 2", home, [("name", "guardian_2_last_name", name)])
            second = Guardian(family=home)
        _guardian(plan, known, 2, second or Guardian(family=family), child)
    order = [Family, Guardian, Child, Guardianship]
    plan.instances.sort(key=lambda instance: order.index(type(instance)))


def _wanted(row: Row, kind: str, names: tuple[str, ...]) -> Iterator[tuple[str, str, Any]]:
    """Field, column and value of every cell that is filled in."""
    for name in names:
        key = _KEYS[kind].get(name, name)
        if row.get(key) is not None:
            yield name, key, row.get(key)


def _guardian(plan: Plan, known: Registry, number: int, guardian: Guardian, child: Child) -> None:
    row, who = plan.row, f"Guardian {number}"
    keys = {name: f"guardian_{number}_{name}" for name in ("first_name", "last_name", "email", "phone", "prefers")}
    wanted = [(name, key, row.get(key)) for name, key in keys.items() if row.get(key) is not None]
    _take(plan, known, who, guardian, wanted)
    if row.get(keys["prefers"]) == Guardian.Contact.PHONE and not (row.get(keys["phone"]) or guardian.phone):
        raise Mismatch(keys["phone"], "Prefers the phone, so we need a number.")
    if number == 1 and not (guardian.email or guardian.phone or row.get(keys["email"]) or row.get(keys["phone"])):
        plan.notes.append(row.finding(keys["email"], "Neither e-mail nor phone: nobody can reach this person."))
    standing = known.standings.get((guardian.pk, child.pk)) or Guardianship(guardian=guardian, child=child)
    key = f"guardian_{number}_relationship"
    if standing.pk not in known.taken_in and row.get(key) is None:
        raise Mismatch(key, "Say how this person is related to the child.")
    if standing.restricted:
        plan.notes.append(row.finding(key, "There is a restriction on this person. The import leaves it as it is."))
        return
    wanted = [
        (name, f"guardian_{number}_{part}", row.get(f"guardian_{number}_{part}"))
        for part, name in _STANDING.items()
        if row.get(f"guardian_{number}_{part}") is not None
    ]
    _take(plan, known, who, standing, wanted)


def _take(plan: Plan, known: Registry, who: str, instance: Any, wanted: Any) -> None:
    """Note whom the row touches and which of the wanted values differ from the present ones."""
    plan.instances.append(instance)
    is_new = instance.pk not in known.taken_in
    if is_new:
        plan.new.add(instance.pk)
    for name, key, value in wanted:
        earlier = known.said.get((instance.pk, name))
        if earlier is not None and not _equal(name, earlier[1], value):
            raise Mismatch(key, f"Row {earlier[0]} says something else here. Make them the same.")
        plan.said.append((instance.pk, name, value))
        old = "" if is_new else getattr(instance, name)
        if is_new or not _equal(name, old, value):
            plan.edits.append(Edit(who, BY_KEY[key].heading, instance, name, old, value))


def _equal(name: str, old: Any, new: Any) -> bool:
    if name == "phone":
        return digits(str(old)) == digits(str(new))
    if name == "reference":
        return str(old).casefold() == str(new).casefold()
    return bool(old == new)


def _shown(instance: models.Model, name: str, value: Any) -> str:
    """A value as people read it."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return dates.typed_day(value)
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    choices = dict(instance._meta.get_field(name).flatchoices or [])  # type: ignore[union-attr]
    return str(choices.get(value, value))
