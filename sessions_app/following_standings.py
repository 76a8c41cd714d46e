"""Guardians may be reached for more than before: they are invited to what was planned without them (W1, F7)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from families.newly_reached import when_reached
from sessions_app import latecomers


@when_reached
def invite_to_what_is_planned(guardian_ids: set[UUID], by: Any, now: datetime) -> None:
    """The sessions stand in the portal at once, and one mail tells of them all."""
    latecomers.invite(guardian_ids, by=by, now=now)
