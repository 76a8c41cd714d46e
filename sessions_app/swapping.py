"""Swaps: somebody asks, a colleague agrees, the coordinator accepts, and the place changes hands at once (W5)."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from sessions_app import rota_notices, staffing, suggesting
from sessions_app.models import Session, StaffAssignment, StaffProfile, SwapRequest
from whippersnappers.accounts.models import User
from whippersnappers.audit.trail import record

State = SwapRequest.State


def ask(assignment_id: Any, wanted_from: StaffProfile | None, *, by: User, now: datetime) -> SwapRequest:
    """Ask one colleague, or with None everybody suitable, to take over. They are told by mail.

    Raises ValidationError keyed by `wanted_from` when nobody suitable is there, or when the person asked is not;
    without a key when one is asked already or the session cannot be swapped any more.
    """
    with transaction.atomic():
        assignment = (
            StaffAssignment.objects.select_for_update(of=("self",)).select_related("session").get(pk=assignment_id)
        )
        _refuse_if_settled(assignment, now)
        could = {one.staff.pk: one.staff for one in suggesting.suitable(assignment.session)}
        if not could:
            raise ValidationError({"wanted_from": "Nobody is cleared and free then. Please tell the office."})
        if wanted_from is not None and wanted_from.pk not in could:
            raise ValidationError({"wanted_from": f"{wanted_from} is not free then: choose somebody else."})
        swap = _store(assignment, wanted_from, now)
        record("swap.asked", by=by, target=swap, now=now, session=str(assignment.session_id))
        asked = [wanted_from] if wanted_from else list(could.values())
        for colleague in asked:
            rota_notices.swap_asked(swap, colleague, now=now)
    return swap


def _store(assignment: StaffAssignment, wanted_from: StaffProfile | None, now: datetime) -> SwapRequest:
    try:
        with transaction.atomic():
            return SwapRequest.objects.create(assignment=assignment, wanted_from=wanted_from, asked_at=now)
    except IntegrityError as error:
        raise ValidationError("You have asked already. Take that back first.") from error


def agree(swap_id: Any, staff: StaffProfile, *, by: User, now: datetime) -> SwapRequest:
    """A colleague would take over; the coordinators are told. Agreeing twice does nothing more.

    Raises ValidationError when somebody was quicker, or when they are not free and cleared for it.
    """
    with transaction.atomic():
        swap = _locked(swap_id)
        if swap.state == State.AGREED and swap.agreed_by_id == staff.pk:
            return swap
        if swap.state != State.OPEN:
            raise ValidationError("This swap is settled already. Thank you all the same.")
        _refuse_if_settled(swap.assignment, now)
        _refuse_unless_suitable(swap.assignment.session, staff)
        swap.state, swap.agreed_by, swap.agreed_at = State.AGREED, staff, now
        swap.save(update_fields=["state", "agreed_by", "agreed_at"])
        record("swap.agreed", by=by, target=swap, now=now, staff=str(staff.pk))
        rota_notices.swap_agreed(swap, now=now)
    return swap


def accept(swap_id: Any, *, by: User, now: datetime) -> SwapRequest:
    """The coordinator says yes: the place changes hands in one go, and both are told.

    Accepting twice does nothing more. Raises ValidationError when it is not agreed, or when what was true then is
    not any more: a clash, a lapsed clearance, an absence.
    """
    with transaction.atomic():
        swap = _locked(swap_id)
        if swap.state == State.ACCEPTED:
            return swap
        if swap.state != State.AGREED or swap.agreed_by is None:
            raise ValidationError("This swap does not wait for you any more.")
        assignment = swap.assignment
        _refuse_if_settled(assignment, now)
        _refuse_unless_suitable(assignment.session, swap.agreed_by)
        _end(swap, State.ACCEPTED, by=by, now=now)
        # First the one, then the other: at no moment is anybody missing, so the gate stays as it is.
        staffing.assign(assignment.session_id, swap.agreed_by, assignment.role, by=by, now=now)
        staffing.drop_out(assignment.pk, reason="swapped", by=by, now=now)
    return swap


def refuse(swap_id: Any, *, by: User, now: datetime) -> SwapRequest:
    """A colleague cannot, or the coordinator says no; whoever asked is told. Twice does nothing more."""
    with transaction.atomic():
        swap = _locked(swap_id)
        if swap.state in SwapRequest.PENDING:
            _end(swap, State.REFUSED, by=by, now=now)
            rota_notices.swap_refused(swap, now=now)
    return swap


def take_back(swap_id: Any, *, by: User, now: datetime) -> SwapRequest:
    """Whoever asked does not want to swap any more. Twice does nothing more."""
    with transaction.atomic():
        swap = _locked(swap_id)
        if swap.state in SwapRequest.PENDING:
            _end(swap, State.TAKEN_BACK, by=by, now=now)
    return swap


def _end(swap: SwapRequest, state: str, *, by: User, now: datetime) -> None:
    swap.state, swap.ended_by, swap.ended_at = state, by, now
    swap.save(update_fields=["state", "ended_by", "ended_at"])
    record(f"swap.{state}", by=by, target=swap, now=now)


def _locked(swap_id: Any) -> SwapRequest:
    rows = SwapRequest.objects.select_for_update(of=("self",))
    return rows.select_related("assignment__session", "assignment__staff__user", "agreed_by__user").get(pk=swap_id)


def _refuse_if_settled(assignment: StaffAssignment, now: datetime) -> None:
    session = assignment.session
    gone = assignment.withdrawn_at is not None or session.state != Session.State.CONFIRMED
    if gone or session.starts_at <= now:
        raise ValidationError("This session cannot be swapped any more.")


def _refuse_unless_suitable(session: Session, staff: StaffProfile) -> None:
    """Ask anew: weeks may lie between asking, agreeing and accepting."""
    if staff.pk not in {one.staff.pk for one in suggesting.suitable(session)}:
        raise ValidationError(f"{staff} is not free and cleared for this session any more.")
