"""Addresses that open something for whoever has them: derived with the secret key, never stored.

A token names a row and a version of it. Raising the row's version ends the tokens that were given out before; so
does a change of `SECRET_KEY`, unless the old one stays in `SECRET_KEY_FALLBACKS`.
"""

import base64
import binascii
import struct
import uuid
from dataclasses import dataclass

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

# A UUID and a version, then 20 bytes of HMAC: 40 bytes, 54 characters.
_HEAD = struct.Struct(">16sI")
_MAC_BYTES = 20


@dataclass(frozen=True)
class Named:
    """What a genuine token names."""

    id: uuid.UUID
    version: int


def make(salt: str, row_id: uuid.UUID, version: int) -> str:
    """The token for a row at this version: 54 URL-safe characters. `salt` keeps one kind of link from another."""
    return _token(salt, row_id, version, settings.SECRET_KEY)


def read(salt: str, token: str) -> Named | None:
    """What the token names, whether or not that version still has force; None for anything but a genuine one."""
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        row_id, version = _HEAD.unpack(raw[: _HEAD.size])
    except (binascii.Error, ValueError, struct.error):
        return None
    named = Named(uuid.UUID(bytes=row_id), version)
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    if not any(constant_time_compare(token, _token(salt, named.id, version, key)) for key in keys):
        return None
    return named


def _token(salt: str, row_id: uuid.UUID, version: int, key: str) -> str:
    head = _HEAD.pack(row_id.bytes, version)
    mac = salted_hmac(salt, head, secret=key, algorithm="sha256").digest()[:_MAC_BYTES]
    return base64.urlsafe_b64encode(head + mac).rstrip(b"=").decode()
