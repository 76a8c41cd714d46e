"""`manage.py demo`: the whole portal with a sample charity. Needs no database and no settings of its own."""

import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from demo import launch


class Command(BaseCommand):
    help = "Runs the portal with a sample charity, a mailbox and a simulated Zoom, until Ctrl-C."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--reset", action="store_true", help="throw the demo's data away instead")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["reset"]:
                self.stdout.write(launch.reset(os.environ))
                return
            status = launch.run(os.environ)
        except launch.CannotStart as problem:
            raise CommandError(str(problem)) from problem
        except KeyboardInterrupt:
            raise CommandError("Stopped before everything was up.", returncode=130) from None
        except ValueError as problem:
            raise CommandError(f"A port must be a number: {problem}") from problem
        if status:
            raise CommandError("A process of the demo ended by itself; the logs say why.", returncode=status)
