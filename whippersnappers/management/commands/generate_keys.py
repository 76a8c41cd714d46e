"""Print fresh secrets, or the present keyset with a new primary key in front."""

import secrets
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from whippersnappers.crypto import FIELDS, KEYSETS
from whippersnappers.keysets import new_keyset, prepared, retired, rotated
from whippersnappers.rotating import under_older_keys


class Command(BaseCommand):
    help = "Prints SECRET_KEY, AUDIT_KEY and the two keysets that encrypt, for a new installation."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--rotate",
            action="store_true",
            help="print one keyset only: the present keys with a new primary key, or with the one that was prepared",
        )
        parser.add_argument(
            "--prepare",
            action="store_true",
            help="print one keyset only: the present keys and a new one that seals nothing yet, for several computers",
        )
        parser.add_argument(
            "--retire",
            action="store_true",
            help="print one keyset only: the primary key alone; run `rotate_keys` before",
        )
        parser.add_argument("--keyset", choices=KEYSETS, default=FIELDS, help="which one to rotate or to retire")

    def handle(self, *args: Any, **options: Any) -> None:
        name = options["keyset"]
        if options["rotate"]:
            self.stdout.write(f"{name}={rotated(getattr(settings, name), name)}")
            return
        if options["prepare"]:
            self.stdout.write(f"{name}={prepared(getattr(settings, name), name)}")
            return
        if options["retire"]:
            _refuse_while_needed(name)
            self.stdout.write(f"{name}={retired(getattr(settings, name), name)}")
            return
        self.stdout.write(f"SECRET_KEY={secrets.token_urlsafe(50)}")
        self.stdout.write(f"AUDIT_KEY={secrets.token_urlsafe(32)}")
        for name in KEYSETS:
            self.stdout.write(f"{name}={new_keyset()}")


def _refuse_while_needed(name: str) -> None:
    left = sum(under_older_keys(name).values())
    if left:
        raise CommandError(f"{left} values are still under an older key of {name}: run `rotate_keys` first.")
