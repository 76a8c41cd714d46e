"""Keeps Postgres and Valkey for the demo, and clears up behind it however the demo ends.

It runs in a session of its own, so that Ctrl-C reaches it only through the demo, once everything that uses
the servers has stopped. If the demo is killed outright, the keeper sees that its parent is gone, stops the
demo's processes and then the servers. If the `make` that runs the demo is gone, it tells the demo to stop.
"""

import argparse
import contextlib
import json
import os
import signal
import sys
import threading
import time
from pathlib import Path

import psutil

from demo.engines import Engines

# In the environment of every process of one run of the demo.
MARK = "DEMO_RUN"
_PATIENCE = 5.0  # seconds between asking a process to stop and ending it


def processes_of(run: str) -> list[psutil.Process]:
    """The processes that carry the mark of this run, this one left out."""
    found = []
    for process in psutil.process_iter():
        # Other people's processes, and ones that end while we look, tell us nothing.
        with contextlib.suppress(psutil.Error, OSError):
            if process.pid != os.getpid() and process.environ().get(MARK) == run:
                found.append(process)
    return found


def stop_processes(processes: list[psutil.Process]) -> None:
    """Ask them to stop, and end those that do not."""
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.terminate()
    _, alive = psutil.wait_procs(processes, timeout=_PATIENCE)
    for process in alive:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(alive, timeout=_PATIENCE)


def engine_pids(engines: Engines) -> set[int]:
    """Postgres and Valkey, and all that they have started: they go last and in their own way."""
    # Valkey is a child of this process; Postgres goes its own way and says its number.
    roots = psutil.Process().children()
    if engines.postgres is not None:
        with contextlib.suppress(psutil.NoSuchProcess):
            roots.append(psutil.Process(engines.postgres.get_postmaster_info().pid))
    pids = {process.pid for process in roots}
    for process in roots:
        with contextlib.suppress(psutil.NoSuchProcess):
            pids |= {child.pid for child in process.children(recursive=True)}
    return pids


def _lives(pid: int) -> bool:
    """Whether the process still runs; one that has ended and whose parent has not noticed yet does not."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def wait_until_over(parent: int, started_by: int, stopped: threading.Event) -> None:
    """Return when told to stop or when the demo is gone; ends the demo when what started it is gone."""
    while not stopped.is_set() and os.getppid() == parent:
        if started_by and not _lives(started_by):
            started_by = 0
            os.kill(parent, signal.SIGTERM)
        time.sleep(0.2)


def main() -> None:
    """Start the servers, say where they are, and stay until told to stop or left alone."""
    parser = argparse.ArgumentParser(prog="python -m demo.keeper", description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--parent", type=int, required=True)
    options = parser.parse_args()
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: stopped.set())
    engines = Engines(options.data)
    try:
        print(json.dumps(engines.start()), flush=True)
        sys.stdout.close()
        wait_until_over(options.parent, int(os.environ.get("DEMO_STARTED_BY") or 0), stopped)
        spared = engine_pids(engines)
        stop_processes([p for p in processes_of(os.environ.get(MARK, "")) if p.pid not in spared])
    finally:
        engines.stop()


if __name__ == "__main__":
    main()
