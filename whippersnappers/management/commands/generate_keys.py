"""Print fresh secrets, or the present keyset with a new primary key in front."""

import base64
import json
import secrets
from typing import Any

import tink
from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from tink import aead

from whippersnappers.crypto import FIELDS, KEYSETS, dump_keyset, load_keyset


def new_keyset() -> str:
    """A fresh value for one of `KEYSETS`."""
    return dump_keyset(tink.new_keyset_handle(aead.aead_key_templates.AES256_GCM))


class Command(BaseCommand):
    help = "Prints SECRET_KEY, AUDIT_KEY and the two keysets that encrypt, for a new installation."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--rotate",
            action="store_true",
            help="print one keyset only: the present keys with a new primary key",
        )

        parser.add_argument(
            "--retire",
            action="store_true",
            help="print one keyset only: the primary key alone; run `reencrypt` before",
        )
        parser.add_argument("--keyset", choices=KEYSETS, default=FIELDS, help="which one to rotate or to retire")

    def handle(self, *args: Any, **options: Any) -> None:
        name = options["keyset"]
        if options["rotate"]:
            self.stdout.write(f"{name}={rotated(getattr(settings, name), name)}")
            return
        if options["retire"]:
            self.stdout.write(f"{name}={retired(getattr(settings, name), name)}")
            return
        self.stdout.write(f"SECRET_KEY={secrets.token_urlsafe(50)}")
        self.stdout.write(f"AUDIT_KEY={secrets.token_urlsafe(32)}")
        for name in KEYSETS:
            self.stdout.write(f"{name}={new_keyset()}")


def rotated(encoded: str, name: str = FIELDS) -> str:
    """The keyset with one more key, which becomes the primary; the old ones still decrypt."""
    load_keyset(encoded, name)
    old = json.loads(base64.b64decode(encoded))
    new = json.loads(base64.b64decode(new_keyset()))
    new["key"] += old["key"]
    merged = base64.b64encode(json.dumps(new).encode()).decode()
    load_keyset(merged)
    return merged


def retired(encoded: str, name: str = FIELDS) -> str:
    """The keyset with its primary key alone: what older keys sealed does not open any more."""
    load_keyset(encoded, name)
    keyset = json.loads(base64.b64decode(encoded))
    keyset["key"] = [key for key in keyset["key"] if key["keyId"] == keyset["primaryKeyId"]]
    alone = base64.b64encode(json.dumps(keyset).encode()).decode()
    load_keyset(alone)
    return alone
