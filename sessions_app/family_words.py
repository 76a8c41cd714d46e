"""What families said about a session, as staff of it read it: why a child does not come, and how it was."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch

from sessions_app.models import Booking, FamilyAnswer, Feedback, Session
from whippersnappers.accounts.models import User


@dataclass(frozen=True)
class NotComing:
    """A child whose family said no: why, if they said it, and since when."""

    child: str
    reason: str
    since: datetime | None


@dataclass(frozen=True)
class FamilyWords:
    """All that families said about one session."""

    not_coming: list[NotComing]
    feedback: list[Feedback]

    @property
    def faces(self) -> list[tuple[str, int]]:
        """How often each face was given, the best first: `[("Great", 6), ("Not so good", 2)]`."""
        given = Counter(one.face for one in self.feedback)
        return [(Feedback.Face(face).label, given[face]) for face in sorted(given, reverse=True)]


def words_of(session: Session, user: User) -> FamilyWords:
    """What this member of staff may read of it; three queries. The session is one that they may see."""
    answers = Prefetch("answers", FamilyAnswer.objects.order_by("-answered_at"))
    away = session.bookings.filter(state=Booking.State.NOT_COMING).select_related("child").prefetch_related(answers)
    given = (
        Feedback.objects.visible_to(user).filter(booking__session=session).select_related("booking__child", "guardian")
    )
    return FamilyWords(
        not_coming=[_not_coming(booking) for booking in away.order_by("child__known_as")],
        feedback=list(given.order_by("booking__child__known_as", "by_child", "given_at")),
    )


def _not_coming(booking: Booking) -> NotComing:
    """The last words that were given since somebody last said yes."""
    since_then: list[FamilyAnswer] = []
    for answer in booking.answers.all():
        if answer.coming:
            break
        since_then.append(answer)
    reason = next((answer.reason for answer in since_then if answer.reason), "")
    return NotComing(str(booking.child), reason, since_then[-1].answered_at if since_then else booking.changed_at)
