"""Print fresh secrets, or the present keyset with a new primary key in front."""

import base64
import json
import secrets
from typing import Any

import tink
from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from tink import aead

from whippersnappers.crypto import dump_keyset, load_keyset


def new_keyset() -> str:
    """A fresh value for `FIELD_ENCRYPTION_KEYS`."""
    return dump_keyset(tink.new_keyset_handle(aead.aead_key_templates.AES256_GCM))


class Command(BaseCommand):
    help = "Prints SECRET_KEY, AUDIT_KEY and FIELD_ENCRYPTION_KEYS for a new installation."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--rotate",
            action="store_true",
            help="print only FIELD_ENCRYPTION_KEYS: the present keys with a new primary key",
        )

        parser.add_argument(
            "--retire",
            action="store_true",
            help="print only FIELD_ENCRYPTION_KEYS: the primary key alone; run `reencrypt` before",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["rotate"]:
            self.stdout.write(f"FIELD_ENCRYPTION_KEYS={rotated(settings.FIELD_ENCRYPTION_KEYS)}")
            return
        if options["retire"]:
            self.stdout.write(f"FIELD_ENCRYPTION_KEYS={retired(settings.FIELD_ENCRYPTION_KEYS)}")
            return
        self.stdout.write(f"SECRET_KEY={secrets.token_urlsafe(50)}")
        self.stdout.write(f"AUDIT_KEY={secrets.token_urlsafe(32)}")
        self.stdout.write(f"FIELD_ENCRYPTION_KEYS={new_keyset()}")


def rotated(encoded: str) -> str:
    """The keyset with one more key, which becomes the primary; the old ones still decrypt."""
    load_keyset(encoded)
    old = json.loads(base64.b64decode(encoded))
    new = json.loads(base64.b64decode(new_keyset()))
    new["key"] += old["key"]
    merged = base64.b64encode(json.dumps(new).encode()).decode()
    load_keyset(merged)
    return merged


def retired(encoded: str) -> str:
    """The keyset with its primary key alone: what older keys sealed does not open any more."""
    load_keyset(encoded)
    keyset = json.loads(base64.b64decode(encoded))
    keyset["key"] = [key for key in keyset["key"] if key["keyId"] == keyset["primaryKeyId"]]
    alone = base64.b64encode(json.dumps(keyset).encode()).decode()
    load_keyset(alone)
    return alone
