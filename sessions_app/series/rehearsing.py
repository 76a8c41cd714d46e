"""Seeing what a change would do by doing it, and taking it all back unless that was seen and wanted."""

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from sessions_app import posting
from sessions_app.models import PhoneTask
from sessions_app.series.plans import Outcome
from sessions_app.staff_notices import STAFF_CHANGED, STAFF_KINDS
from whippersnappers.outbox.models import OutgoingMail


@dataclass(frozen=True)
class Rehearsal:
    """What a change would do, and the names of those who would be mailed, called, or told as staff."""

    outcome: Outcome
    mailed: tuple[str, ...]
    called: tuple[str, ...]
    staff: tuple[str, ...]

    @property
    def fingerprint(self) -> str:
        """The same only while the change would still do the same."""
        lines = [[str(line.day), line.what, *line.said, *line.trouble] for line in self.outcome.lines]
        everything = json.dumps([lines, self.mailed, self.called, self.staff])
        return hashlib.sha256(everything.encode()).hexdigest()[:20]


def press(action: Callable[[], Outcome], seen: str | None) -> tuple[Rehearsal, bool]:
    """Do it, and keep it only if it did what the person has `seen` (a fingerprint); raises what the action raises.

    Returns what it did or would do, and whether it is done. Nothing outside Postgres happens before a commit, so
    nothing outside has to be undone.
    """
    began = timezone.now()
    with transaction.atomic():
        rehearsal = _whom_it_told(action(), began)
        is_done = rehearsal.fingerprint == seen
        if not is_done:
            transaction.set_rollback(True)
    return rehearsal, is_done


def _whom_it_told(outcome: Outcome, began: datetime) -> Rehearsal:
    """Who has a mail or a call waiting about these sessions that is new, or that a change has joined."""
    abouts = [posting.about(pk) for pk in outcome.sessions]
    tells = Q(created_at__gte=began) | Q(kind__in=[posting.CHANGED, STAFF_CHANGED])
    mails = list(OutgoingMail.objects.filter(tells, about__in=abouts, state=OutgoingMail.State.WAITING))
    calls = PhoneTask.objects.filter(session__in=outcome.sessions, done_at=None, created_at__gte=began)
    return Rehearsal(
        outcome=outcome,
        mailed=_names(mail.to_name for mail in mails if mail.kind in posting.FAMILY_KINDS),
        called=_names(call.guardian.full_name for call in calls.select_related("guardian")),
        staff=_names(mail.to_name for mail in mails if mail.kind in STAFF_KINDS),
    )


def _names(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(names)))
