"""From confirmed to live to delivered: by what Zoom tells, or by the press of whoever delivers the session."""

from datetime import datetime, timedelta
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction

from sessions_app.models import MeetingRun, Session
from whippersnappers.audit.trail import record

ACTOR: Final = "system:live"
# A meeting that is over longer before the session was a rehearsal, not the session.
EARLIEST: Final = timedelta(hours=1)
LATEST: Final = timedelta(hours=6)
# So long after the meeting ended somebody may still come back to it.
QUIET: Final = timedelta(minutes=10)

State = Session.State


def begin(session_id: Any, *, by: Any, now: datetime, at: datetime | None = None) -> Session:
    """The session has begun, at `at` or now. `by` None: Zoom told so. Beginning twice does nothing more.

    Raises ValidationError for a draft, a session that is cancelled or over, and more than an hour before its time.
    """
    with transaction.atomic():
        session = Session.objects.select_for_update().get(pk=session_id)
        if session.state == State.LIVE:
            return session
        if session.state != State.CONFIRMED:
            raise ValidationError(f"This session is {session.get_state_display().lower()}: it cannot begin.")
        if now < session.starts_at - EARLIEST:
            raise ValidationError("It is more than an hour until this session: come back nearer its time.")
        _go(session, State.LIVE, "session.begun", by=by, now=now, began_at=at or now, finished_at=None)
    return session


def finish(session_id: Any, *, by: Any, now: datetime, at: datetime | None = None) -> Session:
    """The session is over, since `at` or now. `by` None: Zoom told so. Finishing twice does nothing more.

    Raises ValidationError for a session that has not begun.
    """
    with transaction.atomic():
        session = Session.objects.select_for_update().get(pk=session_id)
        if session.state == State.DELIVERED:
            return session
        if session.state != State.LIVE:
            raise ValidationError("This session has not begun, so it cannot be ended.")
        _go(session, State.DELIVERED, "session.finished", by=by, now=now, finished_at=at or now)
    return session


def put_right(session: Session, *, began_at: datetime, finished_at: datetime | None, by: Any, now: datetime) -> Session:
    """The times of a session that has begun, as they are known by now. Needs its row locked."""
    if session.state in (State.LIVE, State.DELIVERED) and (session.began_at, session.finished_at) != (
        began_at,
        finished_at,
    ):
        times = {"began_at": began_at, "finished_at": finished_at}
        _go(session, State(session.state), "session.timed", by=by, now=now, **times)
    return session


def follow_runs(session: Session, *, now: datetime) -> None:
    """Bring a remote session's state and times in line with its meeting's runs. Needs its row locked.

    Whoever goes back into the meeting after the session was over makes it live again.
    """
    if not session.is_remote or session.state not in (State.CONFIRMED, State.LIVE, State.DELIVERED):
        return
    runs = [run for run in MeetingRun.objects.filter(session=session) if counts(run, session)]
    if not runs:
        return
    began_at = min(run.started_at for run in runs if run.started_at)
    over = [run.ended_at for run in runs if run.ended_at]
    ended_at = max(over) if len(over) == len(runs) else None
    if session.state == State.CONFIRMED:
        _go(session, State.LIVE, "session.begun", by=None, now=now, began_at=began_at)
    if session.state == State.DELIVERED and _went_back(runs, session):
        _go(session, State.LIVE, "session.resumed", by=None, now=now, finished_at=None)
    if session.state == State.LIVE and ended_at and now >= max(ended_at, session.starts_at) + QUIET:
        _go(session, State.DELIVERED, "session.finished", by=None, now=now, began_at=began_at, finished_at=ended_at)
    finished_at = ended_at or session.finished_at if session.state == State.DELIVERED else None
    if (session.began_at, session.finished_at) != (began_at, finished_at):
        _go(
            session, State(session.state), "session.timed", by=None, now=now, began_at=began_at, finished_at=finished_at
        )


def counts(run: MeetingRun, session: Session) -> bool:
    """Whether a run belongs to the session itself, and was no rehearsal."""
    if run.started_at is None or run.started_at > session.ends_at + LATEST:
        return False
    return run.ended_at is None or run.ended_at >= session.starts_at - EARLIEST


def _went_back(runs: list[MeetingRun], session: Session) -> bool:
    over = session.finished_at or session.ends_at
    return any(run.ended_at is None and run.started_at and run.started_at > over for run in runs)


def _go(
    session: Session, state: Session.State, event: str, *, by: Any, now: datetime, **times: datetime | None
) -> None:
    session.state = state
    for name, moment in times.items():
        setattr(session, name, moment)
    session.save(update_fields=["state", *times])
    said = {name: moment.isoformat() if moment else None for name, moment in times.items()}
    record(event, by=by or ACTOR, target=session, now=now, **said)
