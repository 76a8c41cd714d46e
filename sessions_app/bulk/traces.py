"""What a step changed at one session, row by row, so that exactly that can be taken back.

A photograph before, one after, and the difference is the trace. It does not matter which services were at
work, so a new step needs no undo of its own. Mails that the step made are not in it: they are the item's own.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Model, QuerySet

from sessions_app.models import (
    Booking,
    Invitation,
    Meeting,
    PhoneTask,
    PlaceOffer,
    Session,
    SessionRevision,
    StaffAssignment,
)
from sessions_app.posting import about
from whippersnappers.outbox.models import OutgoingMail

Values = dict[str, Any]
Photograph = Mapping[str, Mapping[str, Values]]


@dataclass(frozen=True)
class Rows:
    """One kind of row that hangs on a session, and what of it a step can change."""

    model: type[Model]
    of: Callable[[Any], QuerySet[Any]]
    fields: tuple[str, ...]
    # What may have changed by itself since then, without anybody's work being lost.
    restless: frozenset[str] = frozenset()


_PLACE = ("state", "changed_at")
_QUEUE = ("waiting_since", "queue_at", "moved_up_reason")

ROWS: Mapping[str, Rows] = {
    "call": Rows(
        PhoneTask,
        lambda pk: PhoneTask.objects.filter(session=pk),
        ("outcome", "note", "attempts", "done_at", "done_by_id"),
    ),
    "invitation": Rows(
        Invitation,
        lambda pk: Invitation.objects.filter(session=pk),
        ("token_version", "sequence", "withdrawn_at"),
    ),
    "offer": Rows(
        PlaceOffer,
        lambda pk: PlaceOffer.objects.filter(booking__session=pk),
        ("state", "settled_at", "answered_by_id"),
    ),
    "booking": Rows(Booking, lambda pk: Booking.objects.filter(session=pk), (*_PLACE, *_QUEUE)),
    "revision": Rows(SessionRevision, lambda pk: SessionRevision.objects.filter(session=pk), ("number",)),
    "staff": Rows(
        StaffAssignment,
        lambda pk: StaffAssignment.objects.filter(session=pk),
        ("role", "withdrawn_at", "withdrawn_reason"),
    ),
    "mail": Rows(
        OutgoingMail,
        lambda pk: OutgoingMail.objects.filter(about=about(pk)),
        ("state", "reason", "context"),
        frozenset({"reason"}),
    ),
    "session": Rows(
        Session,
        lambda pk: Session.objects.filter(pk=pk),
        ("state", "revision", "confirmed_at", "cancelled_at", "cancel_reason", "gate_reopened_at"),
        frozenset({"gate_reopened_at"}),
    ),
    # After the session: a meeting that is wanted again takes its host for the session's time.
    "meeting": Rows(Meeting, lambda pk: Meeting.objects.filter(session=pk), ("is_wanted",)),
}


@dataclass(frozen=True)
class Change:
    """One row that the step made (`before` is empty) or changed."""

    rows: str
    pk: str
    before: Values
    after: Values

    @property
    def is_new(self) -> bool:
        return not self.before


def photograph(session_id: Any) -> Photograph:
    """All that a step can change at a session, as JSON; one query for each kind of row."""
    return {name: _values(rows.of(session_id), rows.fields) for name, rows in ROWS.items()}


def _values(queryset: QuerySet[Any], fields: tuple[str, ...]) -> dict[str, Values]:
    return {
        str(row.pop("pk")): {name: _plain(value) for name, value in row.items()}
        for row in queryset.values("pk", *fields)
    }


def _plain(value: Any) -> Any:
    # To the microsecond: what is put back must be what was there.
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def difference(before: Photograph, after: Photograph) -> list[Change]:
    """The rows that are new or not as they were; new mails are left out."""
    return [
        Change(name, pk, before[name].get(pk, {}), values)
        for name, found in after.items()
        for pk, values in found.items()
        if values != before[name].get(pk) and not (name == "mail" and pk not in before[name])
    ]


def is_as_left(change: Change, now: Photograph) -> bool:
    """Whether a row is still as the step left it, so that taking the step back loses nothing."""
    row = now[change.rows].get(change.pk)
    restless = ROWS[change.rows].restless
    return row is not None and all(row[name] == value for name, value in change.after.items() if name not in restless)


def put_back(change: Change) -> None:
    """Make a row what it was before the step; one that the step made goes. Raises IntegrityError for a clash."""
    row = ROWS[change.rows].model._default_manager.filter(pk=change.pk)
    if change.is_new:
        row.delete()
    else:
        row.update(**{name: value for name, value in change.before.items() if value != change.after[name]})
