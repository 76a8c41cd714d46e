"""Make the first administrator of a new installation, or another one when all are locked out."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from whippersnappers.accounts import emails, people
from whippersnappers.accounts.roles import Role


class Command(BaseCommand):
    help = "Adds an administrator and prints the link with which they choose a password (it works for a week)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="the person's e-mail address")
        parser.add_argument("--name", required=True, help="the person's name, in quotes")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            user = people.create_staff(
                options["email"], options["name"], [Role.ADMINISTRATOR], by="system:command", now=timezone.now()
            )
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write(f"{user.email} is an administrator now. The link is in the post, and here:")
        self.stdout.write(emails.set_password_url(user))
