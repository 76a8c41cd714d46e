"""The demo's mailbox: what the SMTP server takes is kept as it came, survives a restart, and can be found."""

import smtplib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

from demo.mailbox import Mailbox

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running_server(directory: Path) -> Iterator[int]:
    port = free_port()
    command = [sys.executable, "-m", "demo.mailbox", "--port", str(port), "--directory", str(directory)]
    process = subprocess.Popen(command)
    try:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        assert process.wait(5) == 0


def letter(subject: str = "Hello", to: str = "hannah@example.com") -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Whippersnappers <hello@whippersnappers.org>", to, subject
    mail["Message-ID"] = f"<{subject}@whippersnappers.org>"
    mail.set_content("See you tomorrow. Здравствуйте.")
    return mail


def test_a_mail_that_was_taken_is_there_after_a_restart(tmp_path):
    # Given a mail that the server has taken
    with running_server(tmp_path) as port, smtplib.SMTP("127.0.0.1", port) as client:
        client.send_message(letter("First"))
    # When the server is started again and takes another one
    with running_server(tmp_path) as port, smtplib.SMTP("127.0.0.1", port) as client:
        client.send_message(letter("Second", to="mark@example.org"))
    # Then both are there, the newest first, with numbers that do not repeat
    assert [(mail.number, mail.subject, mail.to) for mail in Mailbox(tmp_path).mails()] == [
        (2, "Second", ["mark@example.org"]),
        (1, "First", ["hannah@example.com"]),
    ]


def test_a_mail_is_kept_byte_for_byte(tmp_path):
    sent = letter().as_bytes().replace(b"\n", b"\r\n")
    with running_server(tmp_path) as port, smtplib.SMTP("127.0.0.1", port) as client:
        client.sendmail("hello@whippersnappers.org", ["hannah@example.com"], sent)
    assert Mailbox(tmp_path).source(1) == sent


def test_three_hundred_mails_over_one_connection_all_arrive(tmp_path):
    with running_server(tmp_path) as port, smtplib.SMTP("127.0.0.1", port) as client:
        for number in range(300):
            client.send_message(letter(f"Mail {number}", to=f"parent{number}@example.com"))
    subjects = [mail.subject for mail in Mailbox(tmp_path).mails()]
    assert subjects == [f"Mail {number}" for number in reversed(range(300))]


def test_mails_are_found_by_address_and_by_subject(tmp_path):
    box = Mailbox(tmp_path)
    box.add(letter("Drums").as_bytes(), "a@whippersnappers.org", ["hannah.whitfield@example.com"], NOW)
    box.add(letter("Story").as_bytes(), "a@whippersnappers.org", ["mark.ellis@example.org"], NOW)
    assert [mail.subject for mail in box.mails("WHITFIELD")] == ["Drums"]
    assert [mail.subject for mail in box.mails("story")] == ["Story"]
    assert box.mails("nobody") == []


def test_a_line_that_is_only_half_written_is_left_out(tmp_path):
    box = Mailbox(tmp_path)
    box.add(letter("Whole").as_bytes(), "a@whippersnappers.org", ["b@example.com"], NOW)
    with box.index.open("a") as index:
        index.write('{"number": 2, "at": "2026-')
    assert [mail.subject for mail in box.mails()] == ["Whole"]


def test_an_empty_mailbox_has_no_mails(tmp_path):
    assert Mailbox(tmp_path / "not there yet").mails() == []
