"""Send what is due, without Celery and Redis: for an emergency, or to see what happens."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from whippersnappers.outbox.sweeping import sweep


class Command(BaseCommand):
    help = "Send the mails that are due now. With --watch, go on doing so until stopped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--watch", type=float, metavar="SECONDS", help="look again after so many seconds")

    def handle(self, *args: Any, **options: Any) -> None:
        while True:
            counts = sweep()
            if counts or not options["watch"]:
                self.stdout.write(", ".join(f"{count} {outcome}" for outcome, count in counts.items()) or "nothing due")
            if not options["watch"]:
                return
            time.sleep(options["watch"])
