"""Who delivers a session: putting staff on it, and what happens when one drops out (W5)."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from sessions_app import gate, hosting, notices
from sessions_app.models import Session, StaffAssignment, StaffProfile, SwapRequest
from sessions_app.planning import STAFF_CLASH, clash_sentence
from whippersnappers.accounts.models import User
from whippersnappers.audit.trail import record


def assign(session_id: Any, staff: StaffProfile, role: str, *, by: Any, now: datetime) -> StaffAssignment:
    """Put a member of staff on a session, or change the role there; they are told once it is confirmed.

    Raises ValidationError keyed by `staff` when the person is elsewhere at that time, naming the clash,
    or when the session is over. Clearance does not hinder assigning: the readiness gate names it.
    """
    with transaction.atomic():
        session = Session.objects.select_for_update().get(pk=session_id)
        _refuse_if_over(session, now)
        present = session.assignments.filter(staff=staff, withdrawn_at=None).first()
        if present is not None and present.role == role:
            return present
        if present is None:
            assignment = _put_on(session, staff, role, now)
        else:
            assignment = present
            assignment.role = role
            assignment.save(update_fields=["role"])
        record("session.staff_assigned", by=by, target=session, now=now, staff=str(staff.pk), role=role)
        if session.state == Session.State.CONFIRMED:
            notices.staff_assigned(assignment, now=now)
        _settle(session, by=by, now=now)
    return assignment


def _refuse_if_over(session: Session, now: datetime) -> None:
    if session.state in (Session.State.CANCELLED, Session.State.DELIVERED) or session.ends_at <= now:
        raise ValidationError("This session is over: its staff stay as they were.")


def _put_on(session: Session, staff: StaffProfile, role: str, now: datetime) -> StaffAssignment:
    try:
        with transaction.atomic():
            return StaffAssignment.objects.create(session=session, staff=staff, role=role, put_on_at=now)
    except IntegrityError as error:
        if STAFF_CLASH not in str(error):
            raise
        raise ValidationError({"staff": clash_of(session, staff, now)}) from error


def clash_of(session: Session, staff: StaffProfile, now: datetime) -> str:
    """The sentence that says where this person is during the session; empty when free."""
    elsewhere = (
        StaffAssignment.objects.filter(staff=staff, holds=True)
        .filter(period__overlap=(session.starts_at, session.ends_at))
        .exclude(session=session)
        .select_related("staff__user", "session")
        .order_by("period")
        .first()
    )
    return clash_sentence(elsewhere, now) if elsewhere else ""


def drop_out(assignment_id: Any, *, reason: str, by: Any, now: datetime) -> StaffAssignment:
    """Take a member of staff off a session; a confirmed one may have its gate re-opened by that.

    Doing it twice does nothing more. Raises ValidationError when the session is over.
    """
    with transaction.atomic():
        session_id = StaffAssignment.objects.values_list("session", flat=True).get(pk=assignment_id)
        session = Session.objects.select_for_update().get(pk=session_id)
        assignment = StaffAssignment.objects.select_related("staff__user").get(pk=assignment_id)
        if assignment.withdrawn_at is not None:
            return assignment
        _refuse_if_over(session, now)
        assignment.withdrawn_at, assignment.withdrawn_reason = now, reason.strip()[:200]
        assignment.withdrawn_by = by if isinstance(by, User) else None
        assignment.save(update_fields=["withdrawn_at", "withdrawn_reason", "withdrawn_by"])
        _end_swap(assignment, by=by, now=now)
        record("session.staff_withdrawn", by=by, target=session, now=now, staff=str(assignment.staff_id))
        if session.state == Session.State.CONFIRMED:
            notices.staff_withdrawn(assignment, now=now)
        _settle(session, by=by, now=now)
    return assignment


def _end_swap(assignment: StaffAssignment, *, by: Any, now: datetime) -> None:
    """Whoever is off a session has nothing to swap any more."""
    pending = assignment.swap_requests.filter(state__in=SwapRequest.PENDING)
    ended_by = by if isinstance(by, User) else None
    pending.update(state=SwapRequest.State.TAKEN_BACK, ended_by=ended_by, ended_at=now)


def may_come_back(assignment: StaffAssignment, user: User, now: datetime) -> bool:
    """Whether `user` can undo having gone off: their own press, nobody has come instead, and it is still ahead."""
    session, gone_at = assignment.session, assignment.withdrawn_at
    if gone_at is None or assignment.withdrawn_by_id != user.pk or assignment.staff.user_id != user.pk:
        return False
    if session.state not in (Session.State.DRAFT, Session.State.CONFIRMED) or session.starts_at <= now:
        return False
    since = [a for a in session.assignments.all() if a.withdrawn_at is None]
    return not any(a.staff_id == assignment.staff_id or a.put_on_at >= gone_at for a in since)


def come_back(assignment_id: Any, *, by: User, now: datetime) -> StaffAssignment:
    """Undo having gone off a session. Coming back twice does nothing more.

    Raises ValidationError when somebody has come instead, when the session is over, or for a clash.
    """
    with transaction.atomic():
        session_id = StaffAssignment.objects.values_list("session", flat=True).get(pk=assignment_id)
        session = Session.objects.select_for_update().get(pk=session_id)
        assignment = StaffAssignment.objects.select_related("staff__user", "session").get(pk=assignment_id)
        if assignment.withdrawn_at is None:
            return assignment
        if not may_come_back(assignment, by, now):
            raise ValidationError("Somebody has come instead, or it is too late: please ask the office.")
        assignment.withdrawn_at, assignment.withdrawn_reason, assignment.withdrawn_by = None, "", None
        try:
            with transaction.atomic():
                assignment.save(update_fields=["withdrawn_at", "withdrawn_reason", "withdrawn_by"])
        except IntegrityError as error:
            if STAFF_CLASH not in str(error):
                raise
            raise ValidationError(clash_of(session, assignment.staff, now)) from error
        record("session.staff_back", by=by, target=session, now=now, staff=str(assignment.staff_id))
        if session.state == Session.State.CONFIRMED:
            notices.staff_back(assignment, now=now)
        _settle(session, by=by, now=now)
    return assignment


def _settle(session: Session, *, by: Any, now: datetime) -> None:
    """The meeting's alternative hosts follow the staff, and the gate is looked at again."""
    if session.state == Session.State.CONFIRMED:
        hosting.meeting_changed(session)
        gate.recheck(session.pk, by=by, now=now)
