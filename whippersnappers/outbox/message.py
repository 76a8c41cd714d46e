"""Building one mail: what a kind rendered becomes the bytes that a mail server is given.

Written out by hand, not with the e-mail package's generator: that one takes longer than everything else
that happens to a mail. Everything is 7-bit and in short lines, so no server has a reason to touch it.
"""

import base64
import binascii
import re
import secrets
from datetime import datetime
from email.header import Header
from email.utils import encode_rfc2231, format_datetime, formataddr, parseaddr

import css_inline
from django.conf import settings
from django.utils.crypto import salted_hmac

from whippersnappers.organisation import organisation
from whippersnappers.outbox.catalogue import Attachment, Rendered

# Never fetches anything; media queries (dark mode, narrow screens) stay in a style element.
_INLINER = css_inline.CSSInliner(load_remote_stylesheets=False, keep_at_rules=True)
_LINE_END = re.compile(r"\r\n|\r|\n")
_CRLF = "\r\n"
_LONGEST_LINE = 76
_LONGEST_WORD = 60


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
    """One mail to one person, as bytes with CRLF line ends.

    Raises UnusableAddress.
    """
    from_name, from_address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    headers = {
        "From": _mailbox(from_name, from_address),
        "To": _mailbox(to_name, envelope_address(to)),
        "Reply-To": _mailbox("", rendered.reply_to or organisation().support_email),
        "Subject": _unstructured(rendered.subject, "Subject"),
        "Date": format_datetime(now),
        "Message-ID": message_id,
        # Nobody's holiday message should come back to us.
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "MIME-Version": "1.0",
    }
    lines = [f"{name}: {value}\r\n".encode("ascii") for name, value in headers.items()]
    root = _alternatives(rendered)
    if rendered.attachments:
        root = _multipart("mixed", [root, *(_attachment(attachment) for attachment in rendered.attachments)])
    return b"".join(lines) + root


def inlined(html: str) -> str:
    """The document with its style sheet written into its elements, for mail programs that drop it."""
    return _INLINER.inline(html)


def _one_line(text: str) -> str:
    # A line break in a header would start another header.
    return " ".join(text.split())


def _unstructured(text: str, header: str) -> str:
    text = _one_line(text)
    plain = text.isascii() and all(len(word) <= _LONGEST_WORD for word in text.split())
    folded = Header(text, "us-ascii" if plain else "utf-8", maxlinelen=_LONGEST_LINE, header_name=header)
    return folded.encode(linesep="\r\n")


def _mailbox(name: str, address: str) -> str:
    name = _one_line(name)
    if name.isascii() and len(name) <= _LONGEST_WORD:
        return formataddr((name, address))
    # Encoded in pieces of at most 75 characters, which formataddr does not do.
    return f"{Header(name, 'utf-8', maxlinelen=60).encode(linesep=_CRLF)}{_CRLF} <{address}>"


def _alternatives(rendered: Rendered) -> bytes:
    """Plain first, richest last: a mail program shows the last one that it understands."""
    parts = [_text("plain", rendered.text), _text("html", inlined(rendered.html))]
    if rendered.calendar is not None:
        kind = f'text/calendar; charset="utf-8"; method="{rendered.calendar_method}"'
        parts.append(_base64(kind, rendered.calendar))
    return _multipart("alternative", parts)


def _multipart(subtype: str, parts: list[bytes]) -> bytes:
    # Quoted-printable and base64 never contain "=_".
    boundary = f"=_{secrets.token_hex(16)}"
    head = f'Content-Type: multipart/{subtype};\r\n boundary="{boundary}"\r\n\r\n'
    inside = b"".join(b"--%b\r\n%b\r\n" % (boundary.encode(), part) for part in parts)
    return head.encode() + inside + f"--{boundary}--\r\n".encode()


def _text(subtype: str, text: str) -> bytes:
    head = f'Content-Type: text/{subtype}; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
    return head.encode() + binascii.b2a_qp(_LINE_END.sub("\n", text).encode()).replace(b"\n", b"\r\n")


def _attachment(attachment: Attachment) -> bytes:
    name = encode_rfc2231(_one_line(attachment.name), "utf-8")
    content_type = f"{attachment.content_type}\r\nContent-Disposition: attachment;\r\n filename*={name}"
    return _base64(content_type, attachment.content)


def _base64(content_type: str, content: bytes) -> bytes:
    head = f"Content-Type: {content_type}\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    return head.encode() + base64.encodebytes(content).replace(b"\n", b"\r\n")
