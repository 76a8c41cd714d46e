"""Workers that are killed in the middle of a step for many sessions, and of undoing it: real processes."""

import signal
import subprocess
import sys
from datetime import timedelta

import pytest
from django.utils import timezone

from sessions_app.bulk import running
from sessions_app.models import BulkItem, BulkRun, Session
from tests.faults.processes import environment, wait_until
from tests.sessions_app.bulk_scenes import drafts, started, undone
from whippersnappers.accounts.models import User
from whippersnappers.audit.models import AuditEvent
from whippersnappers.outbox.models import OutgoingMail

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults]


def kill_in_the_middle(run: BulkRun, state: str) -> int:
    """Start a worker, kill -9 it once some sessions are in that state; returns how many are by then."""
    command = [sys.executable, "-m", "tests.faults.bulk_worker", str(run.pk)]
    with subprocess.Popen(command, env=environment()) as worker:
        wait_until(lambda: BulkItem.objects.filter(run=run, state=state).count() >= 3)
        worker.send_signal(signal.SIGKILL)
        assert worker.wait(10) == -signal.SIGKILL
    return BulkItem.objects.filter(run=run, state=state).count()


def test_a_killed_worker_is_replaced_and_no_session_is_done_or_undone_twice(coordinator: User) -> None:
    sessions = drafts(24)
    run = started("confirm", sessions, coordinator)
    assert 3 <= kill_in_the_middle(run, "done") < 24
    # Its session of that moment is as if it had never been touched.
    confirmed = set(Session.objects.filter(state="confirmed").values_list("pk", flat=True))
    assert confirmed == set(run.items.filter(state="done").values_list("session", flat=True))
    BulkRun.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    [found] = running.sweep(timezone.now())
    running.work(str(found.pk))
    assert Session.objects.filter(state="confirmed").count() == 24
    assert AuditEvent.objects.filter(event="session.confirmed").count() == 24
    assert OutgoingMail.objects.filter(kind="invitation").count() == 24

    undone(run, coordinator)
    assert 3 <= kill_in_the_middle(run, "undone") < 24
    BulkRun.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    running.work(str(run.pk))
    assert Session.objects.filter(state="draft").count() == 24
    assert AuditEvent.objects.filter(event="session.bulk_undone").count() == 24
    assert not OutgoingMail.objects.exclude(state="cancelled").exists()
