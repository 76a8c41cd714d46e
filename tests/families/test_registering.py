"""Adding and changing families: written with its audit event or not at all, refused in plain words."""

from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import ValidationError

from families import archiving, registering
from families.models import Child, Family, Guardian, Guardianship
from tests.factories import (
    ChildFactory,
    FamilyFactory,
    GroupFactory,
    GuardianFactory,
    GuardianshipFactory,
    household,
)
from whippersnappers.accounts import people
from whippersnappers.accounts.roles import Role
from whippersnappers.audit.models import AuditEvent

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def events() -> list[str]:
    return list(AuditEvent.objects.order_by("sequence").values_list("event", flat=True))


def a_child(family: Family, **fields: object) -> Child:
    given = {"first_name": "Mia", "last_name": "Lee", "date_of_birth": date(2016, 5, 3), **fields}
    return Child(family=family, **given)


def test_families_and_children_get_the_next_free_reference(coordinator):
    FamilyFactory(reference="F0002")
    references = []
    for name in ("Lee", "Okoro"):
        family = Family(name=name)
        registering.save_family(family, by=coordinator, now=NOW)
        references.append(family.reference)
    assert len(set(references)) == 2
    assert "F0002" not in references
    assert all(reference.startswith("F") and len(reference) == 5 for reference in references)
    assert events() == ["family.added", "family.added"]


def test_a_reference_that_is_taken_is_refused_whatever_its_case(coordinator):
    FamilyFactory(reference="F-lee")
    with pytest.raises(ValidationError, match="another family's reference"):
        registering.save_family(Family(name="Lee", reference="f-LEE"), by=coordinator, now=NOW)
    assert events() == []


def test_a_new_guardian_gets_an_account_to_sign_in_with(coordinator):
    guardian = Guardian(family=FamilyFactory(), first_name="Ann", last_name="Lee", email=" Ann@Example.com ")
    registering.save_guardian(guardian, by=coordinator, now=NOW)
    guardian.refresh_from_db()
    assert guardian.email == "ann@example.com"
    assert (guardian.user.email, guardian.user.name, guardian.user.roles) == (
        "ann@example.com",
        "Ann Lee",
        [Role.GUARDIAN],
    )
    assert events()[-1] == "guardian.added"


def test_a_new_address_moves_the_account_and_forgets_the_old_address_s_problem(coordinator):
    guardian = GuardianFactory(email="old@example.com", email_problem="The server knows no such address.")
    registering.change_email(guardian, "new@example.com", by=coordinator, now=NOW)
    guardian.refresh_from_db()
    assert (guardian.email, guardian.email_problem, guardian.user.email) == (
        "new@example.com",
        "",
        "new@example.com",
    )
    changed = AuditEvent.objects.get(event="guardian.changed").detail["fields"]
    assert sorted(changed) == ["email", "email_problem"]


def test_taking_the_address_away_switches_the_account_off_and_frees_the_address(coordinator):
    mother, father = GuardianFactory(email="us@example.com"), GuardianFactory(email="")
    account = mother.user
    registering.change_email(mother, "", by=coordinator, now=NOW)
    account.refresh_from_db()
    assert (account.is_active, account.email.endswith("@no-address.invalid")) == (False, True)
    registering.change_email(father, "us@example.com", by=coordinator, now=NOW)
    assert (father.user.email, father.user.is_active) == ("us@example.com", True)
    assert father.user != account
    registering.change_email(mother, "me@example.com", by=coordinator, now=NOW)
    account.refresh_from_db()
    assert (mother.user, account.email, account.is_active) == (account, "me@example.com", True)


def test_an_account_that_an_administrator_closed_is_not_opened_by_an_edit(coordinator, administrator):
    guardian = GuardianFactory(email="ann@example.com")
    people.deactivate(guardian.user, by=administrator, now=NOW)
    guardian.refresh_from_db()
    guardian.phone = "020 7946 0018"
    registering.save_guardian(guardian, by=coordinator, now=NOW)
    guardian.user.refresh_from_db()
    assert (guardian.user.is_active, guardian.phone) == (False, "020 7946 0018")


def test_archiving_asks_for_nothing_that_is_missing(coordinator):
    guardian = GuardianFactory(email="", prefers="phone", phone="")
    archiving.archive_family(guardian.family, by=coordinator, now=NOW)
    guardian.refresh_from_db()
    assert guardian.archived_at == NOW


@pytest.mark.parametrize("spelling", ["maya@whippersnappers.org", "MAYA@Whippersnappers.org"])
def test_a_member_of_staff_s_address_is_refused_kindly(coordinator, practitioner, spelling):
    guardian = Guardian(family=FamilyFactory(), first_name="Maya", last_name="Lind", email=spelling)
    with pytest.raises(ValidationError) as refused:
        registering.save_guardian(guardian, by=coordinator, now=NOW)
    assert list(refused.value.message_dict) == ["email"]
    assert "member of staff" in refused.value.message_dict["email"][0]
    assert (Guardian.objects.count(), events()) == (0, [])


