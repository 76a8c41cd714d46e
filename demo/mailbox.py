"""The mailbox: what an SMTP server has received, one file a mail, and the server that receives it.

A mail is written beside its place and renamed, then named in the index, so a killed server leaves either the
whole mail or nothing. `python -m demo.mailbox --port 8025 --directory var/mailbox` runs the server.
"""

import argparse
import asyncio
import json
import os
import re
import signal
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

_LARGEST = 20_000_000  # bytes
_NUMBER = re.compile(r"\d{1,9}")


@dataclass(frozen=True)
class Received:
    """One mail of the index. `to` are the addresses that the SMTP client named, not the header's."""

    number: int
    at: str
    sender: str
    to: list[str]
    subject: str
    message_id: str

    @property
    def received_at(self) -> datetime:
        """When the server took it."""
        return datetime.fromisoformat(self.at)


class Mailbox:
    """The mails in a directory. One process writes, any number read."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.index = directory / "index.jsonl"

    def add(self, content: bytes, sender: str, to: list[str], now: datetime) -> Received:
        """Keep one mail as it came."""
        self.directory.mkdir(parents=True, exist_ok=True)
        headers = message_from_bytes(content, policy=policy.default)
        received = Received(
            number=self._next_number(),
            at=now.astimezone(UTC).isoformat(),
            sender=sender,
            to=to,
            subject=str(headers.get("Subject", "")),
            message_id=str(headers.get("Message-ID", "")),
        )
        beside = self._file(received.number).with_suffix(".new")
        beside.write_bytes(content)
        os.replace(beside, self._file(received.number))
        with self.index.open("a", encoding="utf-8") as index:
            index.write(json.dumps(asdict(received)) + "\n")
        return received

    def mails(self, search: str = "") -> list[Received]:
        """The newest first; with `search`, those to an address, or with a subject, that has it."""
        if not self.index.exists():
            return []
        wanted = search.strip().casefold()
        lines = self.index.read_text(encoding="utf-8").splitlines()
        # The server may be writing the last line at this moment.
        found = (Received(**json.loads(line)) for line in lines if line.endswith("}"))
        kept = [mail for mail in found if wanted in " ".join([*mail.to, mail.subject]).casefold()]
        return kept[::-1]

    def get(self, number: int) -> Received | None:
        """The mail with that number."""
        return next((mail for mail in self.mails() if mail.number == number), None)

    def source(self, number: int) -> bytes:
        """The mail as it came over the wire."""
        return self._file(number).read_bytes()

    def message(self, number: int) -> EmailMessage:
        """The mail, parsed."""
        return message_from_bytes(self.source(number), policy=policy.default)

    def _file(self, number: int) -> Path:
        return self.directory / f"{number:06}.eml"

    def _next_number(self) -> int:
        if not hasattr(self, "_last"):
            names = [file.stem for file in self.directory.glob("*.eml")]
            self._last = max((int(name) for name in names if _NUMBER.fullmatch(name)), default=0)
        self._last += 1
        return self._last


class Taking:
    """aiosmtpd's handler: every mail is accepted and kept."""

    def __init__(self, mailbox: Mailbox) -> None:
        self.mailbox = mailbox

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Keep the mail, then say so."""
        content = envelope.original_content or b""
        self.mailbox.add(content, envelope.mail_from or "", list(envelope.rcpt_tos), datetime.now(UTC))
        return "250 Kept in the demo's mailbox"


async def serve(mailbox: Mailbox, port: int) -> None:
    """Take mail on the loopback address until the process is told to stop."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)

    def protocol() -> Any:
        return SMTP(Taking(mailbox), hostname="mailbox.demo", data_size_limit=_LARGEST, enable_SMTPUTF8=True)

    server = await loop.create_server(protocol, "127.0.0.1", port)
    await stop.wait()
    server.close()


def main() -> None:
    """Run the server."""
    parser = argparse.ArgumentParser(prog="python -m demo.mailbox", description=__doc__)
    parser.add_argument("--port", type=int, default=8025)
    parser.add_argument("--directory", type=Path, required=True)
    options = parser.parse_args()
    asyncio.run(serve(Mailbox(options.directory), options.port))


if __name__ == "__main__":
    main()
