"""The clock: everything on its table exists, comes often enough and never far ahead."""

from typing import Any

import pytest

from whippersnappers.celery import app


@pytest.fixture(scope="module")
def table() -> dict[str, dict[str, Any]]:
    app.loader.import_default_modules()
    return dict(app.conf.beat_schedule)


def test_every_task_of_the_table_exists(table):
    missing = {name: entry["task"] for name, entry in table.items() if entry["task"] not in app.tasks}
    assert missing == {}
    assert len(table) >= 5


def test_a_backlog_does_not_pile_up(table):
    late = {name for name, entry in table.items() if entry.get("options", {}).get("expires", 1e9) > entry["schedule"]}
    assert late == set()


def test_tasks_outlive_a_worker_that_is_killed_and_leave_no_results():
    conf = app.conf
    assert (conf.task_acks_late, conf.task_reject_on_worker_lost, conf.task_ignore_result) == (True, True, True)
    assert conf.worker_prefetch_multiplier == 1
    assert 60 <= conf.broker_transport_options["visibility_timeout"] <= 120
    assert conf.worker_soft_shutdown_timeout > 0
