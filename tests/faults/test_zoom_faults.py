"""Zoom's faults and killed workers, with real processes: in the end there is exactly one meeting."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
import redis
from celery import Celery
from django.db import connection
from django.utils import timezone

from sessions_app.models import Meeting
from tests.factories import SessionFactory, ZoomHostFactory
from tests.faults.processes import Workers, environment, wait_until
from tests.zoom_simulator import HOST, Simulator

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults]
State = Meeting.State
LONG = 60


def wanted() -> Meeting:
    return Meeting.objects.create(session=SessionFactory.create(), host=ZoomHostFactory.create(email=HOST))


def again(meeting: Meeting) -> Meeting:
    return Meeting.objects.get(pk=meeting.pk)


def let_time_pass(meeting: Meeting) -> None:
    """The lease has ended and the next attempt is due: in the database it is three minutes later."""
    past = timezone.now() - timedelta(seconds=1)
    Meeting.objects.filter(pk=meeting.pk).update(next_attempt_at=past)
    Meeting.objects.filter(pk=meeting.pk, lease_until__isnull=False).update(lease_until=past)


def after_a_death(meeting: Meeting) -> None:
    """Postgres has seen that the worker is gone, and time has passed."""
    wait_until(lambda: advisory_locks() == 0)
    let_time_pass(meeting)


def advisory_locks() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks JOIN pg_database d ON d.oid = database "
            "WHERE locktype = 'advisory' AND datname = current_database()"
        )
        return int(cursor.fetchone()[0])


def faults_left(zoom: Simulator, count: int) -> bool:
    return len(zoom.dispatcher.faults.listed()) == count


def assert_exactly_one(zoom: Simulator, meeting: Meeting) -> None:
    row = again(meeting)
    assert (row.state, row.problem) == (State.READY, "")
    assert [str(stored["id"]) for stored in zoom.meetings] == [row.zoom_id]


@pytest.fixture(scope="module")
def mother(django_db_setup: None, django_db_blocker: Any) -> Iterator[Workers]:
    workers = Workers()
    yield workers
    workers.close()


@pytest.fixture
def workers(mother: Workers, zoom: Simulator, transactional_db: None) -> Workers:
    return mother


# --- Killed with -9 ----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("operation", "kind"),
    [
        ("meetingCreate", "timeout_before"),
        ("meetingCreate", "timeout_after"),
        ("meeting", "timeout_after"),
        ("token", "timeout_before"),
        ("token", "timeout_after"),
    ],
)
def test_a_worker_killed_in_the_middle_of_making_a_meeting(
    zoom: Simulator, workers: Workers, operation: str, kind: str
) -> None:
    meeting = wanted()
    zoom.fault(operation, kind, seconds=LONG)
    pid = workers.start(zoom, meeting.pk)
    wait_until(lambda: not zoom.dispatcher.faults.listed())
    if (operation, kind) == ("meetingCreate", "timeout_after"):
        wait_until(lambda: zoom.meetings)
    workers.kill(pid)
    assert again(meeting).lease_until is not None
    after_a_death(meeting)
    workers.run(zoom, meeting.pk)
    assert_exactly_one(zoom, meeting)


def test_a_worker_killed_several_times_over(zoom: Simulator, workers: Workers) -> None:
    meeting = wanted()
    for operation in ("meetingCreate", "meetings", "meetingUpdate", "meeting"):
        zoom.fault(operation, "timeout_after", seconds=LONG)
    for left in (3, 2, 1, 0):
        pid = workers.start(zoom, meeting.pk)
        wait_until(partial(faults_left, zoom, left))
        time.sleep(0.1)
        workers.kill(pid)
        after_a_death(meeting)
    workers.run(zoom, meeting.pk)
    assert_exactly_one(zoom, meeting)


def test_a_worker_killed_while_deleting(zoom: Simulator, workers: Workers) -> None:
    meeting = wanted()
    workers.run(zoom, meeting.pk)
    Meeting.objects.filter(pk=meeting.pk).update(is_wanted=False, version=2)
    zoom.fault("meetingDelete", "timeout_after", seconds=LONG)
    pid = workers.start(zoom, meeting.pk)
    wait_until(lambda: not zoom.meetings)
    workers.kill(pid)
    after_a_death(meeting)
    workers.run(zoom, meeting.pk)
    assert (again(meeting).state, zoom.meetings) == (State.DELETED, [])


# --- Several workers ---------------------------------------------------------------------------------------
def test_processes_that_race_make_one_meeting(zoom: Simulator, workers: Workers) -> None:
    meeting = wanted()
    zoom.fault("meetingCreate", "slow", seconds=0.5)
    started = [workers.start(zoom, meeting.pk) for _ in range(4)]
    assert [workers.wait(pid) for pid in started] == [0, 0, 0, 0]
    assert_exactly_one(zoom, meeting)
    assert len(zoom.calls("meetingCreate")) == 1


def test_a_stalled_worker_that_wakes_up_again(zoom: Simulator, workers: Workers) -> None:
    """It is stopped in the middle of creating for longer than its lease, then goes on as if nothing were."""
    meeting = wanted()
    zoom.fault("meetingCreate", "slow", seconds=1)
    pid = workers.start(zoom, meeting.pk)
    wait_until(lambda: zoom.meetings)
    os.kill(pid, signal.SIGSTOP)
    let_time_pass(meeting)
    workers.run(zoom, meeting.pk)
    assert len(zoom.meetings) == 1
    os.kill(pid, signal.SIGCONT)
    assert workers.wait(pid) == 0
    assert_exactly_one(zoom, meeting)


def test_a_worker_whose_database_connection_breaks(zoom: Simulator, workers: Workers) -> None:
    """Postgres goes away while Zoom is making the meeting; the worker fails, its successor finds it."""
    meeting = wanted()
    zoom.fault("meetingCreate", "slow", seconds=1.5)
    pid = workers.start(zoom, meeting.pk)
    wait_until(lambda: zoom.meetings)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        assert cursor.fetchone()[0] >= 1
    assert workers.wait(pid) == 1
    after_a_death(meeting)
    workers.run(zoom, meeting.pk)
    assert_exactly_one(zoom, meeting)


# --- Celery, with each of Zoom's faults --------------------------------------------------------------------
@pytest.fixture
def celery_worker(zoom: Simulator, settings: Any) -> Iterator[str]:
    """A real Celery worker on a broker database of its own."""
    number = 8 + int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:]) % 8
    url = urlunsplit(urlsplit(settings.REDIS_URL)._replace(path=f"/{number}"))
    broker = redis.Redis.from_url(url)
    broker.flushdb()
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "celery",
            "-A",
            "whippersnappers",
            "worker",
            "--concurrency",
            "2",
            "--without-mingle",
            "--without-gossip",
            "--loglevel",
            "ERROR",
        ],
        env={
            **environment(),
            "REDIS_URL": url,
            "ZOOM_OAUTH_URL": zoom.url,
            "ZOOM_API_URL": f"{zoom.url}/v2",
        },
        start_new_session=True,
    )
    yield url
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)
    broker.flushdb()
    broker.close()


def sweep(broker: str) -> None:
    """What beat does every few seconds: ask for a sweep."""
    with Celery(broker=broker) as app:
        app.send_task("sessions_app.tasks.sweep_meetings", ignore_result=True)


FAULTS: list[tuple[str, dict[str, Any]]] = [
    ("rate_limit", {"retry_after": "1"}),
    ("daily_limit", {}),
    ("unauthorized", {}),
    ("server_error", {"status": 500}),
    ("server_error_after", {"status": 502}),
    ("drop_before", {}),
    ("drop_after", {}),
    ("html", {}),
    ("html_after", {}),
    ("override", {"settings": {"waiting_room": False}}),
]


def test_every_fault_of_zoom_ends_with_one_meeting_each(zoom: Simulator, celery_worker: str) -> None:
    """One session for each fault, all at once, and a worker that only ever hears "sweep"."""
    host = ZoomHostFactory.create(email=HOST)
    rows = []
    for number, (kind, more) in enumerate(FAULTS):
        starts = timezone.now() + timedelta(days=1, hours=number)
        session = SessionFactory.create(starts_at=starts, ends_at=starts + timedelta(minutes=30))
        rows.append(Meeting.objects.create(session=session, host=host))
        zoom.fault("meetingCreate", kind, **more)
    for _ in range(60):
        sweep(celery_worker)
        time.sleep(0.5)
        for row in rows:
            let_time_pass(row)
        if not Meeting.objects.exclude(state=State.READY).exists():
            break
    assert zoom.dispatcher.faults.listed() == []
    ready = {row.zoom_id for row in Meeting.objects.filter(state=State.READY)}
    assert len(ready) == len(FAULTS)
    assert sorted(str(stored["id"]) for stored in zoom.meetings) == sorted(ready)
