"""How was it for your child? Five faces and free words, from the guardian and from the child, for two weeks.

Each guardian answers for themselves and reads nobody else's answer; staff of the session read them all (W8).
"""

from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from families.models import Guardian, Guardianship
from sessions_app.models import Booking, Feedback, Invitation, Session
from whippersnappers.audit.trail import record

OPEN_FOR = timedelta(days=14)
LONGEST_WORDS = 2000


class FeedbackClosed(ValidationError):
    """Nothing can be said about this session, or not any more; the message says why in plain words."""


def is_wanted(booking: Booking, session: Session, now: datetime) -> bool:
    """Whether a family can say how it was: over, took place, the child was not absent, and not long ago."""
    was_there = booking.state in Booking.HOLDING and booking.attendance != Booking.Attendance.ABSENT
    took_place = session.state in (Session.State.CONFIRMED, Session.State.LIVE, Session.State.DELIVERED)
    return was_there and took_place and session.ends_at <= now < session.ends_at + OPEN_FOR


def give(
    booking_id: Any,
    *,
    face: int,
    words: str | None = None,
    by_child: bool = False,
    guardian: Guardian,
    by: Any,
    now: datetime,
) -> Feedback:
    """Say how it was, or change what was said. `words` None leaves the words as they are.

    Raises FeedbackClosed when it is too early, too late or not theirs; ValidationError keyed by field for a face that
    is none of the five, or too many words.
    """
    words = _clean(words)
    if face not in Feedback.Face.values:
        raise ValidationError({"face": "Please choose one of the five faces."})
    with transaction.atomic():
        booking = Booking.objects.select_for_update(of=("self",)).select_related("session").get(pk=booking_id)
        standing = Guardianship.objects.inviting().filter(guardian=guardian, child=booking.child_id)
        if not (is_wanted(booking, booking.session, now) and standing.exists()):
            raise FeedbackClosed("The time to tell us about this session is over.")
        given, is_new = Feedback.objects.get_or_create(
            booking=booking, guardian=guardian, by_child=by_child, defaults={"face": face, "given_at": now}
        )
        changed = is_new or given.face != face or words not in (None, given.words)
        given.face, given.words = face, given.words if words is None else words
        if changed:
            given.changed_at = None if is_new else now
            given.save()
            record("feedback.given" if is_new else "feedback.changed", by=by, target=given, now=now, by_child=by_child)
    return given


def _clean(words: str | None) -> str | None:
    if words is None:
        return None
    words = words.replace("\x00", "").strip()
    if len(words) > LONGEST_WORDS:
        raise ValidationError({"words": f"That is too long. Please use less than {LONGEST_WORDS:,} letters."})
    return words


def decline(invitation_id: Any, *, by: Any, now: datetime) -> None:
    """The guardian does not want to be asked about this session on their home page. Twice is once."""
    with transaction.atomic():
        invitation = Invitation.objects.select_for_update().get(pk=invitation_id)
        if invitation.feedback_declined_at is None:
            invitation.feedback_declined_at = now
            invitation.save(update_fields=["feedback_declined_at"])
            record("feedback.declined", by=by, target=invitation, now=now)
