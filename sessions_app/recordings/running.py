"""What staff press in the run of a group that is recorded (X1, X2)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet

from sessions_app.invitations import current_meeting
from sessions_app.live.deliverers import own_place
from sessions_app.models import Booking, RecordingOrder, RecordingRun, RunStep, Session
from sessions_app.recordings import ordering
from sessions_app.recordings.group_run import MAY, GroupRun, Stage, run_of
from whippersnappers.accounts.models import User
from whippersnappers.audit.trail import record

Step = RunStep.Step

NOT_RECORDED: Final = "This session is not recorded, so there is nothing to press."
LOOK_AGAIN: Final = "Who may not be recorded has changed meanwhile. Look at the names again."
NOT_LIVE: Final = "The meeting has not begun yet, or it is over."
_TOO_EARLY: Final = {
    Stage.VIDEO: "First switch family video off in Zoom, and say so here.",
    Stage.STARTING: "The recording is about to begin. Stop it first.",
    Stage.RECORDING: "The recording goes on. Stop it first.",
    Stage.STOPPING: "Zoom has not confirmed yet that the recording stopped. Wait for it.",
    Stage.HELLO: "Families are saying hello: nothing is recorded any more.",
}


def current_run(session: Session) -> GroupRun:
    """How far the run of this session is; three queries."""
    orders = RecordingOrder.objects.filter(meeting__session=session, done_at=None)
    recordings = RecordingRun.objects.filter(run__session=session)
    return run_of(RunStep.objects.filter(session=session).select_related("by"), recordings, orders.first())


def without_yes(session: Session) -> QuerySet[Booking]:
    """The places of children who may not be recorded, by name; they are named before a recording starts."""
    places = session.bookings.holding_a_place().without_consent()
    ordered: QuerySet[Booking] = places.select_related("child").order_by("child__known_as", "child__last_name")
    return ordered


def take(session_id: Any, step: str, *, named: Iterable[Any] = (), by: User, now: datetime) -> RunStep:
    """Take one step of the run. `named` are the places (keys) of `without_yes` that were seen, for RECORD.

    Taking a step twice does nothing more. Raises ValidationError: for who is not on the session's staff, out of
    order, in a session that is not recorded or not live, and where the names have changed meanwhile.
    """
    with transaction.atomic():
        session = Session.objects.select_for_update().get(pk=session_id)
        own_place(session, by)
        run = current_run(session)
        before = run.said(step)
        if before is not None and _is_again(run, step):
            return before
        _check(session, run, step, set(map(str, named)))
        taken = RunStep.objects.create(session=session, step=step, by=by, at=now)
        record("recording.step", by=by, target=session, now=now, step=step)
        if step in (Step.RECORD, Step.STOP):
            _order(session, RecordingOrder.What.START if step == Step.RECORD else RecordingOrder.What.STOP, by, now)
    return taken


def _is_again(run: GroupRun, step: str) -> bool:
    """Whether a press repeats what is so already, as when it is pressed twice."""
    wanted = {Step.RECORD: (Stage.STARTING, Stage.RECORDING), Step.STOP: (Stage.STOPPING, Stage.STOPPED)}
    return run.stage in wanted[Step(step)] if step in wanted else step in (Step.VIDEO_OFF, Step.HELLO)


def _check(session: Session, run: GroupRun, step: str, named: set[str]) -> None:
    if not session.is_recorded:
        raise ValidationError(NOT_RECORDED)
    if step not in Step.values:
        raise ValidationError("Choose one of the steps.")
    if session.state != Session.State.LIVE and not _may_be_before(session, step):
        raise ValidationError(NOT_LIVE)
    if step not in MAY[run.stage]:
        raise ValidationError(_TOO_EARLY.get(run.stage, "Nothing is being recorded."))
    if step == Step.RECORD and named != {str(place.pk) for place in without_yes(session)}:
        raise ValidationError(LOOK_AGAIN)


def _may_be_before(session: Session, step: str) -> bool:
    return step == Step.VIDEO_OFF and session.state == Session.State.CONFIRMED


def _order(session: Session, what: str, by: User, now: datetime) -> None:
    meeting = current_meeting(session)
    if meeting is None:
        raise ValidationError("There is no Zoom meeting that is ready. Please ring the office.")
    ordering.order(meeting, what, why=RecordingOrder.Why.PRESSED, by=by, now=now)
