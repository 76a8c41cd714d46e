"""People and browsers that the tests of these pages share."""

import pytest
from django.test import Client

from tests.factories import UserFactory
from whippersnappers.accounts.models import User
from whippersnappers.accounts.roles import Role


@pytest.fixture
def reporter(lead: User) -> User:
    """Somebody of the staff, with a Lead to tell."""
    return UserFactory(roles=[Role.PRACTITIONER])  # type: ignore[return-value]


@pytest.fixture
def staff(client: Client, reporter: User) -> Client:
    """A browser in which the reporter is signed in."""
    client.force_login(reporter)
    return client
