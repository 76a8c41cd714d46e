"""Addresses that open something for whoever has them: derived with the secret key, never stored.

Most tokens name a row and a version of it. Raising the row's version ends the tokens that were given out before; so
does a change of `SECRET_KEY`, unless the old one stays in `SECRET_KEY_FALLBACKS`.
"""

import base64
import binascii
import struct
import uuid
from dataclasses import dataclass

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

# A UUID and a version; with 20 bytes of HMAC behind it 40 bytes, 54 characters.
_HEAD = struct.Struct(">16sI")
_MAC_BYTES = 20


@dataclass(frozen=True)
class Named:
    """What a genuine token names."""

    id: uuid.UUID
    version: int


def make(salt: str, row_id: uuid.UUID, version: int) -> str:
    """The token for a row at this version: 54 URL-safe characters. `salt` keeps one kind of link from another."""
    return seal(salt, _HEAD.pack(row_id.bytes, version))


def read(salt: str, token: str) -> Named | None:
    """What the token names, whether or not that version still has force; None for anything but a genuine one."""
    head = unseal(salt, token)
    if head is None or len(head) != _HEAD.size:
        return None
    row_id, version = _HEAD.unpack(head)
    return Named(uuid.UUID(bytes=row_id), version)


def seal(salt: str, head: bytes) -> str:
    """The token for what `head` names, in URL-safe characters."""
    return _token(salt, head, settings.SECRET_KEY)


def unseal(salt: str, token: str) -> bytes | None:
    """What was sealed with this salt and a key of ours; None for anything else."""
    try:
        head = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))[:-_MAC_BYTES]
    except (binascii.Error, ValueError):
        return None
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return head if any(constant_time_compare(token, _token(salt, head, key)) for key in keys) else None


def _token(salt: str, head: bytes, key: str) -> str:
    mac = salted_hmac(salt, head, secret=key, algorithm="sha256").digest()[:_MAC_BYTES]
    return base64.urlsafe_b64encode(head + mac).rstrip(b"=").decode()
