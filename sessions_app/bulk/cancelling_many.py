"""Cancelling many sessions for one reason; only those who have heard of one are told."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sessions_app import confirming
from sessions_app.bulk.asking import Asked, Verdict, closed, counted
from sessions_app.contacting import contacts_by_session
from sessions_app.models import Session


class CancelMany:
    """Everything that is not over can be called off."""

    def judge(self, sessions: Sequence[Session], asked: Asked, now: datetime) -> Mapping[Any, Verdict]:
        found = {session.pk: Verdict(session) for session in sessions}
        for verdict in found.values():
            if why := closed(verdict.session, now):
                verdict.hinder(why)
        known = [pk for pk, v in found.items() if v.can and v.session.state != Session.State.DRAFT]
        contacts = contacts_by_session(known)
        for pk, verdict in found.items():
            if not verdict.can:
                continue
            if verdict.session.state == Session.State.DRAFT:
                verdict.notes.append("A draft: nobody has to be told.")
                continue
            verdict.reached = [contact.reach for contact in contacts[pk] if contact.has_heard]
            verdict.staff_told = {str(a.staff) for a in verdict.session.assignments.all() if a.withdrawn_at is None}
            if verdict.session.starts_at <= now:
                verdict.warnings.append("It is going on right now.")
        return found

    def take(self, verdict: Verdict, asked: Asked, *, by: Any, now: datetime) -> str:
        confirming.cancel(verdict.session.pk, reason=asked.reason, by=by, now=now)
        if not verdict.reached:
            return "Cancelled; no family has to be told."
        return f"Cancelled; {counted(len(verdict.reached), 'parent or carer', 'parents and carers')} told."
