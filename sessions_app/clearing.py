"""Keeping staff profiles, and what a changed clearance means for sessions that are confirmed already (W5)."""

from datetime import datetime
from typing import Any

from django.db import transaction

from sessions_app import gate
from sessions_app.models import Session, Skill, StaffProfile
from whippersnappers.audit.trail import record


def save_staff_profile(profile: StaffProfile, *, by: Any, now: datetime) -> StaffProfile:
    """Store a member of staff; a changed clearance opens or closes the gate of their sessions at once.

    Raises ValidationError keyed by field.
    """
    is_new = profile._state.adding
    profile.full_clean()
    with transaction.atomic():
        profile.save()
        record("staff.added" if is_new else "staff.edited", by=by, target=profile, now=now)
        ahead = Session.objects.filter(assignments__staff=profile, assignments__holds=True, ends_at__gt=now)
        for session_id in ahead.filter(state=Session.State.CONFIRMED).values_list("pk", flat=True):
            gate.recheck(session_id, by=by, now=now)
    return profile


def save_skill(skill: Skill, *, by: Any, now: datetime) -> Skill:
    """Store a new or renamed skill. Raises ValidationError keyed by field."""
    is_new = skill._state.adding
    skill.full_clean()
    with transaction.atomic():
        skill.save()
        record("skill.added" if is_new else "skill.edited", by=by, target=skill, now=now)
    return skill
