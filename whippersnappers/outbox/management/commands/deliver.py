"""Send what is due, without Celery and Redis: for an emergency, or to see what happens."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import Error, connection

from whippersnappers.outbox.ending import database_is_away
from whippersnappers.outbox.sweeping import sweep


class Command(BaseCommand):
    help = "Send the mails that are due now. With --watch, go on doing so until stopped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--watch", type=float, metavar="SECONDS", help="look again after so many seconds")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["watch"] is None:
            self.stdout.write(_say(sweep()) or "nothing due")
            return
        while True:
            self._sweep_if_possible()
            time.sleep(options["watch"])

    def _sweep_if_possible(self) -> None:
        try:
            said = _say(sweep())
        except Error as error:
            if not database_is_away(error):
                raise
            connection.close()
            said = "the database is away"
        if said:
            self.stdout.write(said)


def _say(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {outcome}" for outcome, count in counts.items())
