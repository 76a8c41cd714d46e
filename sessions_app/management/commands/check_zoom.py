"""`manage.py check_zoom`: can the portal keep the policy in this Zoom account?"""

from collections.abc import Iterator
from itertools import chain
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Max
from django.urls import reverse
from django.utils import timezone

from sessions_app.models import StaffProfile, ZoomEvent, ZoomHost
from sessions_app.zoom.checkup import Finding, Level, check_account
from sessions_app.zoom.gateway import ZoomGateway
from sessions_app.zoom.webhook_checkup import check_webhook

_MARKS = {Level.FINE: "OK", Level.NOTE: "NOTE", Level.CHANGE: "CHANGE", Level.UNKNOWN: "UNKNOWN"}
MUST_CHANGE = 1
COULD_NOT_LOOK = 2


class Command(BaseCommand):
    help = (
        "Tests Zoom's credentials, scopes, hosts and settings and says in plain words what to change in Zoom. "
        "Ends with status 1 if something must be changed, 2 if something could not be looked at."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--no-trial-meeting",
            action="store_true",
            help="Do not make, read back and delete a meeting for each host; locked settings then stay unseen.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Print every finding as it comes. Raises CommandError when something is not as it must be."""
        findings = []
        for finding in chain(self._account(options), self._webhook()):
            findings.append(finding)
            self._say(finding)
        changes = sum(finding.level is Level.CHANGE for finding in findings)
        if changes:
            things = "One thing has" if changes == 1 else f"{changes} things have"
            raise CommandError(f"{things} to be changed before the portal can use Zoom.", returncode=MUST_CHANGE)
        if any(finding.level is Level.UNKNOWN for finding in findings):
            raise CommandError("Not everything could be looked at. Please try again later.", returncode=COULD_NOT_LOOK)
        self.stdout.write(self.style.SUCCESS("Zoom is ready for the portal."))

    def _account(self, options: dict[str, Any]) -> Iterator[Finding]:
        staff = StaffProfile.objects.filter(user__is_active=True).exclude(zoom_email="")
        yield from check_account(
            ZoomHost.objects.filter(is_active=True).values_list("email", flat=True),
            staff.values_list("zoom_email", flat=True),
            now=timezone.now(),
            trial=not options["no_trial_meeting"],
            gateway=ZoomGateway(),
        )

    def _webhook(self) -> Iterator[Finding]:
        yield from check_webhook(
            address=f"{settings.SITE_URL}{reverse('zoom_webhook')}",
            secret=settings.ZOOM_WEBHOOK_SECRET,
            heard_at=ZoomEvent.objects.aggregate(Max("received_at"))["received_at__max"],
            now=timezone.now(),
        )

    def _say(self, finding: Finding) -> None:
        style = {Level.FINE: self.style.SUCCESS, Level.NOTE: self.style.NOTICE}.get(finding.level, self.style.ERROR)
        self.stdout.write(f"{style(_MARKS[finding.level].ljust(8))}{finding.about}: {finding.words}")
        if finding.to_do:
            self.stdout.write(f"        → {finding.to_do}")
