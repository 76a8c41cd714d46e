"""Separated parents of one child, a restricted one, strangers: with a canary in everything that is confidential."""

from dataclasses import dataclass
from datetime import date

from families import proposing
from families.models import Child, Guardian, Guardianship, Proposal
from tests.factories import ChildFactory, FamilyFactory, GuardianFactory, GuardianshipFactory, london

NOW = london("2026-11-25 10:00")
# Of Mia and her brother Tom, of Ben who lives apart, of Ron who is restricted, and of a stranger.
CANARIES = {
    "mia": ("canary-mia-medical", "canary-mia-helps"),
    "tom": ("canary-tom-medical", "canary-tom-helps"),
    "ann": ("canary-ann@example.com", "07700 900101", "canary-ann-road", "canary-ann-words", "Annabelle"),
    "ben": ("canary-ben@example.com", "07700 900102", "canary-ben-road", "canary-ben-words", "Benedict"),
    "ron": ("canary-ron@example.com", "07700 900103", "canary-ron-road", "canary-ron-why", "Ronald"),
    "other": ("canary-other@example.com", "canary-other-medical", "Ottoline"),
}


@dataclass
class Parents:
    """Ann and Ben are separated; Ann has Mia and Tom, Ben stands for Mia only; Ron may learn nothing of Mia."""

    ann: Guardian
    ben: Guardian
    ron: Guardian
    other: Guardian
    mia: Child
    tom: Child
    others_child: Child


def _adult(first_name: str, key: str) -> Guardian:
    address, number = CANARIES[key][:2]
    family = FamilyFactory(name=f"Home of {key}", address=CANARIES[key][2], notes="canary-staff-notes")
    return GuardianFactory(first_name=first_name, family=family, email=address, phone=number)


def parents() -> Parents:
    """Everybody, with Ann's and Ben's proposals for the same child waiting."""
    ann, ben, ron = _adult("Annabelle", "ann"), _adult("Benedict", "ben"), _adult("Ronald", "ron")
    other = GuardianFactory(first_name="Ottoline", email="canary-other@example.com")
    mia = _child(ann, "Mia", "mia")
    tom = _child(ann, "Tom", "tom")
    others_child = ChildFactory(family=other.family, known_as="Zoe", medical_notes="canary-other-medical")
    for guardian, child in ((ann, mia), (ann, tom), (ben, mia), (other, others_child)):
        GuardianshipFactory(guardian=guardian, child=child)
    Guardianship.objects.create(
        guardian=ron,
        child=mia,
        relationship=Guardianship.Relationship.STEP_PARENT,
        restricted=True,
        restriction_reason="canary-ron-why",
        restriction_review_on=date(2027, 1, 1),
    )
    proposed(ann, mia, likes="canary-ann-words")
    proposed(ben, mia, likes="canary-ben-words")
    return Parents(ann, ben, ron, other, mia, tom, others_child)


def _child(guardian: Guardian, name: str, key: str) -> Child:
    medical, helps = CANARIES[key]
    return ChildFactory(family=guardian.family, known_as=name, medical_notes=medical, what_helps=helps)


def proposed(guardian: Guardian, child: Child, **values: str) -> Proposal:
    """One waiting proposal."""
    (made,) = proposing.propose(child, guardian, values, by=guardian.user, now=NOW)
    return made
