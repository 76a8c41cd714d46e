"""Walk the audit trail and say whether it is whole."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from whippersnappers.audit.trail import BrokenChain, verify


class Command(BaseCommand):
    help = (
        "Checks every audit event. Prints the trail's head as SEQUENCE:HASH: note it somewhere else, and give it "
        "with --head next time, so that a cut-off end is found as well. Ends with status 1 when anything is wrong."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--head", metavar="SEQUENCE:HASH", help="a head that was noted earlier")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            count, head = verify(options["head"])
        except BrokenChain as error:
            raise CommandError(f"The audit trail is broken at {error}.") from error
        self.stdout.write(f"The audit trail is whole: {count} events. Its head is {count}:{head}")
