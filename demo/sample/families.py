"""Puts the families of `households.py` into the portal, through the same services that staff use."""

import random
from datetime import date, datetime, timedelta
from decimal import Decimal

from demo.sample.households import (
    ACCESS_NEEDS,
    HOUSEHOLDS,
    LIKES,
    MEDICAL_NOTES,
    WHAT_HELPS,
    WHAT_TO_AVOID,
    Adult,
    Household,
    Kid,
    Way,
)
from demo.sample.making import MAKER, fixed_id
from demo.sample.programme import GROUPS
from families import agreeing, consenting, registering
from families.models import Child, Consent, Family, Group, Guardian, Guardianship
from whippersnappers import dates
from whippersnappers.accounts.models import User

# Adults who stand for a child of another household: (adult, the child's family, child, restricted).
ACROSS = [
    ("mark.ellis@example.org", "F0001", "Leo", False),
    ("mark.ellis@example.org", "F0001", "Ruby", True),
    ("patrick.doyle@example.org", "F0004", "Oisín", True),
]
# They are led to the agreement when they want to join.
UNSIGNED = ("Abena Osei", "Stuart Green")
DEVICE = "Mozilla/5.0 (Linux; Android 13; SM-A145R) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36"
# What was said about recorded shows, one answer after the other, where it is not left to chance.
ANSWERS = {"F0001 Leo": (True,), "F0001 Ruby": (), "F0003 Nour": (True, False), "F0003 Adam": (True,)}
_STREETS = ["Railton Road", "Coldharbour Lane", "Rye Lane", "Lordship Lane", "Church Street", "Elm Grove"]


def make_families(now: datetime) -> dict[str, Child]:
    """All families; returns the children by family reference and name, such as `F0001 Leo`."""
    dice = random.Random(2020)
    children: dict[str, Child] = {}
    for number, household in enumerate(HOUSEHOLDS, start=1):
        family = _family(number, household, dice, now)
        kids = [_child(family, kid, dice, len(children) + i, now) for i, kid in enumerate(household.kids)]
        children |= {f"{family.reference} {child.known_as}": child for child in kids}
        guardians = [_guardian(family, adult, dice, now) for adult in household.adults]
        for guardian, adult in zip(guardians, household.adults, strict=True):
            for child in kids:
                _stand_for(guardian, child, adult.relationship, now)
    _stand_across(children, now)
    _sign(now)
    _consent(dice, now)
    _groups(children, now)
    return children


def _family(number: int, household: Household, dice: random.Random, now: datetime) -> Family:
    reference = f"F{number:04d}"
    street = f"{dice.randint(2, 180)} {dice.choice(_STREETS)}"
    family = Family(
        id=fixed_id("family", reference),
        reference=reference,
        name=household.name,
        address=f"{street}\n{household.borough}\nLondon",
    )
    registering.save_family(family, by=MAKER, now=now)
    return family


def _guardian(family: Family, adult: Adult, dice: random.Random, now: datetime) -> Guardian:
    guardian = Guardian(
        id=fixed_id("guardian", family.reference, adult.first),
        family=family,
        first_name=adult.first,
        last_name=adult.last,
        email=adult.email,
        # Numbers that Ofcom keeps free for films and books.
        phone=f"07700 900{dice.randint(0, 999):03d}",
        prefers=Guardian.Contact.PHONE if adult.way in (Way.PREFERS_PHONE, Way.NO_ADDRESS) else Guardian.Contact.EMAIL,
    )
    if adult.way == Way.DEAD_ADDRESS:
        guardian.email_problem = "550 5.1.1 this mailbox does not exist"
    registering.save_guardian(guardian, by=MAKER, now=now)
    return guardian


