"""Two at the same moment, with connections of their own: two workers, two coordinators, two answers."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import close_old_connections, connection
from django.utils import timezone

from families import consenting, registering
from families.importing import runs
from families.models import Child, Consent, Family, Guardian
from tests.factories import ChildFactory, FamilyFactory
from tests.messy_families import as_xlsx, messy_rows
from whippersnappers.accounts.models import User
from whippersnappers.audit.trail import verify

pytestmark = pytest.mark.django_db(transaction=True)


def both(act: Callable[[int], Any], count: int = 2) -> list[Any]:
    """Call `act(0)`, `act(1)` … at the same moment, and answer what each returned or raised."""
    start = Barrier(count)

    def one(number: int) -> Any:
        close_old_connections()
        try:
            start.wait(10)
            return act(number)
        except (ValidationError, runs.LostClaim) as error:
            return type(error).__name__
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def test_two_workers_take_one_import(coordinator):
    rows = messy_rows(40)
    run = runs.receive("families.xlsx", as_xlsx(rows), by=coordinator, now=timezone.now())
    now = timezone.now()
    assert sorted(both(lambda _: runs.check(str(run.pk), now=now))) == [False, True]
    assert run.rows.count() == len(rows)
    runs.confirm(run, by=coordinator, now=now)
    assert sorted(both(lambda _: runs.land(str(run.pk), now=now))) == [False, True]
    run.refresh_from_db()
    assert (run.state, run.counts["landed"], Child.objects.count()) == ("done", len(rows), len(rows))
    verify()


def test_a_press_twice_confirms_once(coordinator):
    run = runs.receive("families.xlsx", as_xlsx(messy_rows(3)), by=coordinator, now=timezone.now())
    runs.check(str(run.pk), now=timezone.now())
    now = timezone.now()
    said = both(lambda _: runs.confirm(run, by=coordinator, now=now))
    assert sorted(map(str, said)) == ["None", "ValidationError"]


def test_two_coordinators_adding_at_once_get_different_references(coordinator):
    now = timezone.now()

    def add(number: int) -> str:
        family = Family(name=f"Family of {number}")
        registering.save_family(family, by=coordinator, now=now)
        return family.reference

    assert len(set(both(add, 4))) == 4
    verify()


def test_one_address_goes_to_one_of_two_people(coordinator):
    family, now = FamilyFactory(), timezone.now()

    def add(number: int) -> None:
        guardian = Guardian(family=family, first_name=f"Ann{number}", last_name="Lee", email="ann@example.com")
        registering.save_guardian(guardian, by=coordinator, now=now)

    assert sorted(map(str, both(add))) == ["None", "ValidationError"]
    assert Guardian.objects.get().user == User.objects.get(email="ann@example.com")


def test_two_answers_at_once_leave_one_that_holds(coordinator):
    child, now = ChildFactory(), timezone.now()

    def answer(number: int) -> None:
        consenting.record_consent(
            child, "recorded_group", given=bool(number), recorded_note="By phone", by=coordinator, now=now
        )

    assert both(answer) == [None, None]
    assert Consent.objects.filter(superseded_at=None).count() == 1
    assert Consent.objects.count() == 2
