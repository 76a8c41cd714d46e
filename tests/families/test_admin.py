"""The staff pages about families: they save through the services, and only coordinators see them."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from families import agreeing, registering
from families.models import Agreement, Child, Consent, Family, Group, Guardian, Guardianship
from tests.factories import ChildFactory, FamilyFactory, GroupFactory, GuardianFactory, GuardianshipFactory, household
from whippersnappers.accounts.models import User
from whippersnappers.audit.models import AuditEvent

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def cora(client: Client, coordinator: User) -> Client:
    client.force_login(coordinator)
    return client


def filled(client: Client, address: str) -> dict[str, Any]:
    """What the page's form would send if somebody pressed “save” at once."""
    context = client.get(address).context
    forms = [context["adminform"].form]
    values: dict[str, Any] = {}
    for inline in context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    for form in forms:
        for bound in form:
            value = bound.value()
            if isinstance(value, list) or hasattr(value, "all"):
                values[bound.html_name] = [getattr(v, "pk", v) for v in value]
            elif value is True:
                values[bound.html_name] = "on"
            elif value is not None and value is not False:
                values[bound.html_name] = value
    return values


def page(name: str, *args: Any) -> str:
    return reverse(f"admin:families_{name}", args=args)


@pytest.mark.parametrize("name", ["family", "guardian", "child", "consent", "group"])
def test_only_coordinators_see_families(client, name, coordinator, practitioner, lead, trustee, administrator):
    household()
    answers = {}
    for person in (practitioner, lead, trustee, administrator, coordinator):
        client.force_login(person)
        answers[person.name] = client.get(page(f"{name}_changelist")).status_code
    assert answers == {"Maya Lind": 403, "Lena Frost": 403, "Tariq Shah": 403, "Ada Marsh": 403, "Cora Okafor": 200}


def make(count: int) -> None:
    for number in range(count):
        (guardian, _), children = household(children=2, guardians=2)
        Consent.objects.create(
            child=children[0], purpose="recorded_group", given=True, given_by=guardian, decided_at=NOW
        )
        GroupFactory(name=f"Group of {number} and {guardian.pk}").children.set(children)


@pytest.mark.parametrize(
    ("name", "budget"), [("family", 8), ("guardian", 7), ("child", 8), ("consent", 6), ("group", 6)]
)
def test_lists_ask_the_database_the_same_number_of_times_for_1_and_30(cora, name, budget):
    counts = []
    for more in (1, 29):
        make(more)
        with CaptureQueriesContext(connection) as queries:
            assert cora.get(page(f"{name}_changelist")).status_code == 200
        counts.append(len(queries))
    assert counts == [budget, budget]


@pytest.mark.parametrize("name", ["family", "guardian", "child", "group"])
@pytest.mark.parametrize(
    "query", ["?q=Adeyemi", "?archived=only", "?restriction=yes", "?recorded=open", "?reach=no_email"]
)
def test_searching_and_filtering_answer(cora, name, query):
    make(1)
    assert cora.get(page(f"{name}_changelist") + query, follow=True).status_code == 200


def test_a_family_is_added_with_its_people_in_one_go(cora, coordinator):
    values = filled(cora, page("family_add")) | {
        "name": "Lee", "address": "1 Station Road",
        "guardians-TOTAL_FORMS": "1", "guardians-INITIAL_FORMS": "0",
        "guardians-0-first_name": "Ann", "guardians-0-last_name": "Lee",
        "guardians-0-email": "Ann@Example.com", "guardians-0-prefers": "email",
        "children-TOTAL_FORMS": "1", "children-INITIAL_FORMS": "0",
        "children-0-first_name": "Mia", "children-0-last_name": "Lee", "children-0-known_as": "Mia",
        "children-0-date_of_birth": "03/05/2016",
    }  # fmt: skip
    answer = cora.post(page("family_add"), values)
    assert answer.status_code == 302, answer.context["errors"]
    family = Family.objects.get()
    assert (family.reference[0], family.address) == ("F", "1 Station Road")
    assert family.guardians.get().user.email == "ann@example.com"
    assert family.children.get().date_of_birth == date(2016, 5, 3)
    events = AuditEvent.objects.order_by("sequence").values_list("event", "actor")
    assert list(events) == [
        (event, f"user:{coordinator.pk}") for event in ("family.added", "person.added", "guardian.added", "child.added")
    ]


