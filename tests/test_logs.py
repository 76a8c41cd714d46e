"""Logs and error reports tell what happened, and nothing about persons."""

import gzip
import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tests.production_environment import ROOT, manage, production_environment
from whippersnappers.logs import scrub_breadcrumb, scrub_report, scrubbed

CANARIES = [
    "zoe@example.com",
    "t0ken-of-a-family",
    "203.0.113.77",
    "needle",
    "Mozilla",
    "b64-reset-key",
    "2001:db8:1:2:3:4:5:6",
]


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("mail to zoe.o'neil+x@mail.example.co.uk failed", "mail to [address] failed"),
        ("GET /join/abc-DEF_123/ 200", "GET /join/[token]/ 200"),
        ("GET /calendar/abc-DEF_123.ics 200", "GET /calendar/[token] 200"),
        ("/accounts/password/reset/key/0a1b-c2d3-xyz/", "/accounts/password/reset/key/[token]/"),
        ("GET /portal/?q=Ada&x=1 done", "GET /portal/ done"),
        ('"GET /admin/search/?q=Jos%C3%A9+O%27Connor HTTP/1.1" 200', '"GET /admin/search/ HTTP/1.1" 200'),
        ("https://zoom.us/j/1?pwd=abc next", "https://zoom.us/j/1 next"),
        ("refused for 203.0.113.77.", "refused for [ip]."),
        ("from 2001:db8:1:2:3:4:5:6", "from [ip]"),
        ("took 12.5 seconds at 10:30:15, version 5.2.19?", "took 12.5 seconds at 10:30:15, version 5.2.19?"),
        ("session 3f2b9c1e-aaaa-bbbb-cccc-0123456789ab", "session 3f2b9c1e-aaaa-bbbb-cccc-0123456789ab"),
    ],
)
def test_scrubbed(text, clean):
    assert scrubbed(text) == clean
    assert scrubbed({"a": [text, (text, 7)]}) == {"a": [clean, [clean, 7]]}


@pytest.fixture
def lines(tmp_path: Path) -> str:
    """What a production process writes when everything that could leak is logged."""
    code = f"""
import logging, structlog
canaries = {CANARIES!r}
own, foreign = structlog.get_logger("own"), logging.getLogger("foreign")
for c in canaries[:3]:
    why = f"it was {{c}}" if "@" in c or "." in c else f"/join/{{c}}/"
    own.warning("thing_happened", why=why, ip=c, user_agent="Mozilla")
    foreign.warning("Not Found: %s", f"/join/{{c}}/?q=needle")
try:
    where = "/accounts/password/reset/key/b64-reset-key/"
    raise ValueError(f"no mail to zoe@example.com at {{where}} from 2001:db8:1:2:3:4:5:6")
except ValueError:
    own.exception("broke")
    foreign.exception("broke too")
"""
    result = manage("shell", "-v", "0", "-c", code, environment=production_environment())
    assert result.returncode == 0, result.stderr
    return result.stdout + result.stderr


def test_nothing_personal_is_written_whoever_logs_it(lines):
    assert [canary for canary in CANARIES if canary in lines] == []


def test_each_line_is_json_with_level_logger_and_time(lines):
    written = [json.loads(line) for line in lines.splitlines()]
    assert [entry["logger"] for entry in written] == ["own", "foreign"] * 4
    assert all({"level", "timestamp", "event"} <= set(entry) for entry in written)
    assert "ValueError" in written[-1]["exception"]


@pytest.mark.faults
def test_a_real_web_process_logs_requests_without_persons(tmp_path: Path):
    # As the image does when it is built: without any secret.
    built = manage("collectstatic", "--noinput", "-v", "0", environment={"PATH": production_environment()["PATH"]})
    assert (built.returncode, built.stderr) == (0, "")
    port = _free_port()
    environment = production_environment(ALLOWED_HOSTS="portal.whippersnappers.org", WEB_CONCURRENCY="1")
    command = [sys.executable, "-m", "gunicorn", "whippersnappers.wsgi", "--bind", f"127.0.0.1:{port}"]
    with (
        (tmp_path / "log").open("w") as out,
        subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=subprocess.STDOUT) as process,
    ):
        try:
            statuses = [
                _status(port, path)
                for path in (
                    "/healthz",
                    "/join/t0ken-of-a-family/?q=needle",
                    "/nowhere/?email=zoe@example.com",
                    "/metrics",
                )
            ]
        finally:
            process.terminate()
            process.wait(20)
    text = (tmp_path / "log").read_text()
    assert (statuses[0], *statuses[2:]) == (200, 404, 404)
    assert '"request": "GET /join/[token]/"' in text
    assert [canary for canary in CANARIES if canary in text] == []


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _status(port: int, path: str) -> int:
    headers = {
        "Host": "portal.whippersnappers.org",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-For": "203.0.113.77",
        "User-Agent": "Mozilla",
    }
    for _ in range(100):
        try:
            with urllib.request.urlopen(
                urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers)
            ) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            error.close()
            return error.code
        except urllib.error.URLError:
            time.sleep(0.2)
    raise TimeoutError(path)


def test_an_error_report_holds_nothing_of_the_request_but_method_and_path():
    event: Any = {
        "message": "no mail to zoe@example.com",
        "user": {"email": "zoe@example.com", "ip_address": "203.0.113.77"},
        "request": {
            "method": "POST",
            "url": "https://portal/join/t0ken-of-a-family/?q=needle",
            "data": {"name": "needle"},
            "headers": {"User-Agent": "Mozilla"},
            "cookies": "needle",
            "query_string": "q=needle",
            "env": {"REMOTE_ADDR": "203.0.113.77"},
        },
        "exception": {"values": [{"type": "ValueError", "value": "zoe@example.com"}]},
    }
    report: Any = scrub_report(event, {})
    assert report["request"] == {"method": "POST", "url": "https://portal/join/[token]/"}
    assert [canary for canary in CANARIES if canary in json.dumps(report)] == []
    assert report["exception"]["values"][0] == {"type": "ValueError", "value": "[address]"}


def test_the_trail_before_an_error_has_no_queries_and_no_persons():
    assert scrub_breadcrumb({"category": "query", "message": "SELECT 'needle'"}, {}) is None
    assert scrub_breadcrumb({"category": "log", "message": "to zoe@example.com"}, {}) == {
        "category": "log",
        "message": "to [address]",
    }


class _Collector(BaseHTTPRequestHandler):
    bodies: list[bytes] = []

    def do_POST(self) -> None:
        self.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, format: str, *args: object) -> None:
        return None


def test_a_real_report_to_sentry_is_clean():
    with HTTPServer(("127.0.0.1", 0), _Collector) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        code = """
import sentry_sdk
from django.test import Client
name = "gro.elpmaxe@eoz eldeen"[::-1]
try:
    raise ValueError("no mail to zoe@example.com via /join/t0ken-of-a-family/")
except ValueError:
    sentry_sdk.capture_exception()
sentry_sdk.flush(5)
"""
        dsn = f"http://key@127.0.0.1:{server.server_port}/1"
        result = manage("shell", "-v", "0", "-c", code, environment=production_environment(SENTRY_DSN=dsn))
        server.shutdown()
    assert result.returncode == 0, result.stderr
    sent = b"".join(_unpacked(body) for body in _Collector.bodies).decode()
    assert "no mail to [address] via /join/[token]/" in sent
    assert [canary for canary in CANARIES if canary in sent] == []


def _unpacked(body: bytes) -> bytes:
    return gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body
