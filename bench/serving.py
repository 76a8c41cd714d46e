"""A real gunicorn, and asking it over HTTP as a signed-in person would."""

import http.client
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import quantiles

from bench.bare import COUNT
from bench.ground import HOST
from demo.engines import free_port

CONNECTIONS = 4
SECONDS = 5.0


@dataclass(frozen=True)
class Speed:
    """Requests a second over four connections; the median and the 95th percentile of one alone, in milliseconds."""

    rate: float
    p50: float
    p95: float


@contextmanager
def server(processes: int = 1) -> Iterator[int]:
    """gunicorn with the product's own configuration and so many worker processes; gives its port."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "whippersnappers.wsgi", "-c", "gunicorn.conf.py"]
    # No renewal of the worker while it is measured.
    command += ["--bind", f"{HOST}:{port}", "--max-requests", "0", "--log-level", "warning"]
    process = subprocess.Popen(command, env=os.environ | {"WEB_CONCURRENCY": str(processes)}, stdout=subprocess.DEVNULL)
    try:
        _wait_until_ready(port)
        yield port
    finally:
        process.terminate()
        process.wait()


def _wait_until_ready(port: int) -> None:
    for _ in range(300):
        try:
            Visitor(port, "").get("/bare/")
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("gunicorn did not start")


class Visitor:
    """One connection that is kept open, with a session's cookie."""

    def __init__(self, port: int, cookie: str) -> None:
        self.connection = http.client.HTTPConnection(HOST, port, timeout=120)
        self.headers = {"Cookie": cookie}

    def get(self, path: str, **headers: str) -> http.client.HTTPResponse:
        """Ask for a page and read it to its end. Raises RuntimeError unless it is there."""
        self.connection.request("GET", path, headers=self.headers | headers)
        response = self.connection.getresponse()
        response.read()
        if response.status != 200:
            raise RuntimeError(f"{path} answered {response.status} {response.headers.get('Location', '')}")
        return response


def queries(port: int, cookie: str, path: str) -> int:
    """How many queries the page costs, once what a process remembers is there."""
    visitor = Visitor(port, cookie)
    visitor.get(path)
    return int(visitor.get(path, **{COUNT: "yes"}).headers[COUNT])


def speed(port: int, cookie: str, path: str) -> Speed:
    """How quick the page is."""
    alone = sorted(_timed(Visitor(port, cookie), path, time.monotonic() + SECONDS))
    percentiles = quantiles(alone, n=20) if len(alone) > 1 else alone * 19
    until = time.monotonic() + SECONDS
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        shares = pool.map(lambda _: len(_timed(Visitor(port, cookie), path, until)), range(CONNECTIONS))
        total = sum(shares)
    return Speed(
        rate=total / (SECONDS + time.monotonic() - until), p50=percentiles[9] * 1000, p95=percentiles[18] * 1000
    )


def _timed(visitor: Visitor, path: str, until: float) -> list[float]:
    seconds: list[float] = []
    while not seconds or time.monotonic() < until:
        began = time.monotonic()
        visitor.get(path)
        seconds.append(time.monotonic() - began)
    return seconds
