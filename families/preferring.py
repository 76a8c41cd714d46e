"""How parents and carers like to read."""

from datetime import datetime
from typing import Any

from families.models import Guardian
from families.writing import write


def set_easy_read(guardian: Guardian, wanted: bool, *, by: Any, now: datetime) -> None:
    """From now on this guardian's pages and mails come in easy read, or in the usual layout."""
    guardian.easy_read = wanted
    write(guardian, noun="guardian", by=by, now=now)
