"""At the door: staff say who a participant is, or that they are not ours (F7)."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from families.models import Guardian
from sessions_app.live import following, watching
from sessions_app.live.deliverers import own_place
from sessions_app.models import DoorDecision, Presence, Session, StaffProfile
from sessions_app.reach import guardians_to_reach
from whippersnappers.accounts.models import User
from whippersnappers.audit.trail import record

_Is = DoorDecision.Is


def decide(
    session_id: Any,
    stay: Presence,
    verdict: str,
    *,
    staff: StaffProfile | None = None,
    guardian: Guardian | None = None,
    by: User,
    now: datetime,
) -> DoorDecision:
    """Say who the participant of a stay is; the latest word counts, and what is derived follows at once.

    Raises ValidationError: for who is not on the session's staff, for a member of staff or a guardian who is not
    expected in this session, and for a verdict without the person that it names.
    """
    with transaction.atomic():
        session = Session.objects.select_for_update().get(pk=session_id)
        own_place(session, by)
        if stay.session_id != session.pk:
            raise ValidationError("That was in another session: please load the page again.")
        _check(session, verdict, staff, guardian)
        decision = DoorDecision.objects.create(
            session=session,
            meeting_uuid=stay.meeting_uuid,
            participant=stay.participant,
            verdict=verdict,
            staff=staff,
            guardian=guardian,
            by=by,
            at=now,
        )
        record("session.door_decided", by=by, target=session, now=now, verdict=verdict)
        following.rebuild(session, now)
        watching.look(session, now)
    return decision


def _check(session: Session, verdict: str, staff: StaffProfile | None, guardian: Guardian | None) -> None:
    named = {_Is.STAFF: (True, False), _Is.GUARDIAN: (False, True), _Is.NOT_OURS: (False, False)}
    if verdict not in _Is.values or named[_Is(verdict)] != (staff is not None, guardian is not None):
        raise ValidationError("Choose who it is.")
    if staff is not None and not session.assignments.filter(staff=staff, withdrawn_at=None).exists():
        raise ValidationError(f"{staff} is not on this session’s staff.")
    if guardian is not None and guardian.pk not in {one.guardian.pk for one in guardians_to_reach(session)}:
        raise ValidationError(f"{guardian} is not invited to this session.")