def _child(family: Family, kid: Kid, dice: random.Random, turn: int, now: datetime) -> Child:
    known_as = kid.known_as or kid.first
    child = Child(
        id=fixed_id("child", family.reference, kid.first),
        family=family,
        reference=f"C{turn + 1:04d}",
        known_as=known_as,
        first_name=kid.first,
        last_name=family.name,
        date_of_birth=kid.born,
        communication=kid.talks,
        what_helps=WHAT_HELPS[turn % len(WHAT_HELPS)],
        what_to_avoid=WHAT_TO_AVOID[turn % len(WHAT_TO_AVOID)],
        likes=LIKES[turn % len(LIKES)],
        access_needs=ACCESS_NEEDS[turn % len(ACCESS_NEEDS)],
        medical_notes=MEDICAL_NOTES[turn % len(MEDICAL_NOTES)],
        local_authority=next(h.borough for h in HOUSEHOLDS if h.name == family.name),
        entitlement_hours=Decimal(dice.choice([26, 39, 52, 78, 104])),
    )
    registering.save_child(child, by=MAKER, now=now)
    return child


def _stand_for(guardian: Guardian, child: Child, relationship: str, now: datetime) -> None:
    responsible = relationship in ("mother", "father", "grandparent")
    standing = Guardianship(
        id=fixed_id("guardianship", guardian.pk, child.pk),
        guardian=guardian,
        child=child,
        relationship=relationship,
        parental_responsibility=responsible,
    )
    registering.save_guardianship(standing, by=MAKER, now=now)


def _stand_across(children: dict[str, Child], now: datetime) -> None:
    for email, family, name, restricted in ACROSS:
        guardian = Guardian.objects.get(email=email)
        child = children[f"{family} {name}"]
        _stand_for(guardian, child, "step_parent" if name == "Ruby" else "father", now)
        if restricted:
            review = dates.local(now).date() + timedelta(days=180)
            _restrict(guardian, child, review, now)


def _restrict(guardian: Guardian, child: Child, review: date, now: datetime) -> None:
    standing = Guardianship.objects.get(guardian=guardian, child=child)
    reason = "Court order, copy seen by the Safeguarding Lead: no contact with the child, no information."
    registering.restrict(standing, reason=reason, review_on=review, by=MAKER, now=now)


def _sign(now: datetime) -> None:
    """All have signed the agreement but two: on their phones, or on paper where there is no e-mail address."""
    agreement = agreeing.current_agreement()
    planner = User.objects.get(email="cora@whippersnappers.org")
    assert agreement is not None
    for guardian in Guardian.objects.order_by("family__reference", "first_name"):
        if guardian.full_name in UNSIGNED:
            continue
        if guardian.user is None:
            day = dates.local(now).date()
            agreeing.record_paper(guardian, agreement, name=guardian.full_name, paper_date=day, by=planner, now=now)
            continue
        evidence = agreeing.Evidence(DEVICE, "code", now - timedelta(minutes=4))
        agreeing.sign(guardian, agreement, typed_name=guardian.full_name, evidence=evidence, by=guardian.user, now=now)


def _consent(dice: random.Random, now: datetime) -> None:
    """Most agree to recorded shows, some do not, some have not answered, and one has taken a yes back."""
    standings = Guardianship.objects.inviting().filter(parental_responsibility=True)
    answered = set()
    for standing in standings.select_related("guardian", "child__family").order_by(
        "child__reference", "guardian__email"
    ):
        child = standing.child
        if child.pk in answered:
            continue
        answered.add(child.pk)
        by_chance = () if dice.random() < 0.15 else (dice.random() < 0.85,)
        for number, given in enumerate(ANSWERS.get(f"{child.family.reference} {child.known_as}", by_chance)):
            consenting.record_consent(
                child,
                Consent.Purpose.RECORDED_GROUP,
                given=given,
                given_by=standing.guardian,
                by=standing.guardian.user or MAKER,
                now=now + timedelta(days=number * 12),
            )


def _groups(children: dict[str, Child], now: datetime) -> None:
    for name, known in GROUPS.items():
        members = [child for child in children.values() if not known or child.known_as in known]
        registering.save_group(Group(id=fixed_id("group", name), name=name), members, by=MAKER, now=now)
