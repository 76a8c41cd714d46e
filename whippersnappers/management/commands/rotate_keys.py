"""Seal everything anew with the primary keys, so that older keys can be taken away."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from whippersnappers.crypto import DecryptionError
from whippersnappers.rotating import StillOld, faults, rotate


class Command(BaseCommand):
    help = (
        "Writes every encrypted value again under the primary key of its keyset, row by row. The portal may run "
        "meanwhile; the command may be stopped and run again, and passes over what is done. Afterwards "
        "`generate_keys --retire` leaves the old keys out."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if wrong := faults():
            raise CommandError(" ".join(wrong))
        try:
            done = rotate(now=timezone.now())
        except (DecryptionError, ImproperlyConfigured, StillOld) as error:
            raise CommandError(f"Not finished: {error}") from error
        for name, number in done.items():
            self.stdout.write(f"{name}: {number}")
        self.stdout.write(f"All is under the primary keys: {sum(done.values())} values were sealed anew.")
