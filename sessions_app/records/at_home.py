"""Records on the staff home page, as rows to be fetched with all else that waits: own ones, and late ones of others."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet, Value

from sessions_app.models import SessionRecord
from sessions_app.models.records import OVERDUE_AFTER, WRITE_OWN
from sessions_app.waiting_rows import WaitingRow, as_rows
from whippersnappers.accounts.models import User

OWN, LATE = "own records", "late records"
# Whoever plans sees to it that records are written.
_SEES_TO_IT = "sessions_app.change_session"


@dataclass(frozen=True)
class RecordAtHome:
    """One record that waits: whose it is, when its session ended, and what is to be done with it."""

    pk: UUID
    child: str
    ended_at: datetime
    is_signed: bool
    is_late: bool


def rows_at_home(user: User, now: datetime, most: int) -> list[QuerySet[Any, Any]]:
    """What the home page fetches for this person: the first `most` of each kind."""
    rows = []
    if user.has_perm(WRITE_OWN):
        rows.append(_rows(OWN, SessionRecord.objects.waiting_for(user))[:most])
    if user.has_perm(_SEES_TO_IT):
        rows.append(_rows(LATE, SessionRecord.objects.overdue(now))[:most])
    return rows


def _rows(kind: str, records: QuerySet[SessionRecord]) -> QuerySet[Any, Any]:
    return as_rows(kind, records, F("state"), "session__ends_at", Value(None), child="child")


def as_shown(rows: Iterable[WaitingRow], now: datetime) -> list[RecordAtHome]:
    """The rows as the page shows them."""
    return [
        RecordAtHome(
            pk=row.pk,
            child=str(row.child),
            ended_at=row.at,
            is_signed=row.what == SessionRecord.State.SIGNED,
            is_late=row.at + OVERDUE_AFTER <= now,
        )
        for row in rows
    ]
