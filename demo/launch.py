"""Runs the whole demo in the foreground: everything up, one `ready` line, everything down again."""

import fcntl
import json
import os
import secrets
import shlex
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from honcho.manager import Manager

from demo.environment import HERE, data_directory, demo_environment, ports
from demo.keeper import MARK

# What the demo keeps below its data directory; nothing else there is ever removed.
KEPT = ("postgres", "valkey", "mailbox", "logs", "beat", "secrets.json", "zoom.json", "runtime")
# What the preparation says to people begins like this; the rest of it is for the log.
NEWS = "Sample charity:"
_STOPPING_SECONDS = 20


class CannotStart(Exception):
    """Why the demo cannot run here, in a plain sentence."""


def commands(directory: Path, present: Mapping[str, str]) -> dict[str, list[str]]:
    """The processes of the demo, by name."""
    at = ports(present)
    celery = ["-m", "celery", "-A", "whippersnappers.celery"]
    beat = str(directory / "beat" / "schedule")
    return {
        "web": [
            *("-m", "gunicorn", "whippersnappers.wsgi", "--bind", f"127.0.0.1:{at.web}", "--workers", "2"),
            *("--threads", "4", "--graceful-timeout", "3", "--log-level", "warning"),
        ],
        "worker": [*celery, "worker", "--queues", "celery", "--concurrency", "2", "--loglevel", "WARNING"],
        "mailer": [*celery, "worker", "--queues", "mail", "--hostname", "mail@%h", "--loglevel", "WARNING"],
        "beat": [*celery, "beat", "--schedule", beat, "--pidfile", "", "--loglevel", "WARNING"],
        "mailbox": ["-m", "demo.mailbox", "--port", str(at.smtp), "--directory", str(directory / "mailbox")],
        "zoom": ["-m", "demo.zoom", "--port", str(at.zoom), "--state", str(directory / "zoom.json")],
    }


def run(present: Mapping[str, str]) -> int:
    """Run the demo until it is told to stop; returns the exit status. Raises CannotStart."""
    refuse_installation(present)
    directory = data_directory(present)
    for name in ("logs", "beat"):
        (directory / name).mkdir(parents=True, exist_ok=True)
    with only_one(directory):
        refuse_taken_ports(present)
        environment = demo_environment(present, directory)
        environment[MARK] = secrets.token_hex(8)
        with engines(directory, environment) as addresses:
            environment.update(addresses)
            prepare(directory, environment)
            return run_processes(directory, environment)


def run_processes(directory: Path, environment: dict[str, str]) -> int:
    """All processes, until one ends or somebody stops them."""
    manager = Manager()
    for name, arguments in commands(directory, environment).items():
        log = directory / "logs" / f"{name}.log"
        line = f"exec {shlex.join([sys.executable, *arguments])} >>{shlex.quote(str(log))} 2>&1"
        manager.add_process(name, line, env=environment, cwd=str(HERE))
    print(f"Starting. What the processes say goes to {directory / 'logs'}", flush=True)
    # In a session of its own, so that Ctrl-C while it waits is answered by the demo alone.
    announcer = subprocess.Popen(
        [sys.executable, "-m", "demo.announce"], env=environment, cwd=HERE, start_new_session=True
    )
    try:
        manager.loop()
    finally:
        announcer.terminate()
        announcer.wait()
    # Ctrl-C and SIGTERM are how the demo is meant to end.
    return 0 if manager.returncode in (0, 130, 143) else 1


def prepare(directory: Path, environment: dict[str, str]) -> None:
    """Bring the database up to date, and fill it when it is empty. Raises CannotStart."""
    log = directory / "logs" / "prepare.log"
    with log.open("w") as output:
        command = [sys.executable, "manage.py", "prepare_demo"]
        done = subprocess.run(command, env=environment, cwd=HERE, stdout=output, stderr=output, check=False)
    said = log.read_text()
    if done.returncode:
        raise CannotStart(f"{said}\nThe database could not be prepared; the reason stands above.")
    print("".join(line for line in said.splitlines(keepends=True) if line.startswith(NEWS)), end="", flush=True)


@contextmanager
def engines(directory: Path, environment: dict[str, str]) -> Iterator[dict[str, str]]:
    """Postgres and Valkey as the keeper runs them: the variables that say where they are."""
    command = [sys.executable, "-m", "demo.keeper", "--data", str(directory), "--parent", str(os.getpid())]
    log = (directory / "logs" / "engines.log").open("ab")
    keeper = subprocess.Popen(
        command, env=environment, cwd=HERE, stdout=subprocess.PIPE, stderr=log, start_new_session=True
    )
    log.close()
    try:
        assert keeper.stdout is not None
        line = keeper.stdout.readline()
        if not line:
            raise CannotStart(f"Postgres and Valkey did not start; see {directory / 'logs' / 'engines.log'}.")
        yield json.loads(line)
    finally:
        keeper.terminate()
        keeper.wait(_STOPPING_SECONDS)


@contextmanager
def only_one(directory: Path) -> Iterator[None]:
    """Hold the data directory for this run alone. Raises CannotStart when another demo has it."""
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / "demo.lock").open("w") as lock:
        _take(lock, directory)
        yield


def _take(lock: IO[str], directory: Path) -> None:
    # A demo that was just killed needs some seconds to clear up.
    ends = time.monotonic() + _STOPPING_SECONDS
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > ends:
                raise CannotStart(f"A demo is running already with the data in {directory}.") from None
            time.sleep(0.2)
        else:
            return


def refuse_taken_ports(present: Mapping[str, str]) -> None:
    """Raises CannotStart when something else listens where the demo wants to."""
    at = ports(present)
    for name, port in (("DEMO_PORT", at.web), ("DEMO_ZOOM_PORT", at.zoom), ("DEMO_SMTP_PORT", at.smtp)):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as error:
                raise CannotStart(f"Port {port} is taken. Choose another one with {name}.") from error


def refuse_installation(present: Mapping[str, str]) -> None:
    """Raises CannotStart where a real installation is set up: pretend families must not land in it."""
    if (HERE / ".env").exists() or present.get("ENVIRONMENT", "demo") != "demo":
        raise CannotStart("This is set up as a real installation (.env or ENVIRONMENT); the demo stays out of it.")


def reset(present: Mapping[str, str]) -> str:
    """Throw the demo's data away; returns what was done. Raises CannotStart while it runs."""
    directory = data_directory(present)
    with only_one(directory):
        for name in KEPT:
            path = directory / name
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
    if present.get("DATABASE_URL"):
        return f"The data in {directory} is gone. The database of DATABASE_URL was left as it is."
    return f"The demo's data in {directory} is gone. The next start makes it afresh."
