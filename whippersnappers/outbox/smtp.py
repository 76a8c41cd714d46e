"""One line to the mail server: many mails over one connection, a time-out on everything.

Four things can go wrong, and each has a class of its own, because what follows differs: `Unreachable`,
`NotLetIn`, `RefusedForNow` and `RefusedForGood`. Their text is a plain sentence for the mail log.
"""

import re
import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass
from typing import Self

from django.conf import settings
from django.core.mail.utils import DNS_NAME

_SERVICE_CLOSING = 421
_SIGN_IN_NEEDED = {530, 534, 535, 538}
_TOO_BIG = 552
_GO_ON = 354
# Some servers end a connection after a hundred mails: better we do, between two mails.
_MAILS_PER_CONNECTION = 90
_BAD_CERTIFICATE = "The mail server's certificate is not valid for its name."
_DOT_AT_START = re.compile(rb"(?m)^\.")


class SmtpTrouble(Exception):
    """Why a mail did not go; `reason` is a plain sentence, `code` the server's answer or 0."""

    def __init__(self, reason: str, code: int = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.code = code


class Unreachable(SmtpTrouble):
    """No connection, or it broke: has nothing to do with the mail."""


class NotLetIn(SmtpTrouble):
    """The server refuses us - our sign-in or our sender address -, so it would refuse every mail."""


class RefusedForNow(SmtpTrouble):
    """The server says: this mail, later (4xx)."""


class RefusedForGood(SmtpTrouble):
    """The server says: never this mail (5xx)."""


class _Dropped(Exception):
    """The connection ended before the mail's text was handed over: another try cannot repeat it."""


@dataclass(frozen=True)
class Server:
    """Where mail goes and how. Time-outs in seconds; `answer_timeout` is for the word after the text.

    That one is longer (RFC 5321 asks for patience): who hangs up there may cause a repeat.
    """

    host: str
    port: int
    user: str = ""
    password: str = ""
    starttls: bool = False
    tls: bool = False
    timeout: float = 10
    answer_timeout: float = 60

    @classmethod
    def from_settings(cls) -> Self:
        """The server that EMAIL_URL names."""
        config = settings.EMAIL_CONFIG
        tls, starttls = bool(config.get("EMAIL_USE_SSL")), bool(config.get("EMAIL_USE_TLS"))
        return cls(
            host=config["EMAIL_HOST"] or "localhost",
            port=config["EMAIL_PORT"] or (465 if tls else 587 if starttls else 25),
            user=config["EMAIL_HOST_USER"] or "",
            password=config["EMAIL_HOST_PASSWORD"] or "",
            starttls=starttls,
            tls=tls,
            timeout=settings.EMAIL_TIMEOUT,
            answer_timeout=settings.EMAIL_ANSWER_TIMEOUT,
        )


class Line:
    """A connection that opens when it is first needed, and again when the server has hung up."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._smtp: smtplib.SMTP | None = None
        self._mails = 0

    def send(self, sender: str, recipient: str, data: bytes) -> None:
        """Hand over one mail; returning means that the server has accepted it.

        Raises one of the four kinds of SmtpTrouble.
        """
        if self._mails >= _MAILS_PER_CONNECTION:
            self.close()
        was_open = self._smtp is not None
        try:
            self._hand_over(sender, recipient, data)
        except _Dropped as error:
            if not was_open:
                raise Unreachable(str(error)) from error
            self._again(sender, recipient, data)
        self._mails += 1

    def close(self) -> None:
        """Say goodbye, briefly; does not raise."""
        smtp, self._smtp, self._mails = self._smtp, None, 0
        if smtp is None:
            return
        # A server that does not answer our goodbye has still got every mail that it accepted.
        with suppress(smtplib.SMTPException, OSError):
            if smtp.sock is not None:
                smtp.sock.settimeout(1)
                smtp.quit()
        smtp.close()

    def _again(self, sender: str, recipient: str, data: bytes) -> None:
        try:
            self._hand_over(sender, recipient, data)
        except _Dropped as error:
            raise Unreachable(str(error)) from error

    def _hand_over(self, sender: str, recipient: str, data: bytes) -> None:
        smtp = self._smtp or self._open()
        self._envelope(smtp, sender, recipient)
        try:
            smtp.send(_DOT_AT_START.sub(b"..", data) + b".\r\n")
            self._wait(smtp, self.server.answer_timeout)
            code, answer = smtp.getreply()
            self._wait(smtp, self.server.timeout)
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            raise Unreachable("The connection to the mail server broke while the mail was being sent.") from error
        if code // 100 != 2:
            self._refuse(smtp, code, answer)

    def _envelope(self, smtp: smtplib.SMTP, sender: str, recipient: str) -> None:
        try:
            code, answer = smtp.mail(sender)
            if code // 100 == 5 and code != _TOO_BIG:
                self.close()
                raise NotLetIn(f"The mail server refuses our sender address: {_said(code, answer)}", code)
            if code // 100 == 2:
                code, answer = smtp.rcpt(recipient)
            if code // 100 == 2:
                code, answer = smtp.docmd("DATA")
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            raise _Dropped("The mail server hung up or did not answer.") from error
        if code == _SERVICE_CLOSING:
            self._drop()
            raise _Dropped(f"The mail server is closing: {_said(code, answer)}")
        if code != _GO_ON:
            self._refuse(smtp, code, answer)

    def _refuse(self, smtp: smtplib.SMTP, code: int, answer: bytes) -> None:
        """Raise what a refusal means, leaving the connection fit for the next mail."""
        if code == _SERVICE_CLOSING:
            self._drop()
            raise Unreachable(f"The mail server is closing: {_said(code, answer)}", code)
        if code in _SIGN_IN_NEEDED:
            self.close()
            raise NotLetIn(f"The mail server wants us to sign in: {_said(code, answer)}", code)
        try:
            smtp.rset()
        except (smtplib.SMTPException, OSError):
            self._drop()
        if code // 100 == 5:
            raise RefusedForGood(f"The mail server refused it: {_said(code, answer)}", code)
        raise RefusedForNow(f"The mail server asked us to try later: {_said(code, answer)}", code)

    def _drop(self) -> None:
        smtp, self._smtp, self._mails = self._smtp, None, 0
        if smtp is not None:
            smtp.close()

    @staticmethod
    def _wait(smtp: smtplib.SMTP, seconds: float) -> None:
        if smtp.sock is not None:
            smtp.sock.settimeout(seconds)

    def _open(self) -> smtplib.SMTP:
        smtp = self._connect()
        try:
            if self.server.starttls:
                self._encrypt(smtp)
            if self.server.user:
                self._sign_in(smtp)
        except BaseException:
            smtp.close()
            raise
        self._smtp = smtp
        return smtp

    def _connect(self) -> smtplib.SMTP:
        server, name = self.server, DNS_NAME.get_fqdn()
        try:
            if server.tls:
                smtp: smtplib.SMTP = smtplib.SMTP_SSL(
                    server.host,
                    server.port,
                    local_hostname=name,
                    timeout=server.timeout,
                    context=ssl.create_default_context(),
                )
            else:
                smtp = smtplib.SMTP(server.host, server.port, local_hostname=name, timeout=server.timeout)
            smtp.ehlo_or_helo_if_needed()
        except ssl.SSLCertVerificationError as error:
            raise Unreachable(_BAD_CERTIFICATE) from error
        except smtplib.SMTPResponseException as error:
            said = _said(error.smtp_code, error.smtp_error)
            raise Unreachable(f"The mail server does not take mail now: {said}", error.smtp_code) from error
        except (smtplib.SMTPException, OSError) as error:
            raise Unreachable("The mail server cannot be reached.") from error
        return smtp

    @staticmethod
    def _encrypt(smtp: smtplib.SMTP) -> None:
        try:
            smtp.starttls(context=ssl.create_default_context())
            smtp.ehlo_or_helo_if_needed()
        except ssl.SSLCertVerificationError as error:
            raise Unreachable(_BAD_CERTIFICATE) from error
        except smtplib.SMTPNotSupportedError as error:
            raise Unreachable("The mail server offers no encryption, but EMAIL_URL asks for it.") from error
        except (smtplib.SMTPException, OSError) as error:
            raise Unreachable("The mail server broke off while the connection was being encrypted.") from error

    def _sign_in(self, smtp: smtplib.SMTP) -> None:
        try:
            smtp.login(self.server.user, self.server.password)
        except smtplib.SMTPAuthenticationError as error:
            if error.smtp_code // 100 == 4:
                raise Unreachable("The mail server cannot check our sign-in now.", error.smtp_code) from error
            raise NotLetIn(
                f"The mail server refused our sign-in: {_said(error.smtp_code, error.smtp_error)}", error.smtp_code
            ) from error
        except smtplib.SMTPServerDisconnected as error:
            raise Unreachable("The mail server hung up while we signed in.") from error
        except (smtplib.SMTPException, UnicodeError) as error:
            raise NotLetIn("The mail server offers no way to sign in with our user and password.") from error
        except OSError as error:
            raise Unreachable("The mail server did not answer our sign-in.") from error


def _said(code: int, answer: bytes | str) -> str:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    printable = "".join(letter if letter.isprintable() else " " for letter in text)
    return f"{code} {' '.join(printable.split())}"[:180]
