"""Who sees whom: every queryset's `visible_to`, with separated parents, a restriction and strangers about."""

from datetime import date

import pytest
from django.utils import timezone

from families import registering
from families.importing import runs
from families.models import Child, Family, FamilyImport, Guardian, Guardianship
from tests.factories import ChildFactory, FamilyFactory, GuardianFactory, GuardianshipFactory, household
from tests.messy_families import as_csv, messy_rows
from whippersnappers.accounts.models import User
from whippersnappers.accounts.roles import Role

pytestmark = pytest.mark.django_db
MODELS = (Family, Guardian, Child)


@pytest.fixture
def parents() -> tuple[Guardian, Guardian, Child]:
    """Ann has the child; Ben lives apart and stands for it too. A third family knows neither."""
    ann = GuardianFactory(first_name="Ann", family=FamilyFactory(name="Ann's"))
    ben = GuardianFactory(first_name="Ben", family=FamilyFactory(name="Ben's"))
    child = ChildFactory(family=ann.family, known_as="Mia")
    GuardianshipFactory(guardian=ann, child=child)
    GuardianshipFactory(guardian=ben, child=child)
    household(children=2, guardians=2)
    return ann, ben, child


def seen(person: User) -> dict[str, set[str]]:
    return {model.__name__: {str(row) for row in model.objects.visible_to(person)} for model in MODELS}


def test_separated_parents_share_the_child_and_nothing_of_each_other(parents):
    ann, ben, child = parents
    assert seen(ann.user) == {"Family": {str(ann.family)}, "Guardian": {str(ann)}, "Child": {str(child)}}
    assert seen(ben.user) == {"Family": {str(ben.family)}, "Guardian": {str(ben)}, "Child": {str(child)}}


@pytest.mark.parametrize("field", ["restricted", "may_see_details"])
def test_a_restriction_takes_the_child_away_and_leaves_the_other_parent_alone(parents, coordinator, field):
    ann, ben, child = parents
    standing = Guardianship.objects.get(guardian=ben)
    if field == "restricted":
        registering.restrict(standing, reason="Order", review_on=date(2027, 1, 1), by=coordinator, now=timezone.now())
    else:
        standing.may_see_details = False
        registering.save_guardianship(standing, by=coordinator, now=timezone.now())
    assert seen(ben.user)["Child"] == set()
    assert seen(ann.user)["Child"] == {str(child)}


def test_a_restricted_guardian_of_one_child_keeps_the_other(parents, coordinator):
    ann, _, child = parents
    other = ChildFactory(family=ann.family, known_as="Tom")
    GuardianshipFactory(guardian=ann, child=other)
    standing = Guardianship.objects.get(guardian=ann, child=child)
    registering.restrict(standing, reason="Order", review_on=date(2027, 1, 1), by=coordinator, now=timezone.now())
    assert seen(ann.user)["Child"] == {str(other)}


def test_only_standing_that_holds_is_invited(parents, coordinator):
    ann, ben, child = parents
    assert set(Guardianship.objects.inviting().filter(child=child).values_list("guardian", flat=True)) == {
        ann.pk,
        ben.pk,
    }
    standing = Guardianship.objects.get(guardian=ben)
    standing.may_be_invited = False
    registering.save_guardianship(standing, by=coordinator, now=timezone.now())
    assert list(Guardianship.objects.inviting().filter(child=child).values_list("guardian", flat=True)) == [ann.pk]


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.COORDINATOR, Role.GUARDIAN)])
def test_no_other_staff_see_families_through_here(parents, role):
    person = User.objects.create_user("somebody@whippersnappers.org", roles=[role])
    assert seen(person) == {"Family": set(), "Guardian": set(), "Child": set()}


def test_coordinators_see_everybody(parents, coordinator):
    assert {name: len(rows) for name, rows in seen(coordinator).items()} == {
        "Family": Family.objects.count(),
        "Guardian": Guardian.objects.count(),
        "Child": Child.objects.count(),
    }
    assert Family.objects.count() == 3


def test_who_may_not_sign_in_any_more_sees_nothing(parents, coordinator):
    ann, _, _ = parents
    for person in (ann.user, coordinator):
        person.is_active = False
        assert seen(person) == {"Family": set(), "Guardian": set(), "Child": set()}


def test_imports_are_seen_by_coordinators_only(parents, coordinator, practitioner, administrator):
    runs.receive("f.csv", as_csv(messy_rows(1)), by=coordinator, now=timezone.now())
    people = (coordinator, practitioner, administrator, parents[0].user)
    assert [FamilyImport.objects.visible_to(person).count() for person in people] == [1, 0, 0, 0]
