"""Whom somebody who looks after safeguarding can name in a concern."""

from django.db.models import QuerySet

from families.models import Child
from whippersnappers.accounts.models import User


def children() -> QuerySet[Child]:
    """Every child, archived ones too: a concern may come after a family has left."""
    return Child.objects.order_by("known_as", "last_name")


def staff() -> QuerySet[User]:
    """Everybody who works or helps here."""
    return User.objects.staff().order_by("name")
