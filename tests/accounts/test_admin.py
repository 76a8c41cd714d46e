"""Administrators manage people; passwords never show, nobody is deleted, nobody locks the house."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import UserFactory
from whippersnappers.accounts.models import User
from whippersnappers.accounts.roles import Role
from whippersnappers.audit.models import AuditEvent
from whippersnappers.outbox.models import OutgoingMail

pytestmark = pytest.mark.django_db
LIST = "/admin/accounts/user/"


@pytest.fixture
def admin_page(client, administrator):
    client.force_login(administrator)
    return client


def change(person: User) -> str:
    return f"{LIST}{person.pk}/change/"


def form(person: User, **other: object) -> dict[str, object]:
    values: dict[str, object] = {"name": person.name, "email": person.email, "roles": person.roles, "is_active": "on"}
    return {key: value for key, value in (values | other).items() if value is not None}


def test_a_person_is_added_with_roles_and_welcomed(admin_page):
    wish = {"name": "Sam Okoro", "email": "Sam@whippersnappers.org", "roles": ["practitioner", "deputy"]}
    assert admin_page.post(f"{LIST}add/", wish).status_code == 302
    person = User.objects.get(email="sam@whippersnappers.org")
    assert (person.name, person.roles) == ("Sam Okoro", ["deputy", "practitioner"])
    assert OutgoingMail.objects.get().kind == "account_welcome"


def test_a_taken_address_is_said_at_the_field(admin_page, coordinator):
    wish = {"name": "Sam", "email": coordinator.email.upper(), "roles": ["practitioner"]}
    response = admin_page.post(f"{LIST}add/", wish)
    assert response.status_code == 200
    assert response.context["adminform"].form.errors == {"email": ["Somebody else signs in with this address."]}
    assert OutgoingMail.objects.count() == 0


def test_the_page_explains_roles_and_shows_no_password(admin_page, coordinator):
    coordinator.set_password("a secret that is hashed")
    coordinator.save()
    text = admin_page.get(change(coordinator)).content.decode()
    assert "never what a concern says" in text
    assert coordinator.password not in text
    assert 'name="password"' not in text
    assert 'value="guardian"' not in text


def test_a_save_changes_through_the_services(admin_page, coordinator):
    wish = form(coordinator, name="Cora B.", email="cora.b@whippersnappers.org", roles=["coordinator", "lead"])
    assert admin_page.post(change(coordinator), wish).status_code == 302
    again = User.objects.get(pk=coordinator.pk)
    assert (again.name, again.email, again.roles) == ("Cora B.", "cora.b@whippersnappers.org", ["coordinator", "lead"])
    events = list(AuditEvent.objects.order_by("sequence").values_list("event", flat=True))
    assert events == ["person.renamed", "person.roles_changed", "person.email_changed"]


def test_a_save_without_a_change_leaves_no_trace(admin_page, coordinator):
    assert admin_page.post(change(coordinator), form(coordinator)).status_code == 302
    assert AuditEvent.objects.count() == 0


def test_without_the_tick_the_person_is_out(admin_page, coordinator):
    admin_page.post(change(coordinator), form(coordinator, is_active=None))
    assert not User.objects.get(pk=coordinator.pk).is_active
    admin_page.post(change(coordinator), form(coordinator))
    assert User.objects.get(pk=coordinator.pk).is_active


@pytest.mark.parametrize(("wish", "field"), [({"roles": ["trustee"]}, "roles"), ({"is_active": None}, "is_active")])
def test_administrators_cannot_lock_themselves_out(admin_page, administrator, wish, field):
    UserFactory(roles=[Role.ADMINISTRATOR])
    response = admin_page.post(change(administrator), form(administrator, name="Changed too", **wish))
    assert list(response.context["adminform"].form.errors) == [field]
    again = User.objects.get(pk=administrator.pk)
    assert (again.name, again.roles, again.is_active) == ("Ada Marsh", ["administrator"], True)
    assert AuditEvent.objects.count() == 0


def test_a_lost_phone_is_answered_with_a_new_link(admin_page, coordinator):
    coordinator.set_password("the old password")
    coordinator.save()
    admin_page.post(change(coordinator), form(coordinator, accounts_user_start_over="1"))
    assert not User.objects.get(pk=coordinator.pk).has_usable_password()
    assert OutgoingMail.objects.get().kind == "account_welcome"


def test_of_a_guardian_only_the_tick_can_be_changed(admin_page):
    parent = UserFactory(roles=[Role.GUARDIAN], name="Pat", email="pat@example.com")
    assert admin_page.get(change(parent)).status_code == 200
    wish = {"name": "X", "email": "x@example.com", "roles": ["lead"]}
    assert admin_page.post(change(parent), wish | {"accounts_user_start_over": "1"}).status_code == 200
    assert User.objects.get(pk=parent.pk).is_active
    admin_page.post(change(parent), wish)
    again = User.objects.get(pk=parent.pk)
    assert (again.name, again.email, again.roles, again.is_active) == ("Pat", "pat@example.com", ["guardian"], False)


def test_nobody_is_deleted(admin_page, coordinator):
    assert admin_page.post(f"{LIST}{coordinator.pk}/delete/", {"post": "yes"}).status_code == 403
    admin_page.post(LIST, {"action": "delete_selected", "_selected_action": [str(coordinator.pk)], "post": "yes"})
    assert User.objects.filter(pk=coordinator.pk).exists()


@pytest.mark.parametrize("person", ["coordinator", "practitioner", "lead", "trustee"])
def test_people_are_for_administrators_only(client, request, person, administrator):
    client.force_login(request.getfixturevalue(person))
    paths = [LIST, f"{LIST}add/", change(administrator)]
    assert {client.get(path).status_code for path in paths} <= {403, 404}


def test_the_list_filters_and_costs_the_same_for_one_and_for_thirty(admin_page):
    counts = []
    for more in (1, 30):
        for _ in range(more):
            UserFactory()
        with CaptureQueriesContext(connection) as queries:
            response = admin_page.get(f"{LIST}?role=practitioner&second_step=no")
        counts.append(len(queries))
    assert response.status_code == 200
    assert response.context["cl"].result_count == 31
    assert counts[0] == counts[1]


def test_times_are_said_as_people_say_them(client, administrator, coordinator, time_machine_at):
    time_machine_at.move_to(datetime(2026, 11, 24, 16, 30, tzinfo=UTC))
    client.force_login(administrator)
    User.objects.filter(pk=coordinator.pk).update(
        last_login=datetime(2026, 7, 1, 15, 0, tzinfo=UTC), created_at=datetime(2025, 12, 24, 9, 5, tzinfo=UTC)
    )
    text = client.get(change(coordinator)).content.decode()
    assert "Wednesday 1 July, 4:00pm" in text
    assert "Wednesday 24 December 2025, 9:05am" in text
    assert "Not set up" in text