def test_what_the_service_refuses_stands_at_its_field(cora, practitioner):
    guardian = GuardianFactory(email="ann@example.com")
    address = page("guardian_change", guardian.pk)
    answer = cora.post(address, filled(cora, address) | {"email": "MAYA@whippersnappers.org"})
    assert answer.status_code == 200
    assert "member of staff" in str(answer.context["adminform"].form.errors["email"])
    assert Guardian.objects.get().email == "ann@example.com"


def test_confidential_words_can_be_edited_as_text_areas(cora):
    child = ChildFactory(medical_notes="peanuts")
    address = page("child_change", child.pk)
    assert "<textarea" in str(cora.get(address).context["adminform"].form["medical_notes"])
    saved = cora.post(address, filled(cora, address) | {"medical_notes": "peanuts and bees"})
    assert saved.status_code == 302, saved.context["errors"]
    assert Child.objects.get().medical_notes == "peanuts and bees"
    assert AuditEvent.objects.get(event="child.changed").detail == {"fields": ["medical_notes"]}


def test_saving_a_stale_page_does_not_undo_somebody_else_s_work(cora, coordinator):
    child = ChildFactory(medical_notes="peanuts")
    address = page("child_change", child.pk)
    stale = filled(cora, address) | {"likes": "drums"}
    child.medical_notes = "peanuts and bees"
    registering.save_child(child, by=coordinator, now=NOW)
    answer = cora.post(address, stale)
    assert "Somebody else changed this" in answer.content.decode()
    assert Child.objects.get().medical_notes == "peanuts and bees"
    again = stale | {"mark": answer.context["adminform"].form["mark"].value(), "medical_notes": "peanuts and bees"}
    assert cora.post(address, again).status_code == 302
    assert Child.objects.get().likes == "drums"


def test_a_restriction_is_set_on_the_child_s_page_and_shown_as_a_word(cora):
    standing = GuardianshipFactory()
    address = page("child_change", standing.child.pk)
    values = filled(cora, address) | {"guardianships-0-restricted": "on"}
    refused = cora.post(address, values)
    assert refused.status_code == 200
    assert "Say why" in refused.content.decode()
    values |= {
        "guardianships-0-restriction_reason": "Order of 3 May", "guardianships-0-restriction_review_on": "03/05/2027",
    }  # fmt: skip
    assert cora.post(address, values).status_code == 302
    standing.refresh_from_db()
    assert (standing.restricted, standing.restriction_reason) == (True, "Order of 3 May")
    for where in (address, page("guardian_change", standing.guardian.pk)):
        assert "gets nothing about" in cora.get(where).content.decode()
    for listed in ("child", "guardian"):
        assert "Restriction</span>" in cora.get(page(f"{listed}_changelist")).content.decode()


def test_a_standing_is_deleted_only_without_a_restriction(cora, coordinator):
    standing = GuardianshipFactory()
    registering.restrict(standing, reason="Order", review_on=date(2027, 1, 1), by=coordinator, now=NOW)
    address = page("child_change", standing.child.pk)
    answer = cora.post(address, filled(cora, address) | {"guardianships-0-DELETE": "on"})
    assert "Lift it first" in answer.content.decode()
    assert Guardianship.objects.exists()
    registering.lift_restriction(standing, by=coordinator, now=NOW)
    assert cora.post(address, filled(cora, address) | {"guardianships-0-DELETE": "on"}).status_code == 302
    assert not Guardianship.objects.exists()
    assert AuditEvent.objects.filter(event="guardianship.ended").count() == 1


@pytest.mark.parametrize("name", ["family", "guardian", "child"])
def test_people_are_never_deleted(cora, name):
    (guardian,), (child,) = household()
    key = {"family": guardian.family_id, "guardian": guardian.pk, "child": child.pk}[name]
    assert cora.post(page(f"{name}_delete", key), {"post": "yes"}).status_code == 403
    assert (Family.objects.count(), Guardian.objects.count(), Child.objects.count()) == (1, 1, 1)