def test_another_guardian_s_address_is_refused_kindly(coordinator):
    GuardianFactory(email="ann@example.com")
    other = Guardian(family=FamilyFactory(), first_name="Bob", last_name="Lee", email="ANN@example.com")
    with pytest.raises(ValidationError) as refused:
        registering.save_guardian(other, by=coordinator, now=NOW)
    assert "another parent or carer" in refused.value.message_dict["email"][0]


def test_who_prefers_the_phone_needs_a_number(coordinator):
    guardian = Guardian(family=FamilyFactory(), first_name="Ann", last_name="Lee", prefers="phone")
    with pytest.raises(ValidationError, match="phone number"):
        registering.save_guardian(guardian, by=coordinator, now=NOW)


@pytest.mark.parametrize(
    ("born", "sentence"),
    [(date(2026, 11, 23), "in the future"), (date(1905, 12, 31), "120 years"), (None, "give the date")],
)
def test_impossible_dates_of_birth_are_refused(coordinator, born, sentence):
    with pytest.raises(ValidationError, match=sentence):
        registering.save_child(a_child(FamilyFactory(), date_of_birth=born), by=coordinator, now=NOW)


def test_a_change_names_its_fields_and_never_their_words(coordinator):
    child = a_child(FamilyFactory(), medical_notes="peanuts")
    registering.save_child(child, by=coordinator, now=NOW)
    child.medical_notes, child.likes = "peanuts and bees", "drums"
    assert registering.save_child(child, by=coordinator, now=NOW) == ["medical_notes", "likes"]
    event = AuditEvent.objects.get(event="child.changed")
    assert event.detail == {"fields": ["medical_notes", "likes"]}
    assert Child.objects.get().medical_notes == "peanuts and bees"
    assert child.known_as == "Mia"


def test_saving_without_a_change_writes_nothing(coordinator):
    child = a_child(FamilyFactory(), likes="drums")
    registering.save_child(child, by=coordinator, now=NOW)
    again = Child.objects.get()
    assert registering.save_child(again, by=coordinator, now=NOW) == []
    assert events() == ["child.added"]


def test_a_restriction_needs_reason_and_review_and_can_be_lifted(coordinator):
    standing = GuardianshipFactory()
    standing.restricted = True
    with pytest.raises(ValidationError) as refused:
        registering.save_guardianship(standing, by=coordinator, now=NOW)
    assert sorted(refused.value.message_dict) == ["restriction_reason", "restriction_review_on"]
    registering.restrict(standing, reason="Order of 3 May", review_on=date(2027, 5, 3), by=coordinator, now=NOW)
    assert not Guardianship.objects.inviting().exists()
    with pytest.raises(ValidationError, match="Lift it first"):
        registering.end_guardianship(standing, by=coordinator, now=NOW)
    registering.lift_restriction(standing, by=coordinator, now=NOW)
    standing.refresh_from_db()
    assert (standing.restricted, standing.restriction_reason, standing.restriction_review_on) == (False, "", None)
    registering.end_guardianship(standing, by=coordinator, now=NOW)
    assert [e for e in events() if e != "guardianship.changed"] == [
        "guardianship.restricted",
        "guardianship.restriction_lifted",
        "guardianship.ended",
    ]
    assert not Guardianship.objects.exists()


def test_archiving_a_household_switches_its_people_off_and_back(coordinator):
    (guardian,), (child,) = household()
    family = guardian.family
    archiving.archive_family(family, by=coordinator, now=NOW)
    guardian.refresh_from_db()
    assert (guardian.user.is_active, guardian.can_be_mailed) == (False, False)
    assert not Guardianship.objects.inviting().exists()
    family.refresh_from_db()
    archiving.bring_back_family(family, by=coordinator, now=NOW)
    guardian.refresh_from_db()
    child.refresh_from_db()
    assert (guardian.user.is_active, guardian.archived_at, child.archived_at) == (True, None, None)


def test_a_group_keeps_count_of_who_joins_and_leaves(coordinator):
    group, first, second = GroupFactory(), ChildFactory(), ChildFactory()
    registering.save_group(group, [first], by=coordinator, now=NOW)
    registering.save_group(group, [second], by=coordinator, now=NOW)
    assert list(group.children.all()) == [second]
    assert AuditEvent.objects.order_by("sequence").last().detail == {"joined": 1, "left": 1}
    registering.delete_group(group, by=coordinator, now=NOW)
    assert events()[-1] == "group.deleted"


def test_a_failing_change_leaves_no_account_behind(coordinator):
    guardian = Guardian(family=FamilyFactory(), first_name="", last_name="Lee", email="ann@example.com")
    with pytest.raises(ValidationError) as refused:
        registering.save_guardian(guardian, by=coordinator, now=NOW)
    assert "first_name" in refused.value.message_dict
    assert events() == []
