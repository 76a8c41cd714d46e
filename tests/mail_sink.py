"""A real SMTP server that does what a test tells it to: refuse, stall, drop, ask for a password."""

import asyncio
import socket
import threading
import warnings
from collections import defaultdict, deque
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

HOST = "127.0.0.1"
# This mail meets nothing; the next one may.
FINE = ""
HANG = "hang"
DROP = "drop"
# When a fault strikes: at a command, when the text has come (not kept then), or once it is kept.
STAGES = ("EHLO", "AUTH", "MAIL", "RCPT", "DATA", "KEPT")


@dataclass(frozen=True)
class Received:
    """One mail as it was accepted."""

    sender: str
    recipients: list[str]
    data: bytes
    connection: int

    @property
    def message(self) -> EmailMessage:
        parsed = message_from_bytes(self.data, policy=default)
        assert isinstance(parsed, EmailMessage)
        return parsed

    @property
    def message_id(self) -> str:
        return str(self.message["Message-ID"])


class Sink:
    """Keeps what it accepts in `mails`, in order. `fault` plans what goes wrong next."""

    def __init__(self, *, password: str = "", delay: float = 0, port: int = 0, **controller: Any) -> None:
        self.mails: list[Received] = []
        # The faults that have happened, by stage.
        self.struck: list[str] = []
        self.connections = 0
        self.busiest = 0
        self.delay = delay
        self.port = port or free_port()
        self._password = password
        self._open = 0
        self._faults: dict[str, deque[str]] = defaultdict(deque)
        self._lock = threading.Lock()
        self._options = controller
        self._controller: Controller | None = None

    def start(self) -> "Sink":
        options = dict(self._options)
        if self._password:
            options |= {"authenticator": self._authenticate, "auth_required": True, "auth_require_tls": False}
        self._controller = _Controller(_Handler(self), hostname=HOST, port=self.port, **options)
        self._controller.start()
        # The controller's own trial connection does not count.
        self.connections = 0
        return self

    def stop(self) -> None:
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    def __enter__(self) -> "Sink":
        return self.start()

    def __exit__(self, *error: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        user = f"portal:{self._password}@" if self._password else ""
        return f"smtp://{user}{HOST}:{self.port}"

    def fault(self, stage: str, what: str, times: int = 1) -> None:
        """The next `times` mails that reach the stage meet this: DROP, HANG or an answer such as `451 later`."""
        assert stage in STAGES
        with self._lock:
            self._faults[stage].extend([what] * times)

    @property
    def message_ids(self) -> list[str]:
        return [mail.message_id for mail in list(self.mails)]

    def _authenticate(self, server: SMTP, session: Session, envelope: Envelope, how: str, data: Any) -> AuthResult:
        planned = self.next_fault("AUTH")
        if planned:
            return AuthResult(success=False, handled=False, message=planned)
        good = isinstance(data, LoginPassword) and data.password == self._password.encode()
        return AuthResult(success=good, handled=False)

    def next_fault(self, stage: str) -> str:
        with self._lock:
            what = self._faults[stage].popleft() if self._faults[stage] else FINE
            if what:
                self.struck.append(stage)
            return what


class _Controller(Controller):
    def factory(self) -> SMTP:
        with warnings.catch_warnings():
            # It warns of passwords without encryption, which is fine on loopback.
            warnings.simplefilter("ignore")
            return super().factory()


class _Handler:
    def __init__(self, sink: Sink) -> None:
        self.sink = sink

    async def _meet(self, stage: str, server: SMTP) -> str:
        what = self.sink.next_fault(stage)
        if what == HANG:
            await asyncio.sleep(3600)
        if what == DROP:
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
            # The connection is gone; this task ends with it.
            await asyncio.sleep(3600)
        return what

    async def handle_EHLO(self, server: SMTP, session: Session, envelope: Envelope, host: str, lines: list[str]) -> Any:
        session.host_name = host
        self.sink.connections += 1
        session.number = self.sink.connections  # type: ignore[attr-defined]
        answer = await self._meet("EHLO", server)
        return [answer] if answer else lines

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = await self._meet("MAIL", server)
        if answer:
            return answer
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = await self._meet("RCPT", server)
        if answer:
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        sink = self.sink
        sink._open += 1
        sink.busiest = max(sink.busiest, sink._open)
        try:
            if sink.delay:
                await asyncio.sleep(sink.delay)
            answer = await self._meet("DATA", server)
            if answer:
                return answer
            number = session.number  # type: ignore[attr-defined]
            content = envelope.content
            assert isinstance(content, bytes)
            sink.mails.append(Received(envelope.mail_from or "", list(envelope.rcpt_tos), content, number))
            return await self._meet("KEPT", server) or "250 accepted"
        finally:
            sink._open -= 1


def free_port() -> int:
    """A port on loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
