"""What the charity says by mail to its staff and coordinators about sessions: one function for each."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse

from sessions_app.family_emails import render_pair
from sessions_app.mail_facts import SessionFacts
from sessions_app.models import Session, StaffAssignment
from sessions_app.session_changes import Change
from whippersnappers import dates
from whippersnappers.organisation import organisation
from whippersnappers.outbox.catalogue import Rendered


@dataclass(frozen=True)
class AlertWords:
    """The words of one kind of alert: what happened, and what to do about it."""

    subject: str
    what: str
    what_to_do: str


ALERTS = {
    "gate_reopened": AlertWords(
        "Needs you",
        "This session is confirmed, but something now stands in its way.",
        "Please mend it, or move or cancel the session. Families still think it will go ahead.",
    ),
    "meeting_failed": AlertWords(
        "No Zoom meeting",
        "Zoom has refused to make or change the meeting of this session.",
        "Please mend the cause and try again from the session's page.",
    ),
    "meeting_late": AlertWords(
        "Still no Zoom meeting",
        "The Zoom meeting of this session is not ready after an hour. Mails to families wait for it.",
        "The portal keeps trying. Please look at the session's page.",
    ),
    "meeting_soon": AlertWords(
        "No Zoom meeting, and it starts soon",
        "This session starts soon and has no Zoom meeting yet. Families got the join link without a Meeting ID.",
        "Please look at the session's page now. If it cannot be mended, cancel the session or move it.",
    ),
}


def staff_assigned(facts: SessionFacts, name: str, assignment: StaffAssignment) -> Rendered:
    """You deliver this session: when, where, with whom, what happens."""
    subject = f"You are on: {facts.title}, {facts.day}, {facts.start}"
    leads = assignment.role == StaffAssignment.Role.LEAD
    return _words("staff_assigned", subject, facts, name, leads=leads, staff_url=session_url(facts.session))


def staff_changed(facts: SessionFacts, name: str, changes: list[Change]) -> Rendered:
    """A session that you deliver is different: old and new."""
    subject = f"Changed: {facts.title}, {facts.day}, {facts.start}"
    return _words("staff_changed", subject, facts, name, changes=changes, staff_url=session_url(facts.session))


def staff_withdrawn(facts: SessionFacts, name: str) -> Rendered:
    """You do not deliver this session any more."""
    subject = f"You are off: {facts.title}, {facts.day}, {facts.start}"
    return _words("staff_withdrawn", subject, facts, name, staff_url=_absolute(reverse("admin:index")))


def staff_cancelled(facts: SessionFacts, name: str) -> Rendered:
    """A session that you were to deliver will not happen."""
    subject = f"Cancelled: {facts.title}, {facts.day}, {facts.start}"
    return _words("staff_cancelled", subject, facts, name, staff_url=_absolute(reverse("admin:index")))


def coordinator_alert(session: Session, name: str, what: str, lines: list[str], *, now: datetime) -> Rendered:
    """Something needs a coordinator: what, which session, what to do. `what` is a key of `ALERTS`."""
    words = ALERTS[what]
    when = dates.when(session.starts_at, session.ends_at, now=now)
    # Staff chose the title, so it may name a child: it stands in the body, not in the subject.
    subject = f"{words.subject}: session on {dates.day(session.starts_at, now=now)}, {dates.clock(session.starts_at)}"
    context = {"words": words, "session": session, "when": when, "lines": lines, "name": name}
    return render_pair("sessions/coordinator_alert", subject, {**context, "staff_url": session_url(session)})


def session_url(session: Session) -> str:
    """The whole address of the session's page for staff."""
    return _absolute(reverse("admin:sessions_app_session_change", args=[session.pk]))


def _absolute(path: str) -> str:
    return f"{organisation().site_url}{path}"


def _words(template: str, subject: str, facts: SessionFacts, name: str, **more: Any) -> Rendered:
    context = {"facts": facts, "session": facts.session, "name": name, **more}
    return render_pair(f"sessions/{template}", subject, context)
