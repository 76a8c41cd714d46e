"""Coming or not coming: what a family says for a child, changeable until the session starts (W8).

The answer is the child's: whichever guardian gave the last one, it holds. Giving a place up offers it to the
waiting list in the same transaction; asking for it again takes it back while it is free, else the child waits.
The reason is kept with its author and read by nobody else but staff.
"""

from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from families.models import Guardian, Guardianship
from sessions_app import answer_notices, gate, notices, offers, waiting
from sessions_app.capacity import places_of
from sessions_app.models import Booking, FamilyAnswer, Session
from sessions_app.next_in_line import hoping
from sessions_app.offer_times import answer_by
from whippersnappers.audit.trail import record

# A guardian without a sign-in of their own answered by the link of the mail; the answer's row says which one.
BY_LINK = "system:join-link"
LONGEST_REASON = 1000
_State = Booking.State
_A_MOMENT = timedelta(microseconds=1)


class AsksAgain(ValidationError):
    """Other children wait for the place: giving it up takes a second press, by somebody who has read that."""


class AnswerClosed(ValidationError):
    """This guardian cannot answer for this child, or not any more; the message says why in plain words."""


def say(
    booking_id: Any,
    *,
    coming: bool,
    reason: str | None = None,
    sure: bool = False,
    guardian: Guardian,
    by: Any,
    now: datetime,
) -> Booking:
    """A guardian answers for one child. Returns the booking as it is then: its state may be "waiting".

    `reason`: why the child does not come; None leaves what they said before, "" takes it back. The same answer
    again changes nothing. `sure`: they know that others wait for the place; without it, a place that others wait
    for is not given up. Raises AsksAgain then; AnswerClosed once the session has started, was called off, or
    the guardian lost their standing; ValidationError for a reason that is too long.
    """
    reason = _clean(reason)
    with transaction.atomic():
        session_id = Booking.objects.values_list("session", flat=True).get(pk=booking_id)
        session = Session.objects.select_for_update().get(pk=session_id)
        booking = Booking.objects.select_for_update(of=("self",)).select_related("child").get(pk=booking_id)
        check_answerable(booking, session, guardian, now)
        latest = booking.answers.first()
        if latest is not None and _stands(latest, booking, coming, guardian):
            _say_why(latest, reason)
        else:
            if not (coming or sure):
                _ask_again_if_others_wait(booking)
            answer = _note(booking, session, coming, reason or "", latest, guardian, now)
            _act(booking, session, coming, latest, by=by, now=now)
            answer_notices.tell_the_others(answer, booking, session, now=now)
            said = {"child": str(booking.child_id), "coming": coming, "guardian": str(guardian.pk)}
            record("booking.answered", by=by, target=session, now=now, **said, state=booking.state)
    return booking


def check_answerable(booking: Booking, session: Session, guardian: Guardian, now: datetime) -> None:
    """Raise AnswerClosed unless this guardian may answer for the child now."""
    standing = Guardianship.objects.inviting().filter(guardian=guardian, child=booking.child_id)
    if booking.state not in Booking.ANSWERABLE or not standing.exists():
        raise AnswerClosed("This place is not yours to answer for any more.")
    if session.state == Session.State.CANCELLED:
        raise AnswerClosed("This session is cancelled. You do not need to answer.")
    if session.state != Session.State.CONFIRMED or session.starts_at <= now:
        raise AnswerClosed("The session has started. Please call us, or write to us.")


def _ask_again_if_others_wait(booking: Booking) -> None:
    """Raise AsksAgain when the child holds a place that others wait for at this moment."""
    others = Booking.objects.filter(session=booking.session_id).exclude(child=booking.child_id)
    if booking.state in Booking.HOLDING and hoping(others).exists():
        raise AsksAgain("Other children wait for a place. You may not get it back. Are you sure?")


def _clean(reason: str | None) -> str | None:
    """The reason as it is kept: without the sign that Postgres cannot hold."""
    if reason is None:
        return None
    reason = reason.replace("\x00", "").strip()
    if len(reason) > LONGEST_REASON:
        raise ValidationError({"reason": f"That is too long. Please use less than {LONGEST_REASON:,} letters."})
    return reason


def _stands(latest: FamilyAnswer, booking: Booking, coming: bool, guardian: Guardian) -> bool:
    """Whether this very answer is the guardian's last word and holds: a button pressed twice, or a reason added."""
    states = (_State.COMING, _State.WAITING) if coming else (_State.NOT_COMING,)
    return (latest.guardian_id, latest.coming) == (guardian.pk, coming) and booking.state in states


def _say_why(answer: FamilyAnswer, reason: str | None) -> None:
    if reason is not None and not answer.coming and reason != answer.reason:
        answer.reason = reason
        answer.save(update_fields=["reason"])


def _note(
    booking: Booking,
    session: Session,
    coming: bool,
    reason: str,
    latest: FamilyAnswer | None,
    guardian: Guardian,
    now: datetime,
) -> FamilyAnswer:
    return FamilyAnswer.objects.create(
        booking=booking,
        guardian=guardian,
        coming=coming,
        reason="" if coming else reason,
        session_revision=session.revision,
        # Two at once come one after the other, in the order in which they got the session's row.
        answered_at=max(now, latest.answered_at + _A_MOMENT) if latest else now,
    )


def _act(
    booking: Booking, session: Session, coming: bool, latest: FamilyAnswer | None, *, by: Any, now: datetime
) -> None:
    """Move the booking to what was said, and the place with it."""
    match booking.state, coming:
        case _State.INVITED, True:
            _move(booking, _State.COMING, now)
        case _State.NOT_COMING, True:
            _come_back(booking, session, latest, by=by, now=now)
        case ((_State.INVITED | _State.COMING), False):
            _give_up(booking, session, by=by, now=now)
        case _State.WAITING, False:
            waiting.leave(booking.pk, by=by, now=now)
            _move(booking, _State.NOT_COMING, now)


def _give_up(booking: Booking, session: Session, *, by: Any, now: datetime) -> None:
    """The child does not come: its mails and calls end, and the place goes to whoever waits."""
    _move(booking, _State.NOT_COMING, now)
    notices.place_given_up(session, booking.child, now=now)
    offers.offer_next(session.pk, by=by, now=now)
    gate.recheck(session.pk, by=by, now=now)


def _come_back(booking: Booking, session: Session, latest: FamilyAnswer | None, *, by: Any, now: datetime) -> None:
    """The child comes after all: into its place while one is free, else onto the waiting list."""
    if not places_of(session).free:
        if answer_by(now, session.starts_at) is None:
            raise AnswerClosed("Sorry, another child has the place now. Please call us, or write to us.")
        waiting.join_waiting_list(session.pk, [booking.child], by=by, now=now)
        booking.refresh_from_db()
        return
    _move(booking, _State.COMING, now)
    since = latest.session_revision if latest else session.revision
    notices.coming_after_all(session, booking.child, since_revision=since, now=now)
    gate.recheck(session.pk, by=by, now=now)


def _move(booking: Booking, state: str, now: datetime) -> None:
    booking.state, booking.changed_at = state, now
    booking.save(update_fields=["state", "changed_at"])
