"""How Zoom signs what it sends to an address, and what the address answers to its validation."""

import hashlib
import hmac


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """The value of `x-zm-signature` for a body as it goes over the wire; `timestamp` in seconds since 1970."""
    return f"v0={_digest(secret, b':'.join((b'v0', timestamp.encode(), body)))}"


def encrypted_token(secret: str, plain: str) -> str:
    """What an address that knows the secret makes of the `plainToken` of `endpoint.url_validation`."""
    return _digest(secret, plain.encode())


def _digest(secret: str, message: bytes) -> str:
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()
