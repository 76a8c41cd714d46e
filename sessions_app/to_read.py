"""What staff have to read before a session. What that is, is said by the apps above, in their module `staff_must_read`.

Here it is an address and whether it was read: nothing of what it says.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sessions_app.models import Session
from whippersnappers.accounts.models import User


@dataclass(frozen=True)
class ToRead:
    """One thing to read, and when this person said that they have."""

    url: str
    read_at: datetime | None


# Answers for a person, of one session or of all that this person has to do with.
Asked = Callable[[User, datetime, Session | None], list[ToRead]]

_asked: list[Asked] = []


def when_asked(asked: Asked) -> Asked:
    """Have this asked whenever a page shows what there is to read."""
    _asked.append(asked)
    return asked


def to_read(user: User, now: datetime, session: Session | None = None) -> list[ToRead]:
    """Everything that this person has to read, what was not read first."""
    found = [one for asked in _asked for one in asked(user, now, session)]
    return sorted(found, key=lambda one: one.read_at is not None)
