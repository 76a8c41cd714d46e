"""What staff have to read before a session, or began to write. What that is, is said by the apps above, in their module
`staff_must_read`.

Here it is an address and a time: nothing of what it says.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from sessions_app.models import Session
from sessions_app.waiting_rows import WaitingRow
from whippersnappers.accounts.models import User

TO_READ, BEGUN = "to read", "begun"


@dataclass(frozen=True)
class ToRead:
    """One thing to read, and when this person said that they have."""

    url: str
    read_at: datetime | None


@dataclass(frozen=True)
class Begun:
    """Something that this person began to write and has not sent."""

    url: str
    began_at: datetime


# Answers for a person, of one session or of all that this person has to do with.
Asked = Callable[[User, datetime, Session | None], list[ToRead]]
# The same for the home page, as rows of kind TO_READ (`also`: when it was read) and BEGUN (`also`: when it was kept
# last) to be fetched with others. `what` is the name of the page that shows the row.
AskedAtHome = Callable[[User, datetime], list[QuerySet[Any, Any]]]

_asked: list[Asked] = []
_asked_at_home: list[AskedAtHome] = []


def when_asked(asked: Asked) -> Asked:
    """Have this asked whenever a page shows what there is to read."""
    _asked.append(asked)
    return asked


def when_asked_at_home(asked: AskedAtHome) -> AskedAtHome:
    """Have the rows of this fetched for the home page."""
    _asked_at_home.append(asked)
    return asked


def to_read(user: User, now: datetime, session: Session | None = None) -> list[ToRead]:
    """Everything that this person has to read, what was not read first."""
    return _unread_first(one for asked in _asked for one in asked(user, now, session))


def rows_at_home(user: User, now: datetime) -> list[QuerySet[Any, Any]]:
    """What the home page fetches for this person."""
    return [rows for asked in _asked_at_home for rows in asked(user, now)]


def to_read_of(rows: Iterable[WaitingRow]) -> list[ToRead]:
    """What there is to read, of the rows that the home page fetched; what was not read first."""
    return _unread_first(ToRead(_page_of(row), row.also) for row in rows)


def begun_of(rows: Iterable[WaitingRow]) -> list[Begun]:
    """What was begun, of the rows that the home page fetched; what was kept last first."""
    newest_first = sorted(rows, key=lambda row: row.also or row.at, reverse=True)
    return [Begun(_page_of(row), row.at) for row in newest_first]


def _unread_first(found: Iterable[ToRead]) -> list[ToRead]:
    return sorted(found, key=lambda one: one.read_at is not None)


def _page_of(row: WaitingRow) -> str:
    return reverse(row.what, args=[row.pk])
