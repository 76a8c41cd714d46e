"""The list of what somebody of the staff sent: enough to find one again, and not a word of what it says."""

from dataclasses import dataclass

from django.db.models import Prefetch

from safeguarding.models import Concern, ConcernVersion
from whippersnappers.accounts.models import User


@dataclass(frozen=True)
class Own:
    """One that they sent. `came_from` is the session from whose page it came, with its time and place, or empty.

    What it was judged to be is not theirs to know.
    """

    concern: Concern
    came_from: str
    additions: int


def sent_by(user: User) -> list[Own]:
    """All of theirs, the newest first; two queries however many there are."""
    theirs = ConcernVersion.objects.filter(author=user).only("concern_id", "number", "around_session")
    rows = Concern.objects.for_reporter(user).prefetch_related(Prefetch("versions", theirs))
    return [_own(concern) for concern in rows]


def _own(concern: Concern) -> Own:
    first, *more = concern.versions.all()
    # The first line of what the portal noted of the session.
    return Own(concern, first.around_session.partition("\n")[0], len(more))
