"""Sending the pre-session mail of many sessions now instead of at its time (W2)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sessions_app.bulk.asking import Asked, Verdict, closed, counted
from sessions_app.due_mails import prepare_now, unprepared
from sessions_app.models import Session


class PrepareMany:
    """Confirmed sessions still ahead; families who have been prepared get nothing twice."""

    def judge(self, sessions: Sequence[Session], asked: Asked, now: datetime) -> Mapping[Any, Verdict]:
        found = {session.pk: _verdict(session, now) for session in sessions}
        waiting = unprepared([v.session for v in found.values() if v.can], now)
        for pk, verdict in found.items():
            if not verdict.can:
                continue
            verdict.reached = waiting[pk]
            if not verdict.reached:
                verdict.hinder("Everybody has been told how to prepare, or is about to be.")
        return found

    def take(self, verdict: Verdict, asked: Asked, *, by: Any, now: datetime) -> str:
        prepare_now(verdict.session.pk, by=by, now=now)
        return f"{counted(len(verdict.reached), 'parent or carer', 'parents and carers')} told how to prepare."


def _verdict(session: Session, now: datetime) -> Verdict:
    verdict = Verdict(session)
    if why := closed(session, now):
        return verdict.hinder(why)
    if session.state == Session.State.DRAFT:
        return verdict.hinder("It is a draft: families do not know of it yet.")
    return verdict.hinder("It has begun.") if session.starts_at <= now else verdict
