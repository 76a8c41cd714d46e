"""The tasks of families: known to the worker under the names that wake them, called with ids alone."""

import pytest
from django.utils import timezone

from families import tasks
from families.importing import runs
from families.models import Child, FamilyImport
from tests.messy_families import as_csv, messy_rows
from whippersnappers.celery import app

pytestmark = pytest.mark.django_db


def test_the_worker_knows_every_task_that_is_woken_and_the_beat_that_sweeps():
    app.loader.import_default_modules()
    woken = [*tasks.TASKS.values(), *(entry["task"] for entry in app.conf.beat_schedule.values())]
    assert [name for name in woken if name.startswith("families.") and name not in app.tasks] == []
    assert "families.tasks.sweep_imports" in woken


def test_an_import_goes_through_the_tasks(coordinator):
    run = runs.receive("f.csv", as_csv(messy_rows(10)), by=coordinator, now=timezone.now())
    for _ in range(2):
        tasks.check_import(str(run.pk))
    run.refresh_from_db()
    assert run.state == FamilyImport.State.CHECKED
    runs.confirm(run, by=coordinator, now=timezone.now())
    for _ in range(2):
        tasks.land_import(str(run.pk))
    run.refresh_from_db()
    assert (run.state, run.counts["landed"], Child.objects.count()) == (
        "done",
        len(messy_rows(10)),
        len(messy_rows(10)),
    )


def test_the_sweep_wakes_what_waits(coordinator, monkeypatch):
    run = runs.receive("f.csv", as_csv(messy_rows(1)), by=coordinator, now=timezone.now())
    woken = []
    monkeypatch.setattr(tasks, "wake", lambda name, key: woken.append((name, key)))
    tasks.sweep_imports()
    tasks.check_import(str(run.pk))
    tasks.sweep_imports()
    assert woken == [("families.tasks.check_import", str(run.pk))]
