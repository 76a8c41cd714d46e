"""Who has been contacted about a session and who has not, guardian by guardian (W2).

Read from what really went out: mails that a server took, and calls that staff ticked off.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sessions_app import posting
from sessions_app.models import Invitation, PhoneTask
from sessions_app.reach import ToReach, reach_by_session
from whippersnappers.outbox.models import OutgoingMail


@dataclass
class Contact:
    """One guardian of a session: the mails and calls about it, newest first, and the way in."""

    reach: ToReach
    mails: list[OutgoingMail] = field(default_factory=list)
    calls: list[PhoneTask] = field(default_factory=list)
    invitation: Invitation | None = None

    @property
    def is_contacted(self) -> bool:
        """Whether a preparing mail has gone, or staff spoke to them. A message left is not yet contact."""
        mailed = any(m.state == OutgoingMail.State.SENT and posting.prepares(m) for m in self.mails)
        spoken, off = PhoneTask.Outcome.REACHED, PhoneTask.Purpose.CANCELLED
        called = any(c.outcome == spoken and c.purpose != off for c in self.calls)
        return mailed or called

    @property
    def open_calls(self) -> list[PhoneTask]:
        return [call for call in self.calls if call.done_at is None]


@dataclass(frozen=True)
class Contacted:
    """How many of a session's guardians have been contacted."""

    reached: int
    wanted: int


def contacts_by_session(session_ids: Iterable[Any]) -> Mapping[Any, list[Contact]]:
    """Every guardian of each session, by family name; five queries however many sessions there are."""
    ids = list(session_ids)
    reached = reach_by_session(ids)
    found = {sid: {r.guardian.pk: Contact(r) for r in reached.get(sid, [])} for sid in ids}
    by_about = {posting.about(sid): sid for sid in ids}
    mails = OutgoingMail.objects.filter(about__in=by_about, kind__in=posting.FAMILY_KINDS)
    people = {posting.person(pk): pk for contacts in found.values() for pk in contacts}
    for mail in mails.order_by("-created_at"):
        guardian, contacts = people.get(mail.person), found[by_about[mail.about]]
        if guardian is not None and guardian in contacts:
            contacts[guardian].mails.append(mail)
    for call in PhoneTask.objects.filter(session__in=ids).select_related("done_by").order_by("-created_at"):
        if call.guardian_id in found[call.session_id]:
            found[call.session_id][call.guardian_id].calls.append(call)
    for invitation in Invitation.objects.filter(session__in=ids):
        if invitation.guardian_id in found[invitation.session_id]:
            found[invitation.session_id][invitation.guardian_id].invitation = invitation
    return defaultdict(list, {sid: list(contacts.values()) for sid, contacts in found.items()})


def contacts_of(session_id: Any) -> list[Contact]:
    """The guardians of one session."""
    return contacts_by_session([session_id])[session_id]


def contacted_by_session(session_ids: Iterable[Any]) -> dict[Any, Contacted]:
    """The counts for each session."""
    return {
        sid: Contacted(sum(c.is_contacted for c in contacts), len(contacts))
        for sid, contacts in contacts_by_session(session_ids).items()
    }