def test_a_household_is_archived_after_asking_and_brought_back(cora):
    (guardian,), _ = household()
    address = page("family_archive", guardian.family_id)
    assert "can no longer sign in" in cora.get(address).content.decode()
    assert Family.objects.get().archived_at is None
    assert cora.post(address).status_code == 302
    assert Family.objects.get().archived_at is not None
    cora.get(page("family_changelist"))  # shows the message
    assert guardian.family.name not in cora.get(page("family_changelist")).content.decode()
    assert "Archived" in cora.get(page("family_change", guardian.family_id)).content.decode()
    cora.post(address)
    assert Family.objects.get().archived_at is None


def test_a_group_is_filled_emptied_and_dissolved(cora):
    group, child, other = GroupFactory(), ChildFactory(), ChildFactory()
    address = page("group_change", group.pk)
    cora.post(address, {"name": "Drummers", "children": [child.pk, other.pk]})
    group.refresh_from_db()
    assert (group.name, set(group.children.all())) == ("Drummers", {child, other})
    assert cora.post(page("group_delete", group.pk), {"post": "yes"}).status_code == 302
    assert (Group.objects.count(), Child.objects.count()) == (0, 2)
    assert AuditEvent.objects.filter(event="group.deleted").exists()


def test_a_consent_is_added_and_never_changed(cora):
    standing = GuardianshipFactory()
    values = {"child": standing.child.pk, "purpose": "recorded_group", "given": "yes", "given_by": standing.guardian.pk}
    assert cora.post(page("consent_add"), values).status_code == 302
    consent = Consent.objects.get()
    assert cora.post(page("consent_change", consent.pk), values | {"given": "no"}).status_code == 403
    without = cora.post(page("consent_add"), values | {"given_by": ""})
    assert "Say who answered" in without.content.decode()
    assert cora.post(page("consent_add"), values | {"given": "no"}).status_code == 302
    assert [c.given for c in Consent.objects.filter(superseded_at=None)] == [False]


def test_the_administrator_writes_and_publishes_a_new_agreement(client, administrator, coordinator):
    client.force_login(administrator)
    first = Agreement.objects.get(version=1)
    assert client.post(page("agreement_change", first.pk), {"text": "x", "easy_text": "x"}).status_code == 403
    assert client.post(page("agreement_add"), {"text": "New words.", "easy_text": "New."}).status_code == 302
    second = Agreement.objects.get(version=2)
    publish = page("agreement_publish", second.pk)
    assert "asked again" in client.get(publish).content.decode()
    assert agreeing.current_agreement() == first
    client.post(publish)
    assert agreeing.current_agreement() == second
    assert client.post(publish).status_code == 302
    client.force_login(coordinator)
    assert client.get(page("agreement_changelist")).status_code == 403


def test_addresses_of_nobody_are_not_found(cora):
    key = FamilyFactory().pk
    assert cora.get(page("child_change", key)).status_code == 404
    assert cora.get(page("family_archive", ChildFactory().pk)).status_code == 404


def test_a_child_nobody_stands_for_is_pointed_out_on_the_family_s_page(cora, coordinator):
    child = ChildFactory(known_as="Mimi")
    address = page("family_change", child.family_id)
    assert "Nobody would be invited with Mimi" in cora.get(address).content.decode()
    standing = GuardianshipFactory(child=child)
    assert "Nobody would be invited" not in cora.get(address).content.decode()
    assert page("child_change", child.pk) in cora.get(address).content.decode()
    registering.restrict(standing, reason="Order", review_on=date(2027, 1, 1), by=coordinator, now=NOW)
    assert "Nobody would be invited with Mimi" in cora.get(address).content.decode()


def test_an_empty_list_says_whether_there_is_nothing_or_nothing_fits(cora: Client) -> None:
    nothing = cora.get(page("helprequest_changelist")).content.decode()
    assert "Nothing here just now" in nothing
    assert "Show the list without it" not in nothing
    nothing_fits = cora.get(page("guardian_changelist") + "?q=nobody").content.decode()
    assert "Nothing fits" in nothing_fits
    assert "Add parent or carer" in cora.get(page("guardian_changelist")).content.decode()
