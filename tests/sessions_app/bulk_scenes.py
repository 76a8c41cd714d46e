"""Runs over many sessions, chosen and started as the pages do it."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from families.models import Child
from sessions_app import confirming
from sessions_app.bulk import actions, choosing, running
from sessions_app.bulk.asking import Asked
from sessions_app.models import BulkItem, BulkRun, Session
from tests.factories import ready_session, tomorrow_at
from whippersnappers.accounts.models import User
from whippersnappers.outbox.models import OutgoingMail


def drafts(count: int, *, children: list[Child] | None = None, days: int = 3) -> list[Session]:
    """Drafts without blockers, an hour apart, some days ahead so that no pre-session mail is due."""
    first = tomorrow_at(9) + timedelta(days=days)
    starts = [first + timedelta(hours=number % 10, days=number // 10) for number in range(count)]
    return [ready_session(children=children, starts_at=start, title=f"Session {n}") for n, start in enumerate(starts)]


def known(sessions: Iterable[Session], by: User) -> list[Session]:
    """The sessions confirmed one by one, their invitations gone."""
    found = [confirming.confirm(session.pk, by=by, now=timezone.now()) for session in sessions]
    OutgoingMail.objects.update(state="sent", sent_at=timezone.now(), attempts=1)
    return found


def chosen(kind: str, sessions: Iterable[Session], by: User) -> BulkRun:
    return choosing.choose(kind, [session.pk for session in sessions], by=by, now=timezone.now())


def started(kind: str, sessions: Iterable[Session], by: User, **asked: Any) -> BulkRun:
    """A run whose every possible session was seen and wanted; done at once when it is small."""
    run, now = chosen(kind, sessions, by), timezone.now()
    seen = {line.item.number for line in actions.look(run, Asked(**asked), now) if line.can}
    running.start(run.pk, Asked(**asked), seen, by=by, now=now)
    return BulkRun.objects.get(pk=run.pk)


def undone(run: BulkRun, by: User, *, now: datetime | None = None) -> BulkRun:
    running.undo(run.pk, by=by, now=now or timezone.now())
    return BulkRun.objects.get(pk=run.pk)


def outcome(run: BulkRun) -> list[tuple[str, str]]:
    """What came of each session, in order."""
    return [(item.state, item.message) for item in BulkItem.objects.filter(run=run).order_by("number")]


def states(run: BulkRun) -> list[str]:
    return [state for state, _ in outcome(run)]
