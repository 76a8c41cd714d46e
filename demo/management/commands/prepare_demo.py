"""Brings the demo's database up to date, and fills it when it is empty."""

import time
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.utils import timezone

from demo.launch import NEWS
from demo.moving_in import lead_meetings_here
from demo.sample.charity import is_empty, keep_tomorrow_interesting, make_charity


class Command(BaseCommand):
    help = "Migrates, makes the cache's table, and makes the sample charity in an empty database."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", verbosity=0)
        call_command("createcachetable", verbosity=0)
        now = timezone.now()
        if is_empty():
            began = time.monotonic()
            make_charity(now)
            self.stdout.write(f"{NEWS} made in {time.monotonic() - began:.1f} seconds")
        else:
            keep_tomorrow_interesting(now)
            lead_meetings_here()
