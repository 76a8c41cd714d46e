"""Who gets what at every address: the table is read by people, and nothing is outside it."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.db import transaction

from tests.access.table import METHODS, PEOPLE, all_routes, ask, read
from tests.access.world import World, build
from whippersnappers.accounts.roles import Role, permissions_of

# Addresses that need no line, each for a reason.
LEFT_OUT = {
    # Django admin's own redirects from an old form of address, and its catch-all that answers 404.
    "admin:app_list",
    "admin:view_on_site",
}


@pytest.fixture(scope="module")
def standing_world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """One world for all lines: each asks inside a savepoint that is rolled back."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield build()
        transaction.set_rollback(True)


@pytest.fixture
def world(standing_world: World, django_db_blocker: Any) -> Iterator[World]:
    with django_db_blocker.unblock():
        yield standing_world


@pytest.mark.parametrize("line", read(), ids=lambda line: line.id)
def test_everybody_gets_what_the_table_says(world, line):
    got = []
    for person in PEOPLE:
        world.client(person)
        with transaction.atomic():
            got.append(ask(world, line, person))
            transaction.set_rollback(True)
    assert dict(zip(PEOPLE, got, strict=True)) == dict(zip(PEOPLE, line.statuses, strict=True))


@pytest.mark.django_db  # also asks pytest-django for the database that the standing world needs
def test_the_columns_are_the_people_of_the_world():
    assert tuple(build().people) == PEOPLE


def test_what_only_some_rows_of_may_be_seen_is_scoped_for_staff():
    """The staff pages ask the queryset for `visible_to`; a manager that has it beside the queryset hides it."""
    roles = [Role.PRACTITIONER, Role.LEAD, Role.DEPUTY, Role.TRUSTEE]
    seen = {permission for role in roles for permission in permissions_of([role])}
    listed = [
        model for model in admin.site._registry if f"{model._meta.app_label}.view_{model._meta.model_name}" in seen
    ]
    assert listed != []
    assert [model for model in listed if not hasattr(model._default_manager.all(), "visible_to")] == []


def test_every_address_is_in_the_table():
    listed = {(line.route, line.method) for line in read()}
    named = {route for route in all_routes() if "/" not in route and "(" not in route} - LEFT_OUT
    assert sorted((route, method) for route in named for method in METHODS if (route, method) not in listed) == []


def test_the_table_names_no_address_that_is_gone():
    assert sorted({line.route for line in read()} - all_routes()) == []


def test_a_stranger_never_sees_more_than_the_public_pages():
    public = {line.route for line in read() if line.method == "GET" and line.statuses[0] == "200"}
    # Whom to call when you are worried needs no sign-in, nor does getting Zoom ready.
    zoom = {"portal_zoom", "portal_zoom_guide", "portal_device_test", "portal_speed"}
    assert {route for route in public if route.startswith(("admin:", "portal"))} == {"portal_worried", *zoom}
