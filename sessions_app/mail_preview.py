"""Every mail of a session as it would read, before anybody is told anything.

Nothing is written: where a guardian's own link and the Meeting ID will stand, placeholders stand, and
the mail says that it is a preview.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sessions_app import family_emails, posting, staff_emails, staff_notices
from sessions_app.family_emails import Recipient
from sessions_app.invitations import url_of
from sessions_app.mail_facts import SessionFacts, for_mail, session_facts
from sessions_app.mail_times import PREPARATION, marks_due
from sessions_app.models import Session, StaffAssignment, StaffProfile
from sessions_app.reach import guardians_to_reach
from sessions_app.session_changes import Change
from sessions_app.staff_emails import StaffRecipient
from whippersnappers import dates
from whippersnappers.accounts.models import User
from whippersnappers.organisation import organisation
from whippersnappers.outbox.catalogue import Rendered

# What stands in place of a guardian's own token. No token is that short, so it opens nothing.
LINK_TO_COME = "made-when-you-confirm"
_NOBODY = uuid.UUID(int=0)


@dataclass(frozen=True)
class _Sample:
    """What the preview writes to: the first family that would get it, or a made-up one."""

    facts: SessionFacts
    to: Recipient
    now: datetime

    @property
    def prepares(self) -> bool:
        return any(mark.startswith(PREPARATION) for mark in marks_due(self.facts.session, self.now))

    @property
    def to_staff(self) -> StaffRecipient:
        """Whoever is on the session first, or a made-up person."""
        session = self.facts.session
        nobody = StaffProfile(user=User(name="Member of staff", email=organisation().support_email))
        present = [*session.assignments.all(), StaffAssignment(session=session, staff=nobody)]
        user = present[0].staff.user
        return StaffRecipient(user.get_full_name(), user.email, present[0], sequence=0)

    @property
    def changes(self) -> list[Change]:
        """A made-up change: the session was an hour earlier before."""
        session, hour = self.facts.session, timedelta(hours=1)
        before = dates.when(session.starts_at - hour, session.ends_at - hour, now=self.now)
        return [Change("When", f"{before} (an example)", self.facts.when)]


_PREVIEWS: dict[str, tuple[str, Callable[[_Sample], Rendered]]] = {
    posting.INVITATION: (
        "Invitation",
        lambda s: family_emails.invitation(s.facts, s.to, prepares=s.prepares, now=s.now),
    ),
    posting.PRESESSION: ("Before the session", lambda s: family_emails.presession(s.facts, s.to, reminds=False)),
    posting.REMINDER: ("Reminder", lambda s: family_emails.reminder(_on_the_day(s), s.to)),
    posting.CHANGED: (
        "Session changed",
        lambda s: family_emails.changed(s.facts, s.to, s.changes, prepares=s.prepares, moved=True, now=s.now),
    ),
    posting.CANCELLED: ("Session cancelled", lambda s: family_emails.cancelled(s.facts, s.to, now=s.now)),
    posting.WITHDRAWN: (
        "Place taken back",
        lambda s: family_emails.withdrawn(s.facts, s.to, (*s.to.children, "Your child")[0], stays=False, now=s.now),
    ),
    staff_notices.STAFF_ASSIGNED: (
        "Staff: on a session",
        lambda s: staff_emails.staff_assigned(s.facts, s.to_staff, now=s.now),
    ),
    staff_notices.STAFF_CHANGED: (
        "Staff: session changed",
        lambda s: staff_emails.staff_changed(s.facts, s.to_staff, s.changes, moved=False, now=s.now),
    ),
    staff_notices.STAFF_WITHDRAWN: (
        "Staff: off a session",
        lambda s: staff_emails.staff_withdrawn(s.facts, s.to_staff, now=s.now),
    ),
    staff_notices.STAFF_CANCELLED: (
        "Staff: session cancelled",
        lambda s: staff_emails.staff_cancelled(s.facts, s.to_staff, now=s.now),
    ),
}
# What can be previewed, with its name for people, in the order in which families would meet it.
PREVIEW_KINDS: dict[str, str] = {kind: label for kind, (label, _) in _PREVIEWS.items()}


def preview(session: Session, kind: str, *, now: datetime) -> Rendered:
    """One mail of a session as it would read now; writes nothing. Raises KeyError for an unknown `kind`."""
    loaded = for_mail(Session.objects.all()).get(pk=session.pk)
    loaded.cancel_reason = loaded.cancel_reason or "The reason that you give stands here."
    _label, write = _PREVIEWS[kind]
    rendered = write(_Sample(session_facts(loaded, now=now, preview=True), _first_family(loaded), now))
    # A calendar entry from a preview must not end up in anybody's calendar.
    return replace(rendered, subject=f"Preview: {rendered.subject}", calendar=None)


def _first_family(session: Session) -> Recipient:
    reached = [reach for reach in guardians_to_reach(session) if reach.by_mail]
    children = tuple(child.known_as for child in reached[0].children) if reached else ("Your child",)
    guardian = reached[0].guardian if reached else None
    return Recipient(
        guardian_id=guardian.pk if guardian else _NOBODY,
        first_name=guardian.first_name if guardian else "parent or carer",
        full_name=guardian.full_name if guardian else "Parent or carer",
        email=guardian.email if guardian else organisation().support_email,
        children=children,
        join_url=url_of(LINK_TO_COME),
        sequence=0,
        is_called=bool(reached and reached[0].why_phone),
    )


def _on_the_day(sample: _Sample) -> SessionFacts:
    """The facts as the reminder says them: "Today", since it is read on the day."""
    start = sample.facts.session.starts_at
    return replace(sample.facts, near_day=dates.near_day(start, now=start))
