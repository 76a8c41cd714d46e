"""People as fixtures, and how a test database is emptied."""

from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import TransactionTestCase

from tests import chromium
from tests.factories import UserFactory
from whippersnappers.accounts.models import User
from whippersnappers.accounts.roles import Role

# What Django itself writes into a new database: it stays, so that nothing has to write it again.
LASTING = {"django_content_type", "auth_permission"}


@pytest.fixture(scope="session", autouse=True)
def emptying_by_deleting() -> Iterator[None]:
    """Transactional tests end by deleting all rows: far quicker than Django's TRUNCATE, which would also find out
    all permissions anew. Append-only tables refuse either: step round it, in tests only.

    What migrations had put in is put back: tests without a mark of their own run after these.
    """
    original = TransactionTestCase._fixture_teardown
    undertakings = import_module("families.migrations.0004_undertakings_of_parents")

    def empty(self: TransactionTestCase) -> None:
        tables = set(connection.introspection.django_table_names(only_existing=True, include_views=False)) - LASTING
        deletes = [f"DELETE FROM {connection.ops.quote_name(table)}" for table in sorted(tables)]
        with connection.cursor() as cursor:
            cursor.execute("; ".join(["SET LOCAL session_replication_role = replica", *deletes]))
        undertakings.add(apps, None)

    TransactionTestCase._fixture_teardown = empty  # type: ignore[method-assign]
    yield
    TransactionTestCase._fixture_teardown = original  # type: ignore[method-assign]


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The test database goes at the end, even while a thread of some test still holds a connection to it."""
    yield
    # The last test may have been one after which our own connection is broken.
    connection.close()
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.fixture
def coordinator(db: Any) -> User:
    return UserFactory(roles=[Role.COORDINATOR], name="Cora Okafor", email="cora@whippersnappers.org")


@pytest.fixture
def practitioner(db: Any) -> User:
    return UserFactory(roles=[Role.PRACTITIONER], name="Maya Lind", email="maya@whippersnappers.org")


@pytest.fixture
def lead(db: Any) -> User:
    return UserFactory(roles=[Role.LEAD], name="Lena Frost", email="lena@whippersnappers.org")


@pytest.fixture
def trustee(db: Any) -> User:
    return UserFactory(roles=[Role.TRUSTEE], name="Tariq Shah", email="tariq@whippersnappers.org")


@pytest.fixture
def administrator(db: Any) -> User:
    return UserFactory(roles=[Role.ADMINISTRATOR], name="Ada Marsh", email="ada@whippersnappers.org")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Playwright's fixture: drive the Chromium of this machine (it must not be a plugin's, which loses)."""
    path = chromium.find()
    return {**browser_type_launch_args, **chromium.launch_arguments(path)} if path else browser_type_launch_args
