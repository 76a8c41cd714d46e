"""Who may work on a meeting's row, and writing down what came of it.

A row is claimed with a lease in a transaction of its own, before anything is sent to Zoom. Everything written
later is written only while the claim holds. Every transaction here that reaches beyond the row locks the
session first, as the services do, so that neither waits for the other in a circle.
"""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

import structlog
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from sessions_app import notices
from sessions_app.models import Meeting, Session
from sessions_app.zoom.errors import ZoomError, ZoomRateLimited, ZoomUnclear
from sessions_app.zoom.meetings import MeetingSpec, new_passcode
from whippersnappers.audit.trail import record
from whippersnappers.organisation import organisation

log = structlog.get_logger(__name__)

ACTOR: Final = "system:meetings"
# Longer than all tries of all calls of one attempt; a worker that dies costs this much delay.
LEASE: Final = timedelta(minutes=3)
# How long Zoom may still be working on a call whose answer was lost.
UNCLEAR_WAIT: Final = timedelta(seconds=60)
FIRST_RETRY: Final = timedelta(seconds=30)
LAST_RETRY: Final = timedelta(hours=1)
# For what somebody has to mend first: credentials, a lock in the account, a host without a licence. Seldom,
# because every attempt at a change counts towards the 100 that Zoom allows a host in a day.
FIRST_RETRY_AFTER_REFUSAL: Final = timedelta(minutes=5)
LAST_RETRY_AFTER_REFUSAL: Final = timedelta(hours=6)
_PROBLEM_LENGTH: Final = 500
_CLAIMED: Final = ("passcode", "attempts", "next_attempt_at", "lease_owner", "lease_until")

State = Meeting.State


class ClaimLost(Exception):
    """Another worker has taken the row over; what this one learnt must not be written."""


@dataclass(frozen=True)
class Claim:
    """A row that this worker alone may bring on. `spec` and `version` are what was wanted at that moment."""

    meeting_id: UUID
    session_id: UUID
    owner: UUID
    reference: str
    host: str
    spec: MeetingSpec
    version: int
    attempts: int
    is_wanted: bool
    zoom_id: str
    # Whether an earlier attempt may have left a meeting at Zoom that the row does not know.
    may_exist: bool


def due(now: datetime) -> QuerySet[Meeting]:
    """The meetings that have something to be done now and that nobody is at work on."""
    free = Q(lease_until=None) | Q(lease_until__lte=now)
    in_time = Q(next_attempt_at=None) | Q(next_attempt_at__lte=now)
    to_make = Q(state__in=[State.WANTED, State.CREATING, State.FAILED])
    to_change = Q(state=State.READY) & ~Q(version=F("applied_version"))
    wanted = Q(is_wanted=True, session__ends_at__gt=now) & (to_make | to_change)
    unwanted = Q(is_wanted=False) & ~Q(state__in=[State.DELETED, State.ENDED])
    return Meeting.objects.filter(free, in_time, wanted | unwanted)


def take(meeting_id: Any, now: datetime) -> Claim | None:
    """Claim a row if it is due; None if it is not, or somebody else was quicker."""
    with transaction.atomic():
        rows = due(now).select_for_update(skip_locked=True, of=("self",)).select_related("session", "host")
        meeting = rows.filter(pk=meeting_id).first()
        if meeting is None:
            return None
        # Kept before it is used, so that every attempt asks for the same one.
        meeting.passcode = meeting.passcode or new_passcode()
        meeting.attempts = min(meeting.attempts + 1, 1000)
        # Overwritten by whatever comes of it; it stands only if this attempt kills its worker.
        meeting.next_attempt_at = now + pause(meeting.attempts, FIRST_RETRY)
        owner = meeting.lease_owner = uuid4()
        meeting.lease_until = now + LEASE
        meeting.save(update_fields=_CLAIMED)
        return Claim(
            meeting_id=meeting.pk,
            session_id=meeting.session_id,
            owner=owner,
            reference=meeting.reference,
            host=meeting.host.email,
            spec=meeting_spec(meeting),
            version=meeting.version,
            attempts=meeting.attempts,
            is_wanted=meeting.is_wanted,
            zoom_id=meeting.zoom_id,
            may_exist=meeting.state == State.CREATING and not meeting.zoom_id,
        )


