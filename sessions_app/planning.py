"""Writing a session down and changing it, before and after families have been told about it."""

from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from sessions_app import gate, hosting, notices, offers
from sessions_app.capacity import places_of
from sessions_app.models import Session, SessionRevision, StaffAssignment
from whippersnappers import dates
from whippersnappers.audit.trail import record

STAFF_CLASH = "staffassignment_one_place_at_a_time"


def snapshot(session: Session) -> dict[str, Any]:
    """What families are told of a session, as JSON: the facts whose change makes a "changed" mail."""
    meeting = hosting.wanted_meeting(session) if session.is_remote else None
    return {
        "title": session.title,
        "kind": session.kind,
        "delivery": session.delivery,
        "starts_at": session.starts_at.astimezone(UTC).isoformat(),
        "ends_at": session.ends_at.astimezone(UTC).isoformat(),
        "place": f"{session.place.name}, {session.place.address}" if session.place else "",
        "summary": session.summary,
        "steps": [step.title for step in session.steps.all()],
        "items": [{"name": i.name, "needed": i.needed, "note": i.note} for i in session.items.all()],
        "nothing_needed": session.nothing_needed,
        # Another meeting has another Meeting ID and passcode.
        "meeting": str(meeting.pk) if meeting else "",
    }


def save_session(session: Session, *, by: Any, now: datetime) -> Session:
    """Store a new or edited session; call `settle` once its steps, props and places are stored too.

    Raises ValidationError (keyed by field) for what the person can mend, a clash with another session
    among it.
    """
    is_new = session._state.adding
    session.full_clean(exclude=["state"])
    with transaction.atomic():
        if not is_new:
            stored = Session.objects.select_for_update().get(pk=session.pk)
            _refuse_if_over(stored)
            _refuse_fewer_than_held(session, stored)
            # State, revision and gate belong to the services; a form holds an old copy of them.
            for name in ("state", "revision", "confirmed_at", "cancelled_at", "cancel_reason", "gate_reopened_at"):
                setattr(session, name, getattr(stored, name))
        _store(session, now)
        record("session.planned" if is_new else "session.edited", by=by, target=session, now=now)
    return session


def _refuse_if_over(session: Session) -> None:
    if session.state in (Session.State.CANCELLED, Session.State.DELIVERED):
        raise ValidationError(f"This session is {session.get_state_display().lower()}: it cannot be changed any more.")


def _refuse_fewer_than_held(session: Session, stored: Session) -> None:
    """Nobody loses a place by a number in a form: children are taken out, and offers back, one by one."""
    if session.capacity >= stored.capacity:
        return
    places = places_of(stored)
    if session.capacity >= places.held:
        return
    said = f"{places.taken} {'child has a place' if places.taken == 1 else 'children have a place'}"
    if places.offered:
        said += f" and {places.offered} more {'is' if places.offered == 1 else 'are'} offered"
    message = f"{said}: give the session at least {places.held} places, or take children out first."
    raise ValidationError({"capacity": message})


def _store(session: Session, now: datetime) -> None:
    """Save, and let a confirmed session whose Zoom host is taken at the new time move to another host."""
    try:
        with transaction.atomic():
            session.save()
        return
    except IntegrityError as error:
        if STAFF_CLASH in str(error):
            raise ValidationError({"starts_at": staff_clashes(session, now)}) from error
        if hosting.HOST_CLASH not in str(error):
            raise
    hosting.drop_meeting(session)
    try:
        with transaction.atomic():
            session.save()
    except IntegrityError as error:
        if STAFF_CLASH not in str(error):
            raise
        raise ValidationError({"starts_at": staff_clashes(session, now)}) from error
    hosting.want_meeting(session)


def staff_clashes(session: Session, now: datetime) -> list[str]:
    """A sentence for each person who is elsewhere during the session's (new) time."""
    found = [clash_sentence(other, now) for other in staff_elsewhere(session, session.starts_at, session.ends_at)]
    return found or ["Somebody was just put on another session at this time: look again."]


def staff_elsewhere(session: Session, starts_at: datetime, ends_at: datetime) -> "QuerySet[StaffAssignment]":
    """Where else the session's staff are between the two times, in order of time."""
    staff = session.assignments.filter(withdrawn_at=None).values("staff")
    others = StaffAssignment.objects.filter(staff__in=staff, holds=True, period__overlap=(starts_at, ends_at))
    return others.exclude(session=session).select_related("staff__user", "session").order_by("period")


def clash_sentence(elsewhere: StaffAssignment, now: datetime) -> str:
    """Who is busy, with what and when."""
    other = elsewhere.session
    when = dates.when(other.starts_at, other.ends_at, now=now)
    return f"{elsewhere.staff} is at “{other.title}” on {when}: choose another time or another person."


def settle(session_id: Any, *, by: Any, now: datetime) -> Session:
    """After any edit: if families know the session and what they know has changed, make a new revision.

    Brings Zoom, the mails and the readiness gate in line with what is stored now.
    """
    with transaction.atomic():
        session = Session.objects.select_for_update().get(pk=session_id)
        if session.state != Session.State.CONFIRMED:
            return session
        _settle_meeting(session)
        facts = snapshot(session)
        told = session.revisions.order_by("-number").first()
        if told is not None and told.facts != facts:
            before = session.revision
            note_revision(session, facts=facts, now=now)
            hosting.meeting_changed(session)
            record("session.changed", by=by, target=session, now=now, revision=session.revision)
            notices.session_changed(session, since_revision=before, now=now)
        offers.offer_next(session.pk, by=by, now=now)
        gate.recheck(session.pk, by=by, now=now)
        session.refresh_from_db()
    return session


def _settle_meeting(session: Session) -> None:
    """A session that became remote needs a meeting; one that became in-person needs none any more."""
    has_meeting = hosting.wanted_meeting(session) is not None
    if session.is_remote and not has_meeting:
        hosting.want_meeting(session)
    if not session.is_remote and has_meeting:
        hosting.drop_meeting(session)


def note_revision(session: Session, *, facts: dict[str, Any], now: datetime) -> SessionRevision:
    """Keep what families are told from now on, under the next revision number."""
    if session.revisions.exists():
        session.revision += 1
        session.save(update_fields=["revision"])
    return SessionRevision.objects.create(session=session, number=session.revision, at=now, facts=facts)
