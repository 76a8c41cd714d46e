"""A number given on the portal is taken, told to its owner, and never the one to ring before a new address."""

from typing import Any

import pytest
from django.utils import timezone

from families import proposing, registering
from families.models import Guardian
from tests.factories import household
from whippersnappers.accounts.models import User
from whippersnappers.outbox.models import OutgoingMail

pytestmark = pytest.mark.django_db
KNOWN, OWN, THIRD = "07700 900001", "07700 900002", "07700 900003"


@pytest.fixture
def guardian() -> Guardian:
    (somebody,), _ = household(phone=KNOWN)
    return Guardian.objects.select_related("user").get(pk=somebody.pk)


def give(guardian: Guardian, phone: str, *, by: Any) -> None:
    guardian.phone = phone
    registering.save_guardian(guardian, by=by, now=timezone.now())
    guardian.refresh_from_db()


def notices() -> list[tuple[str, str]]:
    return [
        (m.context["what"], m.to) for m in OutgoingMail.objects.filter(kind="security_notice").order_by("created_at")
    ]


def test_the_number_that_staff_knew_stays_beside_it_however_often_it_is_changed(guardian: Guardian) -> None:
    give(guardian, OWN, by=guardian.user)
    since = guardian.own_phone_since
    give(guardian, THIRD, by=guardian.user)
    assert (guardian.phone, guardian.known_phone, guardian.own_phone_since) == (THIRD, KNOWN, since)
    assert notices() == [("phone_changed", guardian.email)] * 2


@pytest.mark.parametrize("back", ["their own", "staff"])
def test_it_is_forgotten_once_the_number_is_known(guardian: Guardian, coordinator: User, back: str) -> None:
    give(guardian, OWN, by=guardian.user)
    give(guardian, KNOWN, by=guardian.user) if back == "their own" else give(guardian, THIRD, by=coordinator)
    assert (guardian.known_phone, guardian.own_phone_since) == ("", None)


def test_staff_who_enter_a_number_tell_nobody(guardian: Guardian, coordinator: User) -> None:
    give(guardian, OWN, by=coordinator)
    assert notices() == []


def test_the_present_address_hears_of_a_wish_at_once_and_the_new_one_when_it_counts(
    guardian: Guardian, coordinator: User
) -> None:
    old = guardian.email
    give(guardian, OWN, by=guardian.user)
    made = proposing.propose_address(guardian, "new@example.org", by=guardian.user, now=timezone.now())
    assert made is not None
    assert notices()[1:] == [("email_asked_for", old)]
    proposing.accept(made, seen=old, by=coordinator, now=timezone.now())
    assert notices()[2:] == [("email_changed", old), ("email_is_this", "new@example.org")]
    guardian.refresh_from_db()
    assert guardian.own_phone_since is None