def meeting_spec(meeting: Meeting) -> MeetingSpec:
    """What Zoom is asked for. The topic is the kind of session: a title could hold a child's name (W8)."""
    session = meeting.session
    staff = session.assignments.filter(withdrawn_at=None).exclude(staff__zoom_email="")
    addresses = staff.order_by("staff__zoom_email").values_list("staff__zoom_email", flat=True)
    return MeetingSpec(
        topic=f"{organisation().name}: {session.get_kind_display()}",
        starts_at=session.starts_at,
        minutes=-(-int((session.ends_at - session.starts_at).total_seconds()) // 60),
        passcode=meeting.passcode,
        reference=meeting.reference,
        kind=session.kind,
        alternative_hosts=tuple(a for a in addresses if a.casefold() != meeting.host.email.casefold()),
    )


def write(claim: Claim, **values: Any) -> Meeting:
    """Change the row if it is still this worker's. Raises ClaimLost."""
    with transaction.atomic():
        meeting = Meeting.objects.select_for_update().filter(pk=claim.meeting_id, lease_owner=claim.owner).first()
        if meeting is None:
            raise ClaimLost
        for name, value in values.items():
            setattr(meeting, name, value)
        meeting.save(update_fields=list(values))
        return meeting


def finish(claim: Claim, event: str, values: dict[str, Any], *, again_at: datetime | None = None) -> Meeting:
    """The end of an attempt: its outcome, its audit event and who hears of it; the lease is given back.

    Raises ClaimLost.
    """
    now = timezone.now()
    with transaction.atomic():
        Session.objects.select_for_update().get(pk=claim.session_id)
        values = {**values, "problem": _shortened(values.get("problem", ""))}
        meeting = write(claim, lease_owner=None, lease_until=None, next_attempt_at=again_at, **values)
        record(event, by=ACTOR, target=meeting, now=now, session=str(claim.session_id), version=claim.version)
        if meeting.state == State.READY:
            notices.meeting_ready(meeting, now=now)
        elif meeting.state == State.FAILED:
            notices.meeting_failed(meeting, now=now)
        return meeting


def note_error(claim: Claim, error: ZoomError, now: datetime) -> None:
    """What went wrong, in words, and when the next attempt is due. Raises ClaimLost.

    A meeting that was ready stays so when a change does not get through: what was read back still holds.
    """
    log.warning("meeting_attempt_failed", meeting=str(claim.meeting_id), error=type(error).__name__)
    problem = _shortened(words(error))
    if isinstance(error, ZoomUnclear):
        # The lease stays: before it ends nobody may look, not even when staff try again by hand.
        write(claim, problem=problem, lease_until=now + UNCLEAR_WAIT, next_attempt_at=now + UNCLEAR_WAIT)
        return
    if not error.retryable and write(claim).state == State.WANTED:
        again_at = now + refusal_pause(claim.attempts)
        finish(claim, "meeting.failed", {"state": State.FAILED, "problem": problem}, again_at=again_at)
        return
    values = {"problem": problem, "lease_owner": None, "lease_until": None}
    if isinstance(error, ZoomRateLimited):
        # Not this meeting's fault. A little apart, so that not all come back in the same second.
        spread = pause(1, timedelta(seconds=5))
        write(claim, attempts=max(claim.attempts - 1, 0), next_attempt_at=error.retry_at + spread, **values)
        return
    wait = pause(claim.attempts, FIRST_RETRY) if error.retryable else refusal_pause(claim.attempts)
    write(claim, next_attempt_at=now + wait, **values)


def pause(attempts: int, first: timedelta, last: timedelta = LAST_RETRY) -> timedelta:
    """Exponential back-off with full jitter, at least a second, at most `last`."""
    longest = min(last, first * 2 ** min(max(attempts - 1, 0), 12))
    return max(timedelta(seconds=1), longest * random.random())  # noqa: S311 - spreads calls


def refusal_pause(attempts: int) -> timedelta:
    """The back-off for what somebody has to mend first."""
    return pause(attempts, FIRST_RETRY_AFTER_REFUSAL, LAST_RETRY_AFTER_REFUSAL)


def words(error: ZoomError) -> str:
    """What went wrong and who has to do something about it, for staff."""
    after = "The portal tries again by itself." if error.retryable else "Somebody needs to put this right."
    return f"{str(error).rstrip('.')}. {after}"


def _shortened(text: str) -> str:
    return text if len(text) <= _PROBLEM_LENGTH else f"{text[: _PROBLEM_LENGTH - 1]}…"
