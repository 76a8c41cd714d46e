"""Making keysets and their keys: new ones, ones that are known before they seal, and taking old ones away."""

import base64
import json
from typing import Any

import tink
from tink import aead

from whippersnappers.crypto import FIELDS, dump_keyset, load_keyset


def new_keyset() -> str:
    """A fresh value for one of `KEYSETS`."""
    return dump_keyset(tink.new_keyset_handle(aead.aead_key_templates.AES256_GCM))


def prepared(encoded: str, name: str = FIELDS) -> str:
    """The keyset with one more key in front that is not the primary: every process can learn to open first."""
    old, new = _read(encoded, name), _read(new_keyset(), name)
    return _written({**old, "key": new["key"] + old["key"]}, name)


def rotated(encoded: str, name: str = FIELDS) -> str:
    """The keyset with one more key, or the one that was prepared, as the primary; the old ones still open."""
    keyset = _read(encoded, name)
    if keyset["key"][0]["keyId"] == keyset["primaryKeyId"]:
        keyset = _read(prepared(encoded, name), name)
    return _written({**keyset, "primaryKeyId": keyset["key"][0]["keyId"]}, name)


def retired(encoded: str, name: str = FIELDS) -> str:
    """The keyset with its primary key alone: what older keys sealed does not open any more."""
    keyset = _read(encoded, name)
    alone = [key for key in keyset["key"] if key["keyId"] == keyset["primaryKeyId"]]
    return _written({**keyset, "key": alone}, name)


def _read(encoded: str, name: str) -> dict[str, Any]:
    load_keyset(encoded, name)
    keyset: dict[str, Any] = json.loads(base64.b64decode(encoded))
    return keyset


def _written(keyset: dict[str, Any], name: str) -> str:
    encoded = base64.b64encode(json.dumps(keyset).encode()).decode()
    load_keyset(encoded, name)
    return encoded
