"""What follows when somebody may not sign in any more: each app's `leaving` module says it here.

An account is always closed at once: somebody may have to be kept out. What that leaves undone is put right in
the same transaction, and said to whoever closed it.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from whippersnappers.accounts.models import User

# Puts right what the person leaves; returns a plain sentence about it, empty when there is nothing.
FollowUp = Callable[[User, Any, datetime], str]

_follow_ups: list[FollowUp] = []


def when_somebody_leaves(follow_up: FollowUp) -> FollowUp:
    """Have this run whenever an account is closed, in the transaction that closes it."""
    _follow_ups.append(follow_up)
    return follow_up


def put_right(person: User, *, by: Any, now: datetime) -> list[str]:
    """Run all of it; returns what to tell whoever closed the account."""
    return [said for follow_up in _follow_ups if (said := follow_up(person, by, now))]
