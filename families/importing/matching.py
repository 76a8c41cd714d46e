"""Whom a row is about: found among everybody known, or new. The rules are in docs/import.md."""

from dataclasses import dataclass
from typing import TypeVar

from families.importing.cells import fold
from families.importing.registry import Registry, digits, named
from families.importing.rows import Row
from families.models import Child, Family, Guardian
from whippersnappers import dates


class Mismatch(Exception):
    """Why a row cannot be matched: the column to look at, and a plain sentence."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(message)
        self.key = key
        self.message = message


@dataclass
class People:
    """The people of one row. None: there is nobody yet, the row would add them."""

    family: Family | None
    child: Child | None
    first: Guardian | None
    second: Guardian | None


P = TypeVar("P", Family, Child, Guardian)


def match(row: Row, known: Registry) -> People:
    """Find the people of a row. Raises Mismatch where the row contradicts itself or what is known."""
    if row.get("guardian_1_email") and row.get("guardian_1_email") == row.get("guardian_2_email"):
        raise Mismatch("guardian_2_email", "Both guardians have the same address. Each needs their own.")
    if _names(row, 1) == _names(row, 2) and not (row.get("guardian_1_email") and row.get("guardian_2_email")):
        raise Mismatch("guardian_2_first_name", "Both guardians have the same name. Give an e-mail address for each.")
    child = _child_by_reference(row, known)
    first, second = (_guardian_by_email(row, number, known) for number in (1, 2))
    family = _family(row, known, child, first, second)
    if family is None:
        if not row.get("child_reference") and (alike := _alike(row, known)):
            raise _child_elsewhere(alike[0], known)
        if second is not None and not row.get("guardian_2_apart"):
            raise _lives_elsewhere(second, known)
        return People(None, child, first, second)
    first = _first_guardian(row, known, family, first)
    second = _second_guardian(row, known, family, second) if row.has_second_guardian else None
    child = child or _child_in(row, known, family)
    for person, key in (
        (family, "family_reference"),
        (child, "first_name"),
        (first, "guardian_1_first_name"),
        (second, "guardian_2_first_name"),
    ):
        if person is not None and person.archived_at is not None:
            raise Mismatch(key, f"{person} is archived. Bring them back first, in the families pages.")
    return People(family, child, first, second)


def _child_by_reference(row: Row, known: Registry) -> Child | None:
    reference = row.get("child_reference")
    child = known.child_by_reference.get(reference.casefold()) if reference else None
    if child is None:
        return None
    same_name = named(child) == (fold(row.get("first_name")), fold(row.get("last_name")))
    if not same_name and child.date_of_birth != row.get("date_of_birth"):
        raise Mismatch(
            "child_reference",
            f"{reference} is {child}, born {dates.typed_day(child.date_of_birth)}; name and date of birth differ here.",
        )
    return child


def _names(row: Row, number: int) -> tuple[str, str]:
    first, last = row.get(f"guardian_{number}_first_name"), row.get(f"guardian_{number}_last_name")
    return fold(first or ""), fold(last or "")


def _guardian_by_email(row: Row, number: int, known: Registry) -> Guardian | None:
    key = f"guardian_{number}_email"
    address = row.get(key)
    if not address:
        return None
    if address in known.staff_emails:
        raise Mismatch(key, "This address belongs to a member of staff. A parent or carer needs their own.")
    guardian = known.guardian_by_email.get(address)
    if guardian is not None and named(guardian)[0] != _names(row, number)[0]:
        raise Mismatch(key, f"This address is {guardian}’s. Two people cannot share one.")
    return guardian


def _family(
    row: Row, known: Registry, child: Child | None, first: Guardian | None, second: Guardian | None
) -> Family | None:
    """By reference, by the child's reference, by a known address, by the child, by name and phone."""
    reference = row.get("family_reference")
    if reference:
        family = known.family_by_reference.get(reference.casefold())
        if child is not None and (family is None or child.family_id != family.pk):
            raise Mismatch("family_reference", f"{child} is in family {known.family_of(child)}, not in this one.")
        if family is not None or first is None:
            return family
        raise Mismatch("family_reference", f"{first} is in family {known.family_of(first)}, not in this one.")
    if child is not None:
        return known.family_of(child)
    if first is not None:
        return known.family_of(first)
    if second is not None and not row.get("guardian_2_apart"):
        return known.family_of(second)
    return _family_of_same_child(row, known) or _family_by_name_and_phone(row, known)


