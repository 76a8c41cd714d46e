"""The line to the server: encryption is checked, sign-in is needed, silence has an end."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.mail_sink import HOST, Sink, free_port
from whippersnappers.outbox.smtp import Line, NotLetIn, Server, Unreachable

MAIL = b"Subject: x\r\nMessage-ID: <a@b>\r\n\r\n.dot\r\n..\r\n.\r\nend\r\n"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 that nobody has signed but itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail for tests")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(HOST))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    return path


def tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def send(server: Server) -> None:
    line = Line(server)
    try:
        line.send("hello@whippersnappers.org", "ada@example.com", MAIL)
    finally:
        line.close()


@pytest.fixture
def silent() -> Iterator[int]:
    """A port that takes connections and never says a word."""
    with socket.create_server((HOST, 0)) as listener:
        taken: list[socket.socket] = []

        def take() -> None:
            try:
                while True:
                    taken.append(listener.accept()[0])
            except OSError:
                return

        threading.Thread(target=take, daemon=True).start()
        yield int(listener.getsockname()[1])
        listener.shutdown(socket.SHUT_RDWR)
        for connection in taken:
            connection.close()


def test_lines_that_begin_with_a_dot_arrive_whole() -> None:
    with Sink() as sink:
        send(Server(HOST, sink.port))
        assert [mail.data for mail in sink.mails] == [MAIL]


def test_encryption_with_a_certificate_that_is_trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with Sink(tls_context=tls(certificate), require_starttls=True) as sink:
        send(Server(HOST, sink.port, starttls=True))
        assert len(sink.mails) == 1


def test_encryption_with_a_certificate_that_nobody_vouches_for(certificate: Path) -> None:
    with Sink(tls_context=tls(certificate)) as sink:
        with pytest.raises(Unreachable, match="certificate is not valid"):
            send(Server(HOST, sink.port, starttls=True))
        assert sink.mails == []


def test_encryption_for_another_name(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with Sink(tls_context=tls(certificate)) as sink:
        with pytest.raises(Unreachable, match="certificate is not valid"):
            send(Server("localhost", sink.port, starttls=True))
        assert sink.mails == []


def test_encryption_that_the_server_does_not_offer_is_not_done_without() -> None:
    with Sink() as sink:
        with pytest.raises(Unreachable, match="offers no encryption"):
            send(Server(HOST, sink.port, starttls=True))
        assert sink.mails == []


def test_signing_in() -> None:
    with Sink(password="right") as sink:
        send(Server(HOST, sink.port, user="portal", password="right"))
        assert len(sink.mails) == 1
        for user, password in (("portal", "wrong"), ("portal", "wröng"), ("", "")):
            with pytest.raises(NotLetIn):
                send(Server(HOST, sink.port, user=user, password=password))
        assert len(sink.mails) == 1


def test_signing_in_at_a_server_that_knows_no_sign_in() -> None:
    with Sink() as sink:
        with pytest.raises(NotLetIn, match="offers no way to sign in"):
            send(Server(HOST, sink.port, user="portal", password="right"))
        assert sink.mails == []


def test_a_sign_in_that_cannot_be_checked_now_is_no_refusal() -> None:
    with Sink(password="right") as sink:
        # One for each way of signing in that is tried.
        sink.fault("AUTH", "454 4.7.0 try later", times=3)
        with pytest.raises(Unreachable, match="cannot check our sign-in"):
            send(Server(HOST, sink.port, user="portal", password="right"))
        assert sink.mails == []


def test_a_server_that_never_says_a_word(silent: int) -> None:
    began = time.monotonic()
    with pytest.raises(Unreachable):
        send(Server(HOST, silent, timeout=0.3))
    assert time.monotonic() - began < 2


def test_a_server_that_is_not_there() -> None:
    with pytest.raises(Unreachable, match="cannot be reached"):
        send(Server(HOST, free_port()))


def test_settings_become_a_server(settings: object) -> None:
    settings.EMAIL_CONFIG = {  # type: ignore[attr-defined]
        "EMAIL_HOST": "mail.example.org",
        "EMAIL_PORT": None,
        "EMAIL_HOST_USER": "portal",
        "EMAIL_HOST_PASSWORD": "secret",
        "EMAIL_USE_TLS": True,
    }
    assert Server.from_settings() == Server("mail.example.org", 587, "portal", "secret", starttls=True)
    settings.EMAIL_CONFIG = {  # type: ignore[attr-defined]
        "EMAIL_HOST": None,
        "EMAIL_PORT": None,
        "EMAIL_HOST_USER": None,
        "EMAIL_HOST_PASSWORD": None,
        "EMAIL_USE_SSL": True,
    }
    assert Server.from_settings() == Server("localhost", 465, tls=True)
