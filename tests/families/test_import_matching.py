"""Whom a row is about: the matching rules, and every contradiction said in words."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from families import archiving, registering
from families.importing import runs
from families.models import Child, Family, FamilyImport, Guardian, Guardianship
from tests.factories import ChildFactory, FamilyFactory, GuardianFactory, GuardianshipFactory
from tests.messy_families import as_xlsx
from whippersnappers.accounts.models import User

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def a_row(child: str = "Mia", **more: Any) -> dict[str, Any]:
    """A row for a child of Ann Lee; `more` by heading with underscores for spaces."""
    row = {
        "Child first name": child, "Child last name": "Lee", "Date of birth": "03/05/2016",
        "Guardian 1 first name": "Ann", "Guardian 1 last name": "Lee", "Guardian 1 e-mail": "ann@example.com",
        "Guardian 1 relationship": "mother",
    }  # fmt: skip
    return row | {heading.replace("_", " "): value for heading, value in more.items()}


BEN = {
    "Guardian 2 first name": "Ben", "Guardian 2 last name": "Osei", "Guardian 2 relationship": "father",
    "Guardian 2 e-mail": "ben@example.com",
}  # fmt: skip
NO_MAIL = {"Guardian 1 e-mail": ""}


def checked(rows: list[dict[str, Any]], by: User) -> list[dict[str, Any]]:
    run = runs.receive("families.xlsx", as_xlsx(rows), by=by, now=NOW)
    runs.check(str(run.pk), now=NOW)
    return [{"outcome": row.outcome, **json.loads(row.findings)} for row in run.rows.all()]


def outcomes(rows: list[dict[str, Any]], by: User) -> list[str]:
    return [found["outcome"] for found in checked(rows, by)]


def land(rows: list[dict[str, Any]], by: User) -> FamilyImport:
    run = runs.receive("families.xlsx", as_xlsx(rows), by=by, now=NOW)
    runs.check(str(run.pk), now=NOW)
    runs.confirm(run, by=by, now=NOW)
    runs.land(str(run.pk), now=NOW)
    run.refresh_from_db()
    assert run.counts["left_out"] == 0
    return run


def problem(rows: list[dict[str, Any]], by: User, number: int = -1) -> tuple[str, str]:
    """Heading and sentence of the one problem of a row; the others have none."""
    found = checked(rows, by)
    wrong = found.pop(number)
    assert [f["problems"] for f in found] == [[]] * len(found)
    ((_, heading, message),) = wrong["problems"]
    return heading, message


@pytest.mark.parametrize("rows", [
    [a_row("Mia"), a_row("Tom")],
    [a_row("Mia", Family_reference="X1", **NO_MAIL), a_row("Tom", Family_reference="x1", **NO_MAIL)],
    [a_row("Mia", Guardian_1_phone="07700 900123", **NO_MAIL), a_row("Tom", Guardian_1_phone=7700900123, **NO_MAIL)],
    [a_row("Mia", **BEN, **NO_MAIL), a_row("Tom", **BEN, **NO_MAIL)],
])  # fmt: skip
def test_brothers_and_sisters_end_up_in_one_family_and_again_changes_nothing(coordinator, rows):
    land(rows, coordinator)
    assert Family.objects.get().children.count() == 2
    assert Guardian.objects.filter(first_name="Ann").count() == 1
    assert outcomes(rows, coordinator) == ["same", "same"]


def test_children_of_different_people_end_up_in_different_families(coordinator):
    land([a_row("Mia"), a_row("Tom", **{"Guardian 1 e-mail": "other@example.com"})], coordinator)
    assert Family.objects.count() == 2


def test_separated_parents_get_a_household_each_and_share_it_among_siblings(coordinator):
    apart = {**BEN, "Guardian 2 lives separately": "yes"}
    rows = [a_row("Mia", **apart), a_row("Tom", **apart), a_row("Una", **apart | {"Guardian 2 e-mail": ""})]
    land(rows, coordinator)
    ann, ben = Guardian.objects.get(first_name="Ann"), Guardian.objects.get(first_name="Ben")
    assert Family.objects.count() == 2
    assert ann.family != ben.family
    assert ann.family.children.count() == 3
    assert ben.family.children.count() == 0
    assert list(Guardian.objects.visible_to(ben.user)) == [ben]
    assert Child.objects.visible_to(ben.user).count() == 3
    assert outcomes(rows, coordinator) == ["same"] * 3


def test_old_and_new_words_are_shown_and_empty_cells_leave_things_alone(coordinator):
    land([a_row(Address="1 Station Road", Known_as="Mimi")], coordinator)
    (found,) = checked([a_row(Known_as="Mims", Likes="drums", **{"Guardian 1 last name": "Lee-Osei"})], coordinator)
    assert found["outcome"] == "change"
    assert found["changes"] == [
        ["Child", "Known as", "Mimi", "Mims"], ["Child", "Likes", "", "drums"],
        ["Guardian 1", "Guardian 1 last name", "Lee", "Lee-Osei"],
    ]  # fmt: skip
    assert Family.objects.get().address == "1 Station Road"


def test_a_new_address_of_a_known_person_moves_the_sign_in_too(coordinator):
    land([a_row(Family_reference="X1")], coordinator)
    Guardian.objects.update(email_problem="No such mailbox.")
    rows = [a_row(Family_reference="X1", **{"Guardian 1 e-mail": "ann.lee@example.com"})]
    (found,) = checked(rows, coordinator)
    assert found["changes"] == [["Guardian 1", "Guardian 1 e-mail", "ann@example.com", "ann.lee@example.com"]]
    land(rows, coordinator)
    ann = Guardian.objects.get()
    assert (ann.email, ann.user.email, ann.email_problem) == ("ann.lee@example.com", "ann.lee@example.com", "")


def test_a_second_guardian_is_added_to_a_known_child(coordinator):
    land([a_row()], coordinator)
    land([a_row(**BEN)], coordinator)
    assert Guardianship.objects.filter(child__first_name="Mia").count() == 2
    assert Guardian.objects.get(first_name="Ben").family == Family.objects.get()


def test_a_date_of_birth_is_corrected_with_the_child_s_reference(coordinator):
    land([a_row(Child_reference="K7")], coordinator)
    land([a_row(Child_reference="k7", Date_of_birth="04/05/2016")], coordinator)
    assert Child.objects.get().date_of_birth.day == 4


@pytest.mark.parametrize(("rows", "heading", "sentence"), [
    ([a_row(), a_row()], "Child first name", "the same child as in row 2"),
    ([a_row(), a_row("MÍA ")], "Child first name", "the same child as in row 2"),
    ([a_row("Mia", Child_reference="K1"), a_row("Tom", Child_reference="K1", Date_of_birth="1/1/2010")],
     "Child reference", "K1 is Mia Lee, born 03/05/2016"),
    ([a_row(), a_row("Tom", **{"Guardian 1 first name": "Bob"})], "Guardian 1 e-mail", "is Ann Lee’s"),
    ([a_row(**BEN | {"Guardian 2 e-mail": "ann@example.com"})], "Guardian 2 e-mail", "the same address"),
    ([a_row(**{"Guardian 1 e-mail": "MAYA@whippersnappers.org"})], "Guardian 1 e-mail", "member of staff"),
    ([a_row(), a_row("Tom", Guardian_1_phone="020 7946 0018"), a_row("Una", Guardian_1_phone="020 7946 0019")],
     "Guardian 1 phone", "Row 3 says something else"),
    ([a_row(), a_row("Tom", **{"Guardian 1 relationship": ""})],
     "Guardian 1 relationship", "how this person is related"),
    ([a_row(), a_row(Date_of_birth="04/05/2016")], "Date of birth", "of this family was born on 03/05/2016"),
    ([a_row(), a_row(**{"Guardian 1 e-mail": "eve@example.com", "Guardian 1 first name": "Eve"})],
     "Child first name", "already in family Lee"),
    ([a_row(), a_row("Tom", Family_reference="X9")], "Family reference", "not in this one"),
    ([a_row(**BEN | {"Guardian 2 first name": "ann", "Guardian 2 last name": "lee", "Guardian 2 e-mail": ""})],
     "Guardian 2 first name", "the same name"),
    ([a_row(Guardian_1_prefers="phone")], "Guardian 1 phone", "we need a number"),
    ([a_row("Mia", **BEN), a_row("Tom", **BEN, **{"Guardian 2 lives separately": "yes"})],
     "Guardian 2 lives separately", "We have Ben Osei in this household"),
    ([a_row("Mia", **BEN, **{"Guardian 2 lives separately": "yes"}),
      a_row("Tom", Family_reference="X9", **BEN,
            **{"Guardian 1 e-mail": "cy@example.com", "Guardian 1 first name": "Cy"})],
     "Guardian 2 lives separately", "Write yes if they live separately"),
])  # fmt: skip
def test_contradictions_are_said_at_their_cell(coordinator, practitioner, rows, heading, sentence):
    said = problem(rows, coordinator)
    assert said[0] == heading
    assert sentence in said[1]
    assert (Family.objects.count(), Guardian.objects.count(), Child.objects.count()) == (0, 0, 0)


def test_a_row_with_a_mistake_does_not_hold_up_its_sibling_nor_half_lands(coordinator):
    rows = [a_row("Mia", Date_of_birth="30/02/2016"), a_row("Tom")]
    assert outcomes(rows, coordinator) == ["wrong", "add"]
    run = land(rows, coordinator)
    assert run.counts == {"wrong": 1, "add": 1, "landed": 1, "left_out": 0}
    assert [child.first_name for child in Child.objects.all()] == ["Tom"]


def test_a_restriction_is_left_as_it_is_and_said(coordinator):
    standing = GuardianshipFactory(
        guardian__first_name="Ann", guardian__last_name="Lee", guardian__email="ann@example.com",
        child__first_name="Mia",
        child__last_name="Lee",
        child__date_of_birth="2016-05-03",
        restricted=True,
        restriction_review_on="2027-01-01",
    )  # fmt: skip
    Child.objects.update(family=standing.guardian.family)
    (found,) = checked([a_row(**{"Guardian 1 relationship": "father"})], coordinator)
    assert "restriction" in found["notes"][0][2]
    assert "Relationship" not in str(found["changes"])
    standing.refresh_from_db()
    assert (standing.restricted, standing.relationship) == (True, "mother")


def test_who_is_archived_is_not_brought_back_by_the_way(coordinator):
    land([a_row()], coordinator)
    archiving.archive_family(Family.objects.get(), by=coordinator, now=NOW)
    assert "archived. Bring them back first" in problem([a_row()], coordinator)[1]


def test_a_guardian_of_another_family_is_not_moved(coordinator):
    GuardianFactory(first_name="Ann", last_name="Lee", email="ann@example.com")
    other = FamilyFactory(reference="X2")
    heading, message = problem([a_row(Family_reference="X2")], coordinator)
    assert (heading, "not in" in message) == ("Guardian 1 e-mail", True)
    assert other.guardians.count() == 0


def test_nobody_to_reach_is_only_a_note(coordinator):
    (found,) = checked([a_row(**NO_MAIL)], coordinator)
    assert (found["outcome"], "nobody can reach" in found["notes"][0][2]) == ("add", True)


def test_two_people_of_one_name_in_a_family_need_their_addresses(coordinator):
    family = FamilyFactory(reference="X3")
    for address in ("a@example.com", "b@example.com"):
        guardian = Guardian(family=family, first_name="Ann", last_name="Lee", email=address)
        registering.save_guardian(guardian, by=coordinator, now=NOW)
    assert "two people called Ann Lee" in problem([a_row(Family_reference="X3", **NO_MAIL)], coordinator)[1]
    assert outcomes([a_row(Family_reference="X3", **{"Guardian 1 e-mail": "b@example.com"})], coordinator) == ["add"]


def test_the_same_name_and_birthday_in_another_family_is_another_child_with_a_reference(coordinator):
    ChildFactory(first_name="Mia", last_name="Lee", date_of_birth="2016-05-03", reference="K1")
    assert "already in family" in problem([a_row()], coordinator)[1]
    land([a_row(Child_reference="K2")], coordinator)
    assert Child.objects.filter(first_name="Mia").count() == 2
