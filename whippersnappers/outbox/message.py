"""Building one mail: what a kind rendered becomes the bytes that a mail server is given."""

import base64
import binascii
import re
from datetime import datetime
from email.charset import QP, Charset
from email.generator import BytesGenerator
from email.header import Header
from email.message import Message
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.policy import compat32
from email.utils import format_datetime, formataddr, parseaddr
from io import BytesIO

import css_inline
from django.conf import settings
from django.utils.crypto import salted_hmac

from whippersnappers.organisation import organisation
from whippersnappers.outbox.catalogue import Attachment, Rendered

_HEADER_CHARSET = Charset("utf-8")
_HEADER_CHARSET.header_encoding = QP
_POLICY = compat32.clone(linesep="\r\n", max_line_length=76)
# Never fetches anything; media queries (dark mode, narrow screens) stay in a style element.
_INLINER = css_inline.CSSInliner(load_remote_stylesheets=False, keep_at_rules=True)
_LONGEST_WORD = 70


class UnusableAddress(ValueError):
    """No server could deliver to this address; the text says why in plain words."""


def message_id_for(key: str) -> str:
    """The Message-ID of the mail with that key: always the same, so that a repeat is recognisable."""
    digest = salted_hmac("outbox.message-id", key, algorithm="sha256").hexdigest()
    return f"<{digest[:40]}@{settings.ORGANISATION_DOMAIN}>"


def envelope_address(address: str) -> str:
    """The address as SMTP takes it: ASCII only, a non-ASCII domain as IDNA. Raises UnusableAddress."""
    local, at, domain = address.strip().rpartition("@")
    if not (local and at and domain) or re.search(r"[\s<>\x00-\x1f\x7f]", address.strip()):
        raise UnusableAddress("This is not an e-mail address.")
    if not local.isascii():
        raise UnusableAddress("The address has letters before the @ that mail servers do not accept.")
    try:
        return f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError as error:
        raise UnusableAddress("The part of the address after the @ is not a domain.") from error


def build(rendered: Rendered, *, to: str, to_name: str, message_id: str, now: datetime) -> bytes:
    """One mail to one person as bytes with CRLF line ends, 7-bit clean, no line over 76 characters or so.

    Raises UnusableAddress.
    """
    root = _alternatives(rendered)
    if rendered.attachments:
        mixed = MIMEMultipart("mixed", policy=_POLICY)
        mixed.attach(root)
        for attachment in rendered.attachments:
            mixed.attach(_attachment(attachment))
        root = mixed
    from_name, from_address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    headers = {
        "From": _mailbox(from_name, from_address),
        "To": _mailbox(to_name, envelope_address(to)),
        "Reply-To": _mailbox("", rendered.reply_to or organisation().support_email),
        "Subject": _unstructured(rendered.subject),
        "Date": format_datetime(now),
        "Message-ID": message_id,
        # Nobody's holiday message should come back to us.
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }
    for name, value in headers.items():
        root[name] = value
    return _flatten(root)


def inlined(html: str) -> str:
    """The document with its style sheet written into its elements, for mail programs that drop it."""
    return _INLINER.inline(html)


def _flatten(message: Message) -> bytes:
    out = BytesIO()
    BytesGenerator(out, mangle_from_=False, policy=_POLICY).flatten(message)
    return out.getvalue()


def _one_line(text: str) -> str:
    # A line break in a header would start another header.
    return " ".join(text.split())


def _unstructured(text: str) -> str:
    text = _one_line(text)
    plain = text.isascii() and all(len(word) <= _LONGEST_WORD for word in text.split())
    return Header(text, "us-ascii" if plain else _HEADER_CHARSET, maxlinelen=76, header_name="Subject").encode()


def _mailbox(name: str, address: str) -> str:
    name = _one_line(name)
    if name.isascii():
        return formataddr((name, address))
    # Encoded in pieces of at most 75 characters, which formataddr does not do.
    return f"{Header(name, _HEADER_CHARSET, maxlinelen=60).encode()} <{address}>"


def _alternatives(rendered: Rendered) -> MIMEMultipart:
    """Plain first, richest last: a mail program shows the last one that it understands."""
    root = MIMEMultipart("alternative", policy=_POLICY)
    root.attach(_text("plain", rendered.text))
    root.attach(_text("html", inlined(rendered.html)))
    if rendered.calendar is not None:
        part = MIMENonMultipart("text", "calendar", charset="utf-8", method=rendered.calendar_method, policy=_POLICY)
        _put_base64(part, rendered.calendar)
        root.attach(part)
    return root


def _text(subtype: str, text: str) -> MIMENonMultipart:
    part = MIMENonMultipart("text", subtype, charset="utf-8", policy=_POLICY)
    part["Content-Transfer-Encoding"] = "quoted-printable"
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    # In C, ten times as fast as the e-mail package's own encoder.
    part.set_payload(binascii.b2a_qp(lines.encode("utf-8")).decode("ascii"))
    return part


def _attachment(attachment: Attachment) -> MIMEBase:
    main, _, sub = attachment.content_type.partition("/")
    part = MIMEBase(main, sub or "octet-stream", policy=_POLICY)
    name = _one_line(attachment.name)
    filename = name if name.isascii() else ("utf-8", "", name)
    part.add_header("Content-Disposition", "attachment", filename=filename)
    _put_base64(part, attachment.content)
    return part


def _put_base64(part: Message, content: bytes) -> None:
    part["Content-Transfer-Encoding"] = "base64"
    part.set_payload(base64.encodebytes(content).decode("ascii"))
