"""A stand-in for Zoom's web server on another origin, for tests that press "Join"."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest


@dataclass
class StandIn:
    """A web server that answers as a meeting's page does, and remembers who came with which headers."""

    url: str
    visits: list[tuple[str, str | None]] = field(default_factory=list)


def _serve(visits: list[tuple[str, str | None]]) -> ThreadingHTTPServer:
    class Room(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path.startswith("/j/"):
                visits.append((self.path, self.headers.get("Referer")))
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<title>Room</title><link rel='icon' href='data:,'><h1>Waiting room</h1>")

        def log_message(self, *args: object) -> None:
            return

    return ThreadingHTTPServer(("127.0.0.1", 0), Room)


@pytest.fixture
def zoom() -> Iterator[StandIn]:
    visits: list[tuple[str, str | None]] = []
    server = _serve(visits)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield StandIn(f"http://127.0.0.1:{server.server_port}", visits)
    server.shutdown()
    server.server_close()
    thread.join()
