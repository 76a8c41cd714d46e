"""Confirming, moving and cancelling a session: the steps that reach families."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from sessions_app import hosting, notices, offers, planning
from sessions_app.models import Session
from sessions_app.readiness import Blocker, blockers, time_blockers
from whippersnappers.audit.trail import record
from whippersnappers.secret_requests import refuse_reason

PASSED = "This time has passed: choose a time still to come."


class NotReady(ValidationError):
    """The readiness gate is closed; `blockers` says what to mend."""

    def __init__(self, found: list[Blocker]) -> None:
        super().__init__([blocker.message for blocker in found])
        self.blockers = found


def confirm(session_id: Any, *, by: Any, now: datetime) -> Session:
    """Pass the gate: from now on the session will happen, its meeting is made and families are invited.

    Confirming twice does nothing more. Raises NotReady with every blocker, or ValidationError when the
    session cannot be confirmed at all. Clauses W1, W2, W5, F7.
    """
    with transaction.atomic():
        session = Session.objects.select_for_update().get(pk=session_id)
        if session.state == Session.State.CONFIRMED:
            return session
        if session.state != Session.State.DRAFT:
            raise ValidationError(
                f"This session is {session.get_state_display().lower()}: only a draft can be confirmed."
            )
        found = blockers(session, now)
        if found:
            raise NotReady(found)
        session.state, session.confirmed_at = Session.State.CONFIRMED, now
        session.save(update_fields=["state", "confirmed_at"])
        if session.is_remote:
            hosting.want_meeting(session)
        planning.note_revision(session, facts=planning.snapshot(session), now=now)
        record("session.confirmed", by=by, target=session, now=now, revision=session.revision)
        notices.session_confirmed(session, now=now)
        offers.offer_next(session.pk, by=by, now=now)
    return session


def reschedule(session_id: Any, *, starts_at: datetime, ends_at: datetime, by: Any, now: datetime) -> Session:
    """Move a draft or confirmed session; families of a confirmed one are told old and new.

    Raises ValidationError keyed by `starts_at` or `ends_at`: the past, outside our hours, an end before the
    start, a member of staff or every Zoom host busy.
    """
    with transaction.atomic():
        session = Session.objects.select_for_update().get(pk=session_id)
        if starts_at <= now:
            raise ValidationError({"starts_at": PASSED})
        if ends_at <= starts_at:
            raise ValidationError({"ends_at": "The session must end after it starts."})
        session.starts_at, session.ends_at = starts_at, ends_at
        # A time that re-opens the gate must not reach families first.
        if outside := time_blockers(session, now):
            raise ValidationError({"starts_at": [blocker.message for blocker in outside]})
        planning.save_session(session, by=by, now=now)
        return planning.settle(session.pk, by=by, now=now)


def cancel(session_id: Any, *, reason: str, by: Any, now: datetime) -> Session:
    """Call a session off: one cancellation to everyone who was invited, the meeting deleted, staff free.

    Cancelling twice does nothing more. The reason is for families too. Raises ValidationError without a
    reason, when it asks for a password (N1), or when the session is over.
    """
    reason = reason.strip()
    with transaction.atomic():
        session = Session.objects.select_for_update().get(pk=session_id)
        if session.state == Session.State.CANCELLED:
            return session
        if session.state == Session.State.DELIVERED or session.ends_at <= now:
            raise ValidationError("This session is over: it cannot be cancelled any more.")
        if not reason:
            raise ValidationError({"reason": "Say why, in words that families may read."})
        refuse_reason(reason)
        was_confirmed = session.state != Session.State.DRAFT
        session.state, session.cancelled_at, session.cancel_reason = Session.State.CANCELLED, now, reason
        session.gate_reopened_at = None
        session.save(update_fields=["state", "cancelled_at", "cancel_reason", "gate_reopened_at"])
        hosting.drop_meeting(session)
        record("session.cancelled", by=by, target=session, now=now, was_confirmed=was_confirmed)
        if was_confirmed:
            offers.end_all(session, by=by, now=now)
            notices.session_cancelled(session, now=now)
    return session