def _family_of_same_child(row: Row, known: Registry) -> Family | None:
    alike = _alike(row, known)
    for child in alike:
        if any(named(guardian) == _names(row, 1) for guardian in known.guardians_of_child[child.pk]):
            return known.family_of(child)
    if alike and not row.get("child_reference"):
        raise _child_elsewhere(alike[0], known)
    return None


def _alike(row: Row, known: Registry) -> list[Child]:
    key = (fold(row.get("first_name")), fold(row.get("last_name")), row.get("date_of_birth"))
    return known.children_alike.get(key, [])


def _child_elsewhere(child: Child, known: Registry) -> Mismatch:
    return Mismatch(
        "first_name",
        f"A child with this name and date of birth is already in family {known.family_of(child)}. If it is the "
        "same child, write that family reference; if it is another one, give a new child reference.",
    )


def _family_by_name_and_phone(row: Row, known: Registry) -> Family | None:
    phone = row.get("guardian_1_phone")
    if not phone:
        return None
    same = [g for g in known.guardians_named.get(_names(row, 1), []) if digits(g.phone) == digits(phone)]
    return known.family_of(same[0]) if len(same) == 1 else None


def _one_named(row: Row, number: int, people: list[Guardian]) -> Guardian | None:
    same = list({person.pk: person for person in people if named(person) == _names(row, number)}.values())
    if len(same) > 1:
        raise Mismatch(
            f"guardian_{number}_email", f"There are two people called {same[0]} here. Give the e-mail address."
        )
    return same[0] if same else None


def _first_guardian(row: Row, known: Registry, family: Family, by_email: Guardian | None) -> Guardian | None:
    if by_email is None:
        return _one_named(row, 1, known.guardians_of_family[family.pk])
    if by_email.family_id != family.pk:
        raise Mismatch("guardian_1_email", f"{by_email} is in family {known.family_of(by_email)}, not in {family}.")
    return by_email


def _second_guardian(row: Row, known: Registry, family: Family, by_email: Guardian | None) -> Guardian | None:
    """Guardian 2 may live elsewhere; an empty cell in that column leaves them where they are."""
    apart = row.get("guardian_2_apart")
    elsewhere = known.co_guardians(family)
    if by_email is not None:
        found: Guardian | None = by_email
    else:
        at_home = known.guardians_of_family[family.pk] if not apart else []
        found = _one_named(row, 2, at_home) or _one_named(row, 2, elsewhere)
        if found is None and apart:
            found = _one_named(row, 2, known.guardians_of_family[family.pk]) or _apart_by_phone(row, known)
    if found is None:
        return None
    lives_apart = found.family_id != family.pk
    if apart is not None and apart != lives_apart:
        where = "in a household of their own" if lives_apart else "in this household"
        raise Mismatch("guardian_2_apart", f"We have {found} {where}. Change that in the families pages first.")
    if lives_apart and apart is None and found not in elsewhere:
        raise _lives_elsewhere(found, known)
    return found


def _lives_elsewhere(guardian: Guardian, known: Registry) -> Mismatch:
    where = known.family_of(guardian)
    return Mismatch("guardian_2_apart", f"{guardian} is in family {where}. Write yes if they live separately.")


def _apart_by_phone(row: Row, known: Registry) -> Guardian | None:
    phone = row.get("guardian_2_phone")
    same = known.guardians_named.get(_names(row, 2), []) if phone else []
    return _one_named(row, 2, [guardian for guardian in same if digits(guardian.phone) == digits(phone)])


def _child_in(row: Row, known: Registry, family: Family) -> Child | None:
    reference = row.get("child_reference")
    alike = _alike(row, known)
    at_home = [child for child in alike if child.family_id == family.pk]
    if at_home and reference:
        raise Mismatch(
            "child_reference", f"This child is here already, with the reference {at_home[0].reference or 'to come'}."
        )
    if at_home:
        return at_home[0]
    if reference:
        return None
    if alike:
        raise _child_elsewhere(alike[0], known)
    names = (fold(row.get("first_name")), fold(row.get("last_name")))
    for child in known.children_of_family[family.pk]:
        if named(child) == names:
            raise Mismatch(
                "date_of_birth",
                f"{child} of this family was born on {dates.typed_day(child.date_of_birth)}. If that is this child and "
                f"the date must change, write the child reference ({child.reference or 'to come'}).",
            )
    return None
