"""For containers: is one part of the portal well? Ends with status 1 when it is not."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from whippersnappers.health import state


class Command(BaseCommand):
    help = "Says whether the database, Redis, beat and the mail are well; with names, looks at those only."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("names", nargs="*", help="database, redis, beat, mail; all when left out")

    def handle(self, *args: Any, **options: Any) -> None:
        checks = state(timezone.now())
        wanted = options["names"] or list(checks)
        unknown = set(wanted) - set(checks)
        if unknown:
            raise CommandError(f"There is no check called {', '.join(sorted(unknown))}.")
        ill = [f"{name} ({checks[name].get('error', 'too late')})" for name in wanted if not checks[name]["ok"]]
        if ill:
            raise CommandError(f"Not well: {', '.join(ill)}.")
        self.stdout.write(f"Well: {', '.join(wanted)}.")
