"""Putting somebody who was suggested on a session, in one press (W5)."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from sessions_app import staffing, suggesting
from sessions_app.models import Session, StaffAssignment, StaffProfile


def put_on(session_id: Any, staff: StaffProfile, *, by: Any, now: datetime) -> StaffAssignment:
    """Give `staff` the session's free place; whoever has it but cannot come goes off in the same go.

    A second press does nothing more. Raises ValidationError when every place is filled by now, or when the person is
    not free and cleared any more.
    """
    with transaction.atomic():
        session = Session.objects.select_for_update().get(pk=session_id)
        present = session.assignments.filter(staff=staff, withdrawn_at=None).first()
        if present is not None:
            return present
        found = suggesting.suggest_for(session)
        if found is None:
            raise ValidationError("Every place at this session is filled by now.")
        if staff.pk not in {one.staff.pk for one in found.people}:
            raise ValidationError(f"{staff} is not free and cleared for this session any more: choose somebody else.")
        # First the one, then the other, so that nobody is told of a gap that does not last.
        assignment = staffing.assign(session_id, staff, found.place.role, by=by, now=now)
        if found.place.instead_of is not None:
            staffing.drop_out(found.place.instead_of.pk, reason=f"{staff} comes instead", by=by, now=now)
    return assignment
