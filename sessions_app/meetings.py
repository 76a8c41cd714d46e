"""Bringing Zoom to what the portal wants: one meeting a session, with the policy's settings. Worker side.

What is wanted stands in the `Meeting` row; nothing here is told anything but its id. Creating a meeting is
the one call that must not simply be repeated, so whatever happens to a worker, the next one can tell:

- `creating` is written and committed right before the call, and taken back only by a clear refusal; a row
  found in `creating` without a Meeting ID may have a meeting at Zoom, so it is looked for by the portal's
  reference before another is made;
- after an unclear answer the lease is kept a while, because Zoom may still be at work on the lost call;
- a lock that dies with its worker keeps a stalled worker and its successor from working on the same row.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import structlog
from django.db import transaction
from django.utils import timezone

from sessions_app import planning
from sessions_app.meeting_claims import (
    ACTOR,
    LEASE,
    Claim,
    ClaimLost,
    due,
    finish,
    note_error,
    refusal_pause,
    take,
    write,
)
from sessions_app.models import Meeting, Session
from sessions_app.zoom import locks
from sessions_app.zoom.errors import MeetingNotFound, ZoomError, ZoomRefused, ZoomUnavailable, ZoomUnclear
from sessions_app.zoom.gateway import ZoomGateway
from sessions_app.zoom.meetings import carries_reference, schedule_differences
from sessions_app.zoom.policy_settings import differences, settings_for

log = structlog.get_logger(__name__)

# Zoom's code for a meeting that cannot be deleted because it is going on.
_IN_PROGRESS: Final = 3002
# A change made while an attempt is under way is brought over right after it.
_ROUNDS: Final = 3

State = Meeting.State


def sweep_meetings(now: datetime, limit: int = 50) -> list[UUID]:
    """The meetings that have something to be done now, the session that begins first in front."""
    return list(due(now).order_by("session__starts_at").values_list("pk", flat=True)[:limit])


def ensure_due(now: datetime, *, gateway: ZoomGateway | None = None) -> None:
    """Bring every meeting that is due to what its row wants, until Zoom does not answer.

    Then the others are left for the next sweep: waiting for each in turn would keep a worker from its mails.
    """
    for meeting_id in sweep_meetings(now):
        if not ensure_meeting(meeting_id, gateway=gateway):
            return


def ensure_meeting(meeting_id: Any, *, gateway: ZoomGateway | None = None) -> bool:
    """Bring the Zoom meeting to what its row wants: made, changed, deleted. Does nothing if nothing is due.

    May be called any number of times, by any number of workers at once. Problems with Zoom are noted in the
    row, with the time of the next attempt, and not raised. False when Zoom did not answer. Raises RuntimeError
    inside a transaction.
    """
    zoom = gateway or ZoomGateway()
    for _ in range(_ROUNDS):
        with locks.held(f"meeting:{meeting_id}") as is_held:
            claim = take(meeting_id, timezone.now()) if is_held else None
            if claim is None:
                return True
            try:
                if not _attempt(claim, zoom):
                    return False
            except ClaimLost:
                log.warning("meeting_claim_lost", meeting=str(meeting_id))
                return True
    return True


def _attempt(claim: Claim, zoom: ZoomGateway) -> bool:
    """False when Zoom did not answer."""
    try:
        _bring_about(claim, zoom)
    except ZoomError as error:
        note_error(claim, error, timezone.now())
        return not isinstance(error, ZoomUnavailable | ZoomUnclear)
    return True


def _bring_about(claim: Claim, zoom: ZoomGateway) -> None:
    zoom_id = claim.zoom_id or (_find(claim, zoom) if claim.may_exist else "")
    if not claim.is_wanted:
        _remove(claim, zoom_id, zoom)
    elif not zoom_id:
        _read_back(claim, _create(claim, zoom), zoom)
    else:
        try:
            zoom.update_meeting(int(zoom_id), claim.spec)
            _read_back(claim, zoom_id, zoom)
        except MeetingNotFound:
            _replace(claim)


def _find(claim: Claim, zoom: ZoomGateway) -> str:
    """The Meeting ID that carries the portal's reference, or ""; should there be more, the others go."""
    listed = [m for m in zoom.list_meetings(claim.host) if carries_reference(m.get("agenda"), claim.reference)]
    numbers = sorted(int(meeting["id"]) for meeting in listed)
    for spare in numbers[1:]:
        zoom.delete_meeting(spare)
    zoom_id = str(numbers[0]) if numbers else ""
    write(claim, zoom_id=zoom_id, state=State.CREATING if zoom_id else State.WANTED)
    return zoom_id


def _create(claim: Claim, zoom: ZoomGateway) -> str:
    # The last look before the one call that cannot be taken back: is this row still ours?
    write(claim, state=State.CREATING, lease_until=timezone.now() + LEASE)
    try:
        zoom_id = str(zoom.create_meeting(claim.host, claim.spec)["id"])
    except ZoomUnclear:
        raise
    except ZoomError:
        write(claim, state=State.WANTED)
        raise
    try:
        write(claim, zoom_id=zoom_id)
    except ClaimLost:
        kept = Meeting.objects.filter(pk=claim.meeting_id).values_list("zoom_id", flat=True).first()
        if kept and kept != zoom_id:
            zoom.delete_meeting(int(zoom_id))
        raise
    return zoom_id


def _remove(claim: Claim, zoom_id: str, zoom: ZoomGateway) -> None:
    if zoom_id:
        try:
            zoom.delete_meeting(int(zoom_id))
        except ZoomRefused as refusal:
            if refusal.code != _IN_PROGRESS:
                raise
            zoom.end_meeting(int(zoom_id))
            zoom.delete_meeting(int(zoom_id))
    finish(claim, "meeting.deleted", {"state": State.DELETED, "applied_version": claim.version})


def _replace(claim: Claim) -> None:
    """Somebody has deleted the meeting in Zoom: this row ends, the session gets another, families are told."""
    with transaction.atomic():
        session = Session.objects.select_for_update().get(pk=claim.session_id)
        values = {"state": State.DELETED, "is_wanted": False, "problem": "Somebody deleted it in Zoom."}
        lost = finish(claim, "meeting.vanished", values)
        Meeting.objects.create(session=session, host=lost.host)
        planning.settle(session.pk, by=ACTOR, now=timezone.now())


def _read_back(claim: Claim, zoom_id: str, zoom: ZoomGateway) -> None:
    """Take over what Zoom has stored; a safety setting that it did not keep makes the meeting fail (N3, F7)."""
    stored = zoom.get_meeting(int(zoom_id))
    kept: Mapping[str, object] = stored.get("settings") or {}
    asked = settings_for(claim.spec.kind, claim.spec.alternative_hosts)
    values: dict[str, Any] = {
        "zoom_uuid": str(stored.get("uuid") or ""),
        "join_url": str(stored.get("join_url") or ""),
        "passcode": str(stored.get("password") or claim.spec.passcode),
        "settings_kept": {key: kept.get(key) for key in asked},
        "applied_version": claim.version,
    }
    wrong = [str(difference) for difference in differences(asked, kept)]
    wrong += schedule_differences(claim.spec, stored)
    if wrong:
        values |= {"state": State.FAILED, "problem": f"Zoom did not keep what we need. {'. '.join(wrong)}."}
        again_at = timezone.now() + refusal_pause(claim.attempts)
        finish(claim, "meeting.failed", values, again_at=again_at)
        return
    finish(claim, "meeting.ready", {**values, "state": State.READY, "attempts": 0, "ready_at": timezone.now()})
