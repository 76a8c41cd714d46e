"""A hundred webhooks a second for a minute, beside a view that stores one row; a worker is killed meanwhile."""

import http.client
import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from statistics import quantiles

import django

django.setup()

from django.conf import settings  # noqa: E402 - only now are there settings
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from bench.ground import HOST  # noqa: E402
from bench.serving import server  # noqa: E402
from sessions_app.live import receiving  # noqa: E402
from sessions_app.models import Meeting, Presence, ZoomEvent  # noqa: E402
from sessions_app.zoom.webhooks import REQUEST_ID, SIGNATURE, TIMESTAMP, signature  # noqa: E402
from tests.live_factories import MeetingFactory  # noqa: E402
from whippersnappers.celery import app  # noqa: E402

RATE = 100
SECONDS = int(os.environ.get("BENCH_SECONDS") or 60)
# Sessions that go on at the same time; at the end each has so many people in the meeting.
SESSIONS = 50
CONNECTIONS = 8
PROCESSES = 2
Letter = tuple[bytes, dict[str, str]]


def main() -> None:
    """Measure the bare view before and after, ours in between; then look at what was kept and followed."""
    logging.disable(logging.WARNING)
    settings.ZOOM_WEBHOOK_SECRET = os.environ["ZOOM_WEBHOOK_SECRET"] = "only-for-measuring"
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE bench_row (id bigserial PRIMARY KEY, body bytea NOT NULL, at timestamptz NOT NULL)"
        )
    MeetingFactory.create_batch(SESSIONS)
    meetings = list(Meeting.objects.all())
    with server(PROCESSES) as port:
        half = RATE * SECONDS // 2
        _send(port, "/bare/row/", lambda n: _joined(meetings, n), RATE)
        bare = _send(port, "/bare/row/", lambda n: _joined(meetings, n), half)
        with _one_of_two_workers_killed():
            ours = _send(port, "/zoom/webhook/", lambda n: _joined(meetings, n), RATE * SECONDS)
            waited = _until_followed()
        bare += _send(port, "/bare/row/", lambda n: _joined(meetings, n), half)
    _table(bare, ours, waited)


def _joined(meetings: Sequence[Meeting], number: int) -> Letter:
    """Somebody comes into one of the meetings, signed now."""
    meeting, at = meetings[number % len(meetings)], timezone.now()
    person = {"user_id": str(number), "user_name": f"Guest {number}", "id": "", "email": ""}
    about = {"id": meeting.zoom_id, "uuid": f"uuid{meeting.zoom_id}==", "topic": "1:1", "type": 2}
    body = json.dumps(
        {
            "event": "meeting.participant_joined",
            "event_ts": int(at.timestamp() * 1000),
            "payload": {"account_id": "account", "object": {**about, "participant": person}},
        }
    ).encode()
    stamp = str(int(at.timestamp()))
    signed = signature(settings.ZOOM_WEBHOOK_SECRET, stamp, body)
    return body, {SIGNATURE: signed, TIMESTAMP: stamp, REQUEST_ID: f"bench-{number}"}


def _send(port: int, path: str, letter: Callable[[int], Letter], count: int) -> list[float]:
    """Seconds from when each was due to its answer: whoever waits for the one before, waits too."""
    begins = time.monotonic() + 0.5
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        shares = [range(first, count, CONNECTIONS) for first in range(CONNECTIONS)]
        found = pool.map(lambda share: _send_share(port, path, letter, share, begins), shares)
        return [seconds for share in found for seconds in share]


def _send_share(port: int, path: str, letter: Callable[[int], Letter], share: range, begins: float) -> list[float]:
    line, seconds = http.client.HTTPConnection(HOST, port, timeout=30), []
    for number in share:
        body, headers = letter(number)
        due = begins + number / RATE
        time.sleep(max(due - time.monotonic(), 0))
        line.request("POST", path, body, {**headers, "Content-Type": "application/json"})
        answer = line.getresponse()
        answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path} answered {answer.status}")
        seconds.append(time.monotonic() - due)
    return seconds


@contextmanager
def _one_of_two_workers_killed() -> Iterator[None]:
    """Two of the portal's workers, warm; one is killed with all its children at half time, whatever it is at."""
    workers = [_worker() for _ in range(2)]
    timer = threading.Timer(SECONDS / 2, _kill, [workers[0]])
    try:
        while not _both_listen():
            time.sleep(0.5)
        timer.start()
        yield
    finally:
        timer.cancel()
        for worker in workers:
            _kill(worker)


def _worker() -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "celery", "-A", "whippersnappers.celery", "--quiet", "worker"]
    quiet = subprocess.DEVNULL
    return subprocess.Popen(
        [*command, "--concurrency", "1", "--queues", "celery"], start_new_session=True, stdout=quiet, stderr=quiet
    )


def _both_listen() -> bool:
    return len(app.control.ping(timeout=1)) == 2


def _kill(worker: "subprocess.Popen[bytes]") -> None:
    if worker.poll() is None:
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()


def _until_followed() -> float:
    """Seconds until nothing is left to follow; the sweep's part is done here, once a second, as beat would."""
    began = time.monotonic()
    while ZoomEvent.objects.filter(followed_at=None).exists():
        receiving.wake_follower()
        time.sleep(1)
        if time.monotonic() - began > 300:
            break
    return time.monotonic() - began


def _table(bare: list[float], ours: list[float], waited: float) -> None:
    print(f"\n{RATE} webhooks a second for {SECONDS} s, {PROCESSES} gunicorn processes, {os.cpu_count()} processors.")
    print(f"{'view':36} {'requests':>9} {'p50 ms':>8} {'p99 ms':>8} {'worst':>8}")
    for name, seconds in (("a view that stores one row", bare), ("/zoom/webhook/", ours)):
        p50, p99 = _percentiles(seconds)
        print(f"{name:36} {len(seconds):>9} {p50:>8.1f} {p99:>8.1f} {max(seconds) * 1000:>8.1f}")
    ratio = _percentiles(ours)[1] / _percentiles(bare)[1]
    print(f"p99 of ours is {ratio:.2f} times that of the bare view; aim at most 2. Load {os.getloadavg()[0]:.1f}.")
    kept, left = ZoomEvent.objects.count(), ZoomEvent.objects.filter(followed_at=None).count()
    there = Presence.objects.filter(where=Presence.Where.MEETING).count()
    print(f"Sent {len(ours)}, kept {kept}, followed {kept - left} (the last {waited:.0f} s after the end, one of two")
    print(f"workers killed meanwhile); people in meetings: {there}. Lost: {len(ours) - min(kept - left, there)}.")


def _percentiles(seconds: Sequence[float]) -> tuple[float, float]:
    cuts = quantiles(seconds, n=100)
    return cuts[49] * 1000, cuts[98] * 1000


if __name__ == "__main__":
    main()
