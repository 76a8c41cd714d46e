"""Which step belongs to which kind of run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError

from sessions_app.bulk.asking import VANISHED, Action, Asked, Verdict, refuse_if_not
from sessions_app.bulk.cancelling_many import CancelMany
from sessions_app.bulk.confirming_many import ConfirmMany
from sessions_app.bulk.inviting_many import InviteToMany
from sessions_app.bulk.preparing_many import PrepareMany
from sessions_app.bulk.staffing_many import ChangeStaffOfMany
from sessions_app.models import BulkItem, BulkRun, Session
from sessions_app.readiness import gate_facts

ACTIONS: Mapping[str, Action] = {
    BulkRun.Kind.CONFIRM: ConfirmMany(),
    BulkRun.Kind.CANCEL: CancelMany(),
    BulkRun.Kind.INVITE: InviteToMany(),
    BulkRun.Kind.STAFF: ChangeStaffOfMany(),
    BulkRun.Kind.PREPARE: PrepareMany(),
}


@dataclass(frozen=True)
class Line:
    """One session of a run with what the step would do to it; no verdict for one that was deleted."""

    item: BulkItem
    verdict: Verdict | None

    @property
    def can(self) -> bool:
        return self.verdict is not None and self.verdict.can

    @property
    def why(self) -> str:
        """Why it is left out."""
        return self.verdict.why if self.verdict is not None else VANISHED


def look(run: BulkRun, asked: Asked, now: datetime) -> list[Line]:
    """What the step would do to every session of the run; the same few queries however many they are."""
    items = list(run.items.order_by("number"))
    verdicts = _judge(run.kind, [item.session_id for item in items], asked, now)
    return [Line(item, verdicts.get(item.session_id)) for item in items]


def take(kind: str, session_id: Any, asked: Asked, *, by: Any, now: datetime) -> str:
    """Take the step for one session, in the caller's transaction; returns what was done.

    Raises ValidationError with the reasons of this moment, and for a session that was deleted.
    """
    if not Session.objects.select_for_update().filter(pk=session_id).exists():
        raise ValidationError(VANISHED)
    verdict = _judge(kind, [session_id], asked, now)[session_id]
    refuse_if_not(verdict)
    return ACTIONS[kind].take(verdict, asked, by=by, now=now)


def _judge(kind: str, session_ids: Sequence[Any], asked: Asked, now: datetime) -> Mapping[Any, Verdict]:
    sessions = gate_facts(Session.objects.filter(pk__in=session_ids).order_by("starts_at", "title", "pk"))
    return ACTIONS[kind].judge(list(sessions.prefetch_related("bookings")), asked, now)
