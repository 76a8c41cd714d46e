"""The keeper: it finds what belongs to a run of the demo, stops it, and notices when nobody wants it any more."""

import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from demo import keeper
from demo.keeper import MARK, processes_of, stop_processes, wait_until_over

STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"


def marked(run: str, code: str) -> subprocess.Popen[str]:
    """A process of that run, once it has said that it is up."""
    process = subprocess.Popen(
        [sys.executable, "-c", code], env={**os.environ, MARK: run}, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.close()
    return process


def test_it_stops_the_processes_of_its_own_run_only(monkeypatch):
    monkeypatch.setattr(keeper, "_PATIENCE", 0.5)
    ours, other = marked("ours", STUBBORN), marked("other", STUBBORN)
    try:
        found = processes_of("ours")
        assert [process.pid for process in found] == [ours.pid]
        stop_processes(found)
        assert not found[0].is_running()
        assert other.poll() is None
    finally:
        for process in (ours, other):
            process.kill()
            process.wait()


@pytest.mark.parametrize("reaped", [True, False])
def test_when_what_started_the_demo_is_gone_the_demo_is_told_to_stop(monkeypatch, reaped):
    # Given a process that has ended, whether or not its parent has noticed
    started_by = subprocess.Popen(["true"])
    if reaped:
        started_by.wait()
    time.sleep(0.2)
    # When the keeper looks
    told, stopped = [], threading.Event()
    monkeypatch.setattr(keeper.os, "kill", lambda pid, number: (told.append((pid, number)), stopped.set()))
    wait_until_over(os.getppid(), started_by.pid, stopped)
    started_by.wait()
    # Then it tells its parent, the demo, to stop
    assert told == [(os.getppid(), signal.SIGTERM)]


def test_it_leaves_when_its_parent_is_gone():
    not_our_parent = os.getpid()
    assert wait_until_over(not_our_parent, 0, threading.Event()) is None
