"""What the charity says by mail to its staff and coordinators about sessions: one function for each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse

from sessions_app.family_emails import render_pair, with_entry
from sessions_app.mail_facts import SessionFacts
from sessions_app.models import Session, StaffAssignment, StaffProfile
from sessions_app.session_changes import Change
from sessions_app.staff_calendar import StaffEntry, cancel_entry, request_entry
from whippersnappers import dates
from whippersnappers.organisation import organisation
from whippersnappers.outbox.catalogue import Rendered


@dataclass(frozen=True)
class AlertWords:
    """The words of one kind of alert: what happened, and what to do about it."""

    subject: str
    what: str
    what_to_do: str
    button: str = "Open the session"


ALERTS = {
    "gate_reopened": AlertWords(
        "Needs you",
        "This session is confirmed, but something now stands in its way.",
        "Please mend it, or move or cancel the session. Families still think it will go ahead.",
    ),
    "swap_agreed": AlertWords(
        "A swap waits for you",
        "Two members of staff want to swap. It counts once you say yes.",
        "Please say yes or no on the rota.",
        button="Open the rota",
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


@dataclass(frozen=True)
class StaffRecipient:
    """One member of staff as a mail about a session needs to know them."""

    name: str
    email: str
    assignment: StaffAssignment
    # Of their calendar entry.
    sequence: int


def staff_assigned(facts: SessionFacts, to: StaffRecipient, *, now: datetime) -> Rendered:
    """You deliver this session: when, where, with whom, what happens."""
    subject = f"You are on: {facts.title}, {facts.day}, {facts.start}"
    leads = to.assignment.role == StaffAssignment.Role.LEAD
    words = _words("staff_assigned", subject, facts, to, leads=leads, rota_url=rota_url())
    return with_entry(words, request_entry(staff_entry_of(facts, to), email=to.email, now=now), "REQUEST")


def staff_changed(
    facts: SessionFacts, to: StaffRecipient, changes: list[Change], *, moved: bool, now: datetime
) -> Rendered:
    """A session that you deliver is different: old and new. The calendar follows when it has `moved`."""
    subject = f"Changed: {facts.title}, {facts.day}, {facts.start}"
    words = _words("staff_changed", subject, facts, to, changes=changes, rota_url=rota_url())
    return (
        with_entry(words, request_entry(staff_entry_of(facts, to), email=to.email, now=now), "REQUEST")
        if moved
        else words
    )


def staff_withdrawn(facts: SessionFacts, to: StaffRecipient, *, now: datetime) -> Rendered:
    """You do not deliver this session any more; it leaves the calendar."""
    subject = f"You are off: {facts.title}, {facts.day}, {facts.start}"
    words = _words("staff_withdrawn", subject, facts, to, staff_url=rota_url())
    return with_entry(words, cancel_entry(staff_entry_of(facts, to), email=to.email, now=now), "CANCEL")


def staff_cancelled(facts: SessionFacts, to: StaffRecipient, *, now: datetime) -> Rendered:
    """A session that you were to deliver will not happen; it leaves the calendar."""
    subject = f"Cancelled: {facts.title}, {facts.day}, {facts.start}"
    words = _words("staff_cancelled", subject, facts, to, staff_url=rota_url())
    return with_entry(words, cancel_entry(staff_entry_of(facts, to), email=to.email, now=now), "CANCEL")


def staff_entry_of(facts: SessionFacts, to: StaffRecipient) -> StaffEntry:
    """The calendar entry of this person for the session."""
    return StaffEntry(to.assignment, facts.title, session_url(facts.session), to.sequence)


def coordinator_alert(
    session: Session, name: str, what: str, lines: list[str], *, now: datetime, helpers: Sequence[str] = ()
) -> Rendered:
    """Something needs a coordinator: what, which session, what to do. `what` is a key of `ALERTS`.

    `helpers` are people who could take a free place, each with why.
    """
    words = ALERTS[what]
    when = dates.when(session.starts_at, session.ends_at, now=now)
    # Staff chose the title, so it may name a child: it stands in the body, not in the subject.
    subject = f"{words.subject}: session on {dates.moment(session.starts_at, now=now)}"
    context = {"words": words, "session": session, "when": when, "lines": lines, "helpers": helpers, "name": name}
    staff_url = _absolute(reverse("admin:rota")) if what == "swap_agreed" else session_url(session)
    return render_pair("sessions/coordinator_alert", subject, {**context, "staff_url": staff_url})


def session_url(session: Session) -> str:
    """The whole address of the session's page for staff."""
    return _absolute(reverse("admin:sessions_app_session_change", args=[session.pk]))


def rota_url() -> str:
    """The whole address of everybody's own rota."""
    return _absolute(reverse("admin:my_rota"))


def profile_url(profile: StaffProfile) -> str:
    """The whole address of a member of staff's page, for coordinators."""
    return _absolute(reverse("admin:sessions_app_staffprofile_change", args=[profile.pk]))


def _absolute(path: str) -> str:
    return f"{organisation().site_url}{path}"


def _words(template: str, subject: str, facts: SessionFacts, to: StaffRecipient, **more: Any) -> Rendered:
    context = {"facts": facts, "session": facts.session, "name": to.name, "staff_url": session_url(facts.session)}
    return render_pair(f"sessions/{template}", subject, {**context, **more})
